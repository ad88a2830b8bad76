import { SeverityNumber, type Logger } from "@opentelemetry/api-logs";
import type { DecisionSink } from "./events.js";

/** The members of an event that become attributes. */
interface Event {
  readonly bundle_digest: string;
  readonly bundles: Readonly<Record<string, { readonly revision: string }>>;
  readonly decision_id: string;
  readonly engine: { readonly version: string };
  readonly metrics: Readonly<Record<string, number>>;
  readonly outcome: string;
  readonly receipt: { readonly digest: string };
  readonly replayable: boolean;
  readonly request_digest: string | null;
  readonly response_digest: string;
  readonly rules: readonly string[];
  readonly sequence?: number;
  readonly timestamp: string;
}

/**
 * Emits one OpenTelemetry log record an event, in the fields of `docs/decision-events.md`. Give it the logger of your own
 * provider: `openTelemetry(logs.getLogger("lexgate"))`. A logger answers nothing, so this sink cannot say that a record
 * was lost; keep a file of events beside it where none may be.
 */
export function openTelemetry(logger: Logger): DecisionSink {
  return {
    async write(line) {
      const event = JSON.parse(line) as Event;
      const [bundle, { revision } = { revision: "" }] = Object.entries(event.bundles)[0] ?? [""];
      const undetermined = event.outcome === "undetermined";
      const metrics = Object.entries(event.metrics).map(([name, value]) => [`lexgate.${name}`, value]);
      logger.emit({
        eventName: "lexgate.decision",
        timestamp: new Date(event.timestamp),
        observedTimestamp: new Date(),
        severityNumber: undetermined ? SeverityNumber.WARN : SeverityNumber.INFO,
        severityText: undetermined ? "WARN" : "INFO",
        body: line,
        attributes: {
          "lexgate.decision_id": event.decision_id,
          "lexgate.outcome": event.outcome,
          "lexgate.replayable": event.replayable,
          ...(event.request_digest === null ? {} : { "lexgate.request_digest": event.request_digest }),
          "lexgate.response_digest": event.response_digest,
          "lexgate.bundle_digest": event.bundle_digest,
          "lexgate.rules": [...event.rules],
          "lexgate.bundle.id": bundle,
          "lexgate.bundle.revision": revision,
          "lexgate.engine.version": event.engine.version,
          "lexgate.event.digest": event.receipt.digest,
          ...(event.sequence === undefined ? {} : { "lexgate.event.sequence": event.sequence }),
          ...Object.fromEntries(metrics),
        },
      });
    },
  };
}
