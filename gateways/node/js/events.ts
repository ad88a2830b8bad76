import type { Call, Verdict } from "./call.js";

/** Where decision events go, one line of canonical JSON each: `docs/decision-events.md`. */
export interface DecisionSink {
  /** Writes one event. When the promise is kept, the event is where it belongs; when it is broken, the call is refused. */
  write(line: string, verdict: Verdict): Promise<void>;
  /** Writes what waits and lets go of files. */
  close?(): Promise<void>;
}

/** How decisions are written down. */
export interface EventOptions {
  readonly sink: DecisionSink;
  /** Of this host: name, version, place. `service.name` and the like become the resource of an OpenTelemetry record. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The id of a decision, unique. It is not masked. Default: `crypto.randomUUID()`. */
  readonly decisionId?: (call: Call) => string;
}

/** What the host knows of a decision. @internal */
export function occasionOf({ labels = {}, decisionId }: EventOptions, call: Call, verdict: Verdict, now: Date, milliseconds: number): unknown {
  return {
    decision_id: decisionId?.(call) ?? crypto.randomUUID(),
    timestamp: now.toISOString(),
    labels: verdict.route ? { ...labels, route: verdict.route } : labels,
    metrics: { timer_evaluation_ns: Math.round(milliseconds * 1_000_000) },
  };
}

/** Writes to several places; all of them have to have it. */
export function toAll(...sinks: readonly DecisionSink[]): DecisionSink {
  return {
    async write(line, verdict) {
      await Promise.all(sinks.map((sink) => sink.write(line, verdict)));
    },
    async close() {
      await Promise.all(sinks.map((sink) => sink.close?.()));
    },
  };
}
