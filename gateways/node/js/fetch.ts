import { callOf, type Verdict } from "./call.js";
import type { Gateway } from "./gateway.js";

/** Answers calls that were allowed. The request carries the headers of the verdict. */
export type Upstream = (request: Request, verdict: Verdict) => Response | Promise<Response>;

/**
 * A Fetch handler in front of another: `export default { fetch: protect(gateway, (request) => fetch(request)) }`.
 *
 * It sees of a request what the platform shows. Where that resolves paths or joins headers before anybody can look, the
 * upstream gets exactly what was decided about.
 */
export function protect(gateway: Gateway, upstream: Upstream): (request: Request) => Promise<Response> {
  return async (request) => {
    const verdict = await gateway.decide(callOf(request));
    return verdict.allow ? upstream(dressed(request, verdict), verdict) : refused(verdict);
  };
}

/** The answer to a caller who is refused. */
export function refused(verdict: Verdict): Response {
  return new Response(verdict.body ?? null, { status: verdict.status, headers: (verdict.headers ?? []).map(([name, value]): [string, string] => [name, value]) });
}

/** The request with the headers of the verdict, in place of whatever the caller sent under these names. */
export function dressed(request: Request, { upstream = [], remove = [] }: Verdict): Request {
  const headers = new Headers(request.headers);
  for (const name of [...headers.keys()]) {
    if (name.startsWith("x-lexgate-") || remove.includes(name)) {
      headers.delete(name);
    }
  }
  for (const [name, value] of upstream) {
    headers.set(name, value);
  }
  return new Request(request, { headers });
}
