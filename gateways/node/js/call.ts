/** Headers in the order they came, duplicates kept: name, value, name, value, … as Node's `rawHeaders`. */
export type RawHeaders = readonly string[];

/** A call as it stands on the wire, before anybody has made it nicer. */
export interface Call {
  readonly method: string;
  /** The host asked for; empty when none was named. */
  readonly authority: string;
  /** The request target, not decoded and not normalised. */
  readonly target: string;
  readonly headers: RawHeaders;
}

/** What the gateway says of a call. */
export interface Verdict {
  /** Whether the call may reach the upstream. */
  readonly allow: boolean;
  /** Whether it may only because refusals are not carried out. */
  readonly dry_run: boolean;
  /** Status for the caller when refused. */
  readonly status: number;
  /** Headers for the caller when refused. */
  readonly headers?: readonly (readonly [string, string])[];
  /** `application/problem+json` (RFC 9457) for the caller when refused. */
  readonly body?: string;
  /** Headers to set on the request to the upstream when allowed. */
  readonly upstream?: readonly (readonly [string, string])[];
  /** Headers to take off the request to the upstream. */
  readonly remove?: readonly string[];
  /** `permitted`, `conditional`, `prohibited`, `undetermined`; missing when the law was not asked. */
  readonly outcome?: string;
  /** Stable code of a refusal. */
  readonly code?: string;
  /** The rules it rests on. */
  readonly rules: readonly string[];
  /** The route that matched. */
  readonly route?: string | null;
  /** The request to the engine, where it was asked for. */
  readonly request?: unknown;
  /** The engine's answer, where it was asked for. */
  readonly response?: unknown;
}

/** The values of a header, in order. */
export function valuesOf(headers: RawHeaders, name: string): string[] {
  const values = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const at = headers[i] as string;
    if (at.length === name.length && at.toLowerCase() === name) {
      values.push(headers[i + 1] as string);
    }
  }
  return values;
}

/** `Bearer` and a token, by RFC 6750; any other form is no token. */
const BEARER = /^bearer +([\w.~+/-]+=*)$/i;

/** The value of the `Authorization` header; `undefined` when there is none, `null` when there are several. */
export function authorizationOf(headers: RawHeaders): string | null | undefined {
  const [value, ...more] = valuesOf(headers, "authorization");
  // With two of them nobody can say which one the upstream reads. The map refuses the call; neither is looked at.
  return more.length > 0 ? null : value;
}

/** The token in such a value; `undefined` when it cannot be read as one. */
export function tokenOf(authorization: string): string | undefined {
  return BEARER.exec(authorization)?.[1];
}

/** The headers of a Fetch request. What the platform has joined stays joined. */
export function rawHeadersOf(request: Request): RawHeaders {
  const raw: string[] = [];
  request.headers.forEach((value, name) => raw.push(name, value));
  return raw;
}

/** A Fetch request as a call. The text of `url` is cut, not parsed: parsing would resolve what has to be refused. */
export function callOf(request: Request): Call {
  const { url } = request;
  const start = url.indexOf("://") + 3;
  const slash = url.slice(start).search(/[/?#\\]/);
  const end = slash === -1 ? url.length : start + slash;
  const rest = url.slice(end);
  const headers = rawHeadersOf(request);
  const target = rest.startsWith("/") ? rest : `/${rest}`;
  return { method: request.method, authority: valuesOf(headers, "host")[0] ?? url.slice(start, end), target, headers };
}
