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
  /**
   * The secret under which personal values are masked, at least 16 bytes. With the same one, the same text has the same token in
   * every run. Default: drawn when the gateway is made, and forgotten with it.
   */
  readonly maskKey?: Uint8Array;
  /** Masking rules: `{"keep": [], "mask": [], "remove": []}` with JSON Pointers into the event. */
  readonly maskRules?: { readonly keep?: readonly string[]; readonly mask?: readonly string[]; readonly remove?: readonly string[] };
  /** Logs requests as they are, personal data included, apart from rules. Default: `false`. */
  readonly unmasked?: boolean;
  /** Of this host: name, version, place. `service.name` and the like become the resource of an OpenTelemetry record. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The id of a decision, unique. It is not masked. Default: `crypto.randomUUID()`. */
  readonly decisionId?: (call: Call) => string;
}

/** How events are made, for the module. @internal */
export function recorderOf({ maskKey, maskRules, unmasked = false }: EventOptions): string {
  const key = maskKey ?? crypto.getRandomValues(new Uint8Array(32));
  const hex = Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return JSON.stringify({ mask_key: hex, unmasked, ...(maskRules === undefined ? {} : { rules: maskRules }) });
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
