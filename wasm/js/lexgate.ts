/// <reference lib="esnext.disposable" preserve="true" />
import { notJson, trustWithoutBundle, trustWithoutKeys } from "./errors.js";
import type { AccessRequest, AccessResponse, BundleInfo, Comparison, EngineInfo, Reference, RegulationEntry, RuleExplanation } from "./generated.js";
import { createGlue, GLUE_NAME, type Engine as RawEngine, type Api } from "./glue.js";
import { Instance, type CreateGlue } from "./instance.js";

/** A public key as JSON Web Key (RFC 7517, RFC 8037), as `lexgate bundle keygen` writes it. */
export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y?: string;
  /** Its id; the thumbprint (RFC 7638) unless given. */
  readonly kid?: string;
  /** From when it counts (RFC 3339). */
  readonly valid_from?: string;
  /** Until when it counts (RFC 3339). */
  readonly valid_until?: string;
}

/** How an engine is loaded. */
export interface LoadOptions {
  /** An unknown fact name is a warning in the answer and no error. It never helps an allow. Default: `false`. */
  readonly lenient?: boolean;
  /** Whose signatures count. When given, a bundle without enough of them is refused; give it for every bundle off the wire. */
  readonly publicKeys?: readonly (PublicKey | JsonWebKey)[];
  /** How many of the keys have to have signed. Default: 1. */
  readonly threshold?: number;
  /** Refuse a bundle older than this version, so that nobody brings back repealed law. */
  readonly minimumVersion?: string;
  /** Refuse a bundle of another policy store. */
  readonly store?: string;
  /** Refuse a bundle whose Cedar schema has another SHA-256. */
  readonly schemaSha256?: string;
  /** When periods of validity are judged (RFC 3339). Default: the time of this machine. */
  readonly now?: string;
  /** Let signatures by other keys stand beside those that count. Default: `false`. */
  readonly allowOtherSignatures?: boolean;
}

/** A request with the datasets or other members that differ: the evaluations request of AuthZEN 1.0. */
export type BatchRequest = Partial<AccessRequest> & { readonly evaluations: readonly Partial<AccessRequest>[] };

/** What decided. */
export interface Version {
  readonly bundle: BundleInfo;
  readonly engine: EngineInfo;
}

/** More requests than this cross into the module in several turns, which keeps its memory small. */
const TURN = 1000;

const dispose: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for("Symbol.dispose") as typeof Symbol.dispose);

/**
 * An engine: a pure function from request to answer. It reads no clock and no network, and keeps nothing between calls.
 *
 * ```ts
 * import { Lexgate } from "lexgate";
 *
 * const lexgate = await Lexgate.load();
 * const answer = lexgate.evaluate({
 *   subject: { type: "NaturalPerson", id: "p-1" },
 *   action: { name: "obtain_shared_data" },
 *   resource: { type: "Dataset", id: "d-1", properties: { territory: "450000" } },
 *   context: { time: { now: "2026-05-01" } },
 * });
 * answer.decision; // false
 * answer.context.prohibitions[0]?.citation.en; // which article says so
 * ```
 */
export class Lexgate {
  private readonly instance: Instance<Api>;
  private engine: RawEngine | undefined;
  /** Bundle and engine that answer. */
  readonly version: Version;

  /** @internal */
  protected constructor(instance: Instance<Api>, engine: RawEngine) {
    this.instance = instance;
    this.engine = engine;
    this.version = JSON.parse(instance.call(() => engine.version())) as Version;
  }

  /** @internal */
  static async from(module: WebAssembly.Module, bundle: BufferSource | undefined, options: LoadOptions): Promise<Lexgate> {
    const instance = await Instance.of<Api>(module, createGlue as CreateGlue<Api>, GLUE_NAME);
    const { lenient = false, ...trust } = options;
    const asked = (["threshold", "minimumVersion", "store", "schemaSha256", "allowOtherSignatures"] as const).find((key) => trust[key] !== undefined);
    if (trust.publicKeys === undefined && asked !== undefined) {
      throw trustWithoutKeys(asked);
    }
    if (trust.publicKeys !== undefined && bundle === undefined) {
      throw trustWithoutBundle();
    }
    const load = ({ Engine }: Api): RawEngine => {
      if (bundle === undefined) {
        return Engine.embedded(lenient);
      }
      if (trust.publicKeys === undefined) {
        return Engine.fromBundle(bytes(bundle), lenient);
      }
      return Engine.verified(bytes(bundle), toText({ ...trust, now: trust.now ?? new Date().toISOString() }), lenient);
    };
    // Not `new Lexgate`: the entry points extend this class, and what they load is of theirs.
    return new this(instance, instance.call(load));
  }

  private call<T>(f: (engine: RawEngine) => T): T {
    // A disposed instance has the last word.
    return this.instance.call(() => f(this.engine as RawEngine));
  }

  /** Decides a request. Wrong input is no exception: the outcome is `undetermined` and `errors` says why. */
  evaluate(request: AccessRequest): AccessResponse {
    // Measured: JSON text is a fifth faster across this border than objects built member by member.
    const text = toText(request);
    return JSON.parse(this.call((engine) => engine.evaluateText(text))) as AccessResponse;
  }

  /**
   * Decides many requests at once; each answer is what {@link evaluate} gives. Either a list of requests, or an object whose
   * members are defaults for its `evaluations`: one subject and a page of datasets, say. Requests that hold the very same
   * objects as subject, action or context are recognised too. Answers may share parts: do not write into them.
   */
  evaluateBatch(requests: readonly AccessRequest[] | BatchRequest): AccessResponse[] {
    const { evaluations, ...defaults } = "evaluations" in requests ? requests : shared(requests);
    const answers: AccessResponse[] = [];
    for (let at = 0; at < evaluations.length; at += TURN) {
      answers.push(...this.turn(defaults, evaluations.slice(at, at + TURN)));
    }
    return answers;
  }

  private turn(defaults: Partial<AccessRequest>, evaluations: readonly Partial<AccessRequest>[]): AccessResponse[] {
    const text = toText({ ...defaults, evaluations });
    const result = this.call((engine) => {
      try {
        return engine.evaluateBatchText(text);
      } catch (thrown) {
        // One request that nests too deeply spoils the document of all: each is answered by itself.
        if (typeof thrown === "string") {
          return undefined;
        }
        throw thrown;
      }
    });
    if (result === undefined) {
      return evaluations.map((own) => this.evaluate((isObject(own) ? { ...defaults, ...own } : own) as AccessRequest));
    }
    return unfold(JSON.parse(result) as Folded);
  }

  /** One JSON text in, one canonical JSON text (RFC 8785) out: the same bytes on every host. Bytes are taken as they are. */
  evaluateJson(request: string | Uint8Array): string {
    return this.call((engine) => (typeof request === "string" ? engine.evaluateText(request) : engine.evaluateBytes(request)));
  }

  /** What each text of the bundle says of a request, as if the act took place in its territory; drafts as if adopted. */
  compare(request: AccessRequest): Comparison {
    const text = toText(request);
    return JSON.parse(this.call((engine) => engine.compareText(text))) as Comparison;
  }

  /** What a request can say: actor kinds, actions and facts, with the rules that read them. */
  facts(): Reference {
    return JSON.parse(this.call((engine) => engine.facts())) as Reference;
  }

  /** The texts of law in the bundle. */
  regulations(): RegulationEntry[] {
    return JSON.parse(this.call((engine) => engine.regulations())) as RegulationEntry[];
  }

  /** What a rule says and which policies encode it. Takes a rule or policy id from an answer; `undefined` for any other. */
  explainRule(id: string): RuleExplanation | undefined {
    const text = this.call((engine) => engine.explainRule(id));
    return text === undefined ? undefined : (JSON.parse(text) as RuleExplanation);
  }

  /** Lets go of the memory. Any later call throws `engine-disposed`. */
  dispose(): void {
    this.engine = undefined;
    this.instance.dispose();
  }

  /** As {@link dispose}, for `using`. */
  [dispose](): void {
    this.dispose();
  }
}

/** The bytes of a buffer or of a view into one. */
export function bytes(source: BufferSource): Uint8Array {
  return ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);
}

function toText(request: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(request);
  } catch (cause) {
    throw notJson(cause);
  }
  if (text === undefined) {
    throw notJson(undefined);
  }
  return text;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Takes out of a list of requests what all of them share. */
function shared(requests: readonly AccessRequest[]): BatchRequest {
  const [first, ...others] = requests;
  if (first === undefined || others.length === 0 || !requests.every((r) => typeof r === "object" && r !== null)) {
    return { evaluations: requests };
  }
  const keys = (["subject", "action", "context"] as const).filter((key) => Object.hasOwn(first, key) && others.every((r) => r[key] === first[key]));
  const defaults = Object.fromEntries(keys.map((key) => [key, first[key]]));
  const own = requests.map((r) => Object.fromEntries(Object.entries(r).filter(([key]) => !keys.includes(key as (typeof keys)[number]))));
  return { ...defaults, evaluations: own };
}

/** The lists of an answer, in the order in which a batch names their elements. */
const LISTS = ["deadlines", "grounds", "missing", "obligations", "prohibitions", "readings", "regulations"] as const;

/** The answers to a batch, with what they have in common once. */
interface Folded {
  readonly common: Version;
  readonly distinct: readonly ({ readonly decision: boolean; readonly lists: readonly (readonly number[])[] } & Pick<
    AccessResponse["context"],
    "errors" | "evaluation_mode" | "outcome" | "warnings"
  >)[];
  readonly entries: readonly (readonly [number, string | null])[];
  readonly parts: readonly unknown[];
}

/** Members stand in the order of their names, as in any answer. */
function unfold({ common, distinct, entries, parts }: Folded): AccessResponse[] {
  const whole = distinct.map(({ decision, lists, ...rest }): AccessResponse => {
    const members: Record<string, unknown> = { ...common, ...rest, request_digest: null };
    LISTS.forEach((name, i) => (members[name] = (lists[i] ?? []).map((at) => parts[at])));
    const context = Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)));
    return { context: context as unknown as AccessResponse["context"], decision };
  });
  return entries.map(([at, request_digest]) => {
    const { context, decision } = whole[at] as AccessResponse;
    return { context: { ...context, request_digest }, decision };
  });
}
