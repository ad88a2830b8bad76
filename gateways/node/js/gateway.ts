import type { JSONWebKeySet } from "jose";
import { authorizationOf, tokenOf, type Call, type Verdict } from "./call.js";
import { badKeys, fromThrown } from "./errors.js";
import { createGlue, GLUE_NAME, type Api, type RawGateway, type RawRecorder } from "./glue.js";
import { occasionOf, recorderOf, type DecisionSink, type EventOptions } from "./events.js";
import { TokenVerifier, type TokenRules, type Verified } from "./token.js";

/** What a gateway decides with. Everything is on this machine; nothing is fetched. */
export interface Sources {
  /** Routes and limits, YAML or JSON: `gateways/config.schema.json`. */
  readonly config: string;
  /** Datasets and subjects, JSON. */
  readonly catalogue: string;
  /** Who is suspended, JSON. */
  readonly status: string;
  /** Public keys of those who issue grants: a JWK Set (RFC 7517), as text or object. */
  readonly keys: string | JSONWebKeySet;
  /** Another bundle than the one inside the package. */
  readonly bundle?: Uint8Array;
  /** Whom to believe of it: keys, threshold, least version, as JSON (`docs/bundle.md`). */
  readonly trust?: string;
}

/** How a gateway is made. */
export interface GatewayOptions {
  /** The time of this machine. Tests give another. */
  readonly clock?: () => Date;
  /** How many verified tokens are remembered until they expire. Default: 1024; 0 checks every signature every time. */
  readonly rememberedTokens?: number;
  /** How many allows are remembered until the day ends. Default: 4096; 0 decides every call anew. */
  readonly rememberedVerdicts?: number;
  /** Where decisions are written down. A call whose decision cannot be written down is refused. */
  readonly events?: EventOptions;
}

/** What decides. */
export interface BundleVersion {
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
}

/** What the configuration says to hosts. */
interface Settings {
  readonly token: {
    readonly issuers: readonly string[];
    readonly audience: string | readonly string[];
    readonly algorithms: readonly string[];
    readonly clock_skew_seconds: number;
    readonly max_bytes: number;
  };
  readonly max_header_bytes: number;
  readonly next_update: string | null;
}

/** Everything that is replaced at once. */
interface Generation {
  readonly sources: Sources;
  readonly raw: RawGateway;
  readonly verifier: TokenVerifier;
  readonly bundle: BundleVersion;
  readonly instance: Instance;
  readonly headerBytes: number;
  /** When the status list is out of date, in milliseconds. */
  readonly stale: number;
  /** Allows that are remembered, by token and then by call. */
  readonly allows: Map<string, Map<string, Allow>>;
  /** How many there are. */
  remembered: number;
}

interface Allow {
  readonly verdict: Verdict;
  readonly until: number;
}

/** One instance of the module with a memory of its own. */
class Instance {
  readonly api: Api;
  /** Makes decision events, where they are asked for. */
  readonly recorder: RawRecorder | undefined;

  constructor(module: WebAssembly.Module, recording: string | undefined) {
    this.api = createGlue();
    const instance = new WebAssembly.Instance(module, { [GLUE_NAME]: this.api as unknown as WebAssembly.ModuleImports });
    this.api.__wbg_set_wasm(instance.exports);
    (instance.exports["__wbindgen_start"] as () => void)();
    try {
      this.recorder = recording === undefined ? undefined : new this.api.Recorder(recording);
    } catch (thrown) {
      throw fromThrown(thrown) ?? thrown;
    }
  }
}

/** A day has this many milliseconds, and in the law's time zone it begins eight hours before the one in UTC. */
const DAY = 86_400_000;
const EIGHT_HOURS = 28_800_000;

/**
 * Decides calls. It keeps its sources until `reload` has made new ones into a gateway to the end; a call is verified and
 * decided by one generation of them, never by parts of two.
 *
 * ```ts
 * const gateway = await Gateway.open({ config: "gateway.yaml", catalogue: "catalogue.json", status: "status.json", keys: "jwks.json" });
 * app.use(lexgate(gateway));
 * ```
 */
export class Gateway {
  private readonly module: WebAssembly.Module;
  private readonly options: GatewayOptions;
  private readonly recording: string | undefined;
  private current: Generation;
  private count = 0;

  protected constructor(module: WebAssembly.Module, sources: Sources, options: GatewayOptions) {
    this.module = module;
    this.options = options;
    this.recording = options.events === undefined ? undefined : recorderOf(options.events);
    this.current = this.generate(sources, new Instance(module, this.recording));
  }

  /**
   * Makes a gateway from a compiled module.
   *
   * @throws GatewayError when something is wrong with the sources.
   */
  static create(module: WebAssembly.Module, sources: Sources, options: GatewayOptions = {}): Gateway {
    return new Gateway(module, sources, options);
  }

  /** The bundle that decides. */
  get bundle(): BundleVersion {
    return this.current.bundle;
  }

  /** What it decides with. */
  get sources(): Sources {
    return this.current.sources;
  }

  /** How often the sources have been replaced. */
  get generation(): number {
    return this.count;
  }

  /**
   * Replaces some of the sources, all at once.
   *
   * @throws GatewayError when something is wrong with them; what was in force stays in force.
   */
  reload(changed: Partial<Sources>): void {
    const old = this.current;
    const next = this.generate({ ...old.sources, ...changed }, old.instance);
    this.current = next;
    this.count += 1;
    // A call never keeps a generation over an `await` without looking again, so nobody holds the old one.
    release(old);
  }

  /** Decides a call. Never throws: what cannot be decided is refused. */
  async decide(call: Call): Promise<Verdict> {
    const authorization = authorizationOf(call.headers);
    // Cut off before it is checked: only what was once verified is found in memory.
    const token = authorization?.startsWith("Bearer ") ? authorization.slice(7) : undefined;
    for (;;) {
      const generation = this.current;
      const now = this.now();
      let verified = token === undefined ? undefined : generation.verifier.remembered(token, now);
      if (verified === undefined && authorization !== undefined) {
        const sent = authorization === null ? undefined : tokenOf(authorization);
        verified = sent === undefined ? { refusal: "malformed" } : await generation.verifier.verify(sent, now);
      }
      // Keys and rules may have been replaced while the signature was checked.
      if (generation === this.current) {
        const { events } = this.options;
        return events === undefined ? this.judge(generation, call, verified, token, now) : await this.record(generation, call, verified, now, events);
      }
    }
  }

  /** @internal */
  protected now(): Date {
    return this.options.clock?.() ?? new Date();
  }

  private generate(sources: Sources, instance: Instance): Generation {
    const { config, catalogue, status, bundle, trust } = sources;
    let raw: RawGateway;
    try {
      raw = new instance.api.Gateway(config, catalogue, status, bundle, trust);
    } catch (thrown) {
      throw fromThrown(thrown) ?? thrown;
    }
    try {
      const settings = JSON.parse(raw.settings()) as Settings;
      const verifier = new TokenVerifier(this.rules(settings), keysOf(sources.keys));
      const stale = settings.next_update === null ? Infinity : Date.parse(settings.next_update);
      return { sources, raw, verifier, bundle: JSON.parse(raw.bundle()) as BundleVersion, instance, headerBytes: settings.max_header_bytes, stale, allows: new Map(), remembered: 0 };
    } catch (cause) {
      raw.free();
      throw cause;
    }
  }

  private rules({ token }: Settings): TokenRules {
    return {
      issuers: token.issuers,
      audience: token.audience,
      algorithms: token.algorithms,
      maxBytes: token.max_bytes,
      clockSkewSeconds: token.clock_skew_seconds,
      remembered: this.options.rememberedTokens ?? 1024,
    };
  }

  /** The verdict on a call, from memory where an equal call was allowed on the same day by the same sources. */
  private judge(generation: Generation, call: Call, verified: Verified | undefined, token: string | undefined, now: Date): Verdict {
    const most = this.options.rememberedVerdicts ?? 4096;
    const key = most > 0 && verified?.claims !== undefined ? keyOf(call, generation.headerBytes) : undefined;
    if (key === undefined || token === undefined) {
      return this.ask(generation, (raw) => JSON.parse(raw.decide(callJson(call, verified), now.toISOString())) as Verdict);
    }
    const known = generation.allows.get(token)?.get(key);
    if (known !== undefined && now.getTime() < known.until) {
      return known.verdict;
    }
    const verdict = this.ask(generation, (raw) => JSON.parse(raw.decide(callJson(call, verified), now.toISOString())) as Verdict);
    if (verdict.allow && !verdict.dry_run) {
      if (generation.remembered >= most) {
        generation.allows.clear();
        generation.remembered = 0;
      }
      const of = generation.allows.get(token) ?? new Map<string, Allow>();
      generation.allows.set(token, of.set(key, { verdict, until: Math.min(endOf(now, verified), generation.stale) }));
      generation.remembered += 1;
    }
    return verdict;
  }

  /** The verdict on a call, written down before anybody hears of it. */
  private async record(generation: Generation, call: Call, verified: Verified | undefined, now: Date, events: EventOptions): Promise<Verdict> {
    const begun = performance.now();
    let line: string | undefined;
    const verdict = this.ask(generation, (raw) => {
      const told = JSON.parse(raw.decideInFull(callJson(call, verified), now.toISOString())) as Verdict;
      // Without a request to the engine there was no decision by law, and so no event of one.
      if (told.request !== undefined && told.request !== null) {
        const occasion = occasionOf(events, call, told, now, performance.now() - begun);
        line = generation.instance.recorder?.record(raw, JSON.stringify(told.request), JSON.stringify(occasion));
      }
      const { request: _request, response: _response, ...rest } = told;
      return rest;
    });
    if (line === undefined) {
      return verdict;
    }
    try {
      await (events.sink as DecisionSink).write(line, verdict);
      return verdict;
    } catch {
      return unavailable("decision-log-unavailable", "无法记录本次决定，调用被拒绝", "the decision could not be written down, so the call is refused");
    }
  }

  /** The same sources in a new memory. Where that fails too, every call stays refused. */
  private replace(generation: Generation): void {
    if (generation === this.current) {
      try {
        this.current = this.generate(generation.sources, new Instance(this.module, this.recording));
      } catch {
        // The next call tries again.
      }
    }
  }

  /** Asks the module. When a call stops in the middle, the memory may be half-written: it is thrown away, the call refused. */
  private ask(generation: Generation, question: (raw: RawGateway) => Verdict): Verdict {
    try {
      return question(generation.raw);
    } catch {
      this.replace(generation);
      return unavailable("gateway-trapped", "网关内部故障，调用被拒绝", "the gateway failed, so the call is refused");
    }
  }
}

function release(generation: Generation): void {
  try {
    generation.raw.free();
  } catch {
    // Its memory is gone already.
  }
}

function keysOf(keys: string | JSONWebKeySet): JSONWebKeySet {
  if (typeof keys !== "string") {
    return keys;
  }
  try {
    return JSON.parse(keys) as JSONWebKeySet;
  } catch (cause) {
    throw badKeys(cause);
  }
}

/** The call as the module reads it. The claims are JSON already. */
function callJson({ method, authority, target, headers }: Call, verified: Verified | undefined): string {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    pairs.push([headers[i] as string, headers[i + 1] as string]);
  }
  const text = JSON.stringify({ method, authority, target, headers: pairs, ...(verified?.refusal === undefined ? {} : { grant_error: verified.refusal }) });
  return `${text.slice(0, -1)},"grant":${verified?.text ?? "null"}}`;
}

/** Headers that differ from call to call and that no verdict rests on. Of these only size and characters are looked at. */
const PASSING = new Set(["accept", "accept-encoding", "cache-control", "connection", "date", "traceparent", "tracestate", "user-agent", "x-request-id"]);
const UNPRINTABLE = /[^\t -~]/;

/**
 * Two calls with the same key and the same token get the same verdict on the same day: everything that the module looks at is in
 * it, and that is every header but a few. `undefined` where the module has to look itself.
 */
function keyOf({ method, authority, target, headers }: Call, most: number): string | undefined {
  let key = `${method} ${authority} ${target}`;
  let size = 0;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    const value = headers[i + 1] as string;
    size += name.length + value.length;
    if (!PASSING.has(name)) {
      // The token stands for its header: the bytes are the same, and there is one such header.
      key += name === "authorization" ? "\nauthorization" : `\n${name}:${value}`;
    } else if (UNPRINTABLE.test(value)) {
      return undefined;
    }
  }
  return size > most ? undefined : key;
}

/** Until when an allow holds: to the end of the day, of the token, and of a grant that ends within the day. */
function endOf(now: Date, verified: Verified | undefined): number {
  const day = (Math.floor((now.getTime() + EIGHT_HOURS) / DAY) + 1) * DAY - EIGHT_HOURS;
  const grant = verified?.claims?.["grant"] as { valid_until?: unknown } | undefined;
  const moment = typeof grant?.valid_until === "string" && grant.valid_until.includes("T") ? Date.parse(grant.valid_until) : Infinity;
  // A moment that cannot be read is none to wait for.
  return Number.isNaN(moment) ? 0 : Math.min(day, moment);
}

function unavailable(code: string, zh: string, en: string): Verdict {
  const body = JSON.stringify({ type: "about:blank", title: zh, status: 503, detail: en, code });
  const headers = [["content-type", "application/problem+json"], ["content-language", "zh"], ["cache-control", "no-store"]] as const;
  return { allow: false, dry_run: false, status: 503, headers, body, code, rules: [], route: null };
}
