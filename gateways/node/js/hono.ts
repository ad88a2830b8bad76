import type { MiddlewareHandler } from "hono";
import type { IncomingMessage } from "node:http";
import { callOf, type Verdict } from "./call.js";
import { dressed, refused } from "./fetch.js";
import type { Gateway } from "./gateway.js";
import { callOfIncoming, dress } from "./incoming.js";

declare module "hono" {
  interface ContextVariableMap {
    /** The verdict by which the call passed. */
    lexgate: Verdict;
  }
}

/**
 * What an earlier middleware has read of the headers may be a copy from before: it gets the headers of the verdict too. A copy
 * shows by a header that was taken off; without one, or where the caller sent some of ours, nothing is left to chance.
 */
function refresh(headers: Headers, { upstream = [], remove = [] }: Verdict, spoofed: boolean): void {
  const fresh = remove.length > 0 && remove.every((name) => !headers.has(name)) && upstream.every(([name, value]) => headers.get(name) === value);
  if (fresh && !spoofed) {
    return;
  }
  for (const name of [...headers.keys()]) {
    if (name.startsWith("x-lexgate-") || remove.includes(name)) headers.delete(name);
  }
  for (const [name, value] of upstream) headers.set(name, value);
}

/** Lets a call reach the handlers behind it only if the gateway allows it. Put it first: `app.use(lexgate(gateway))`. */
export function lexgate(gateway: Gateway): MiddlewareHandler {
  return async (c, next) => {
    // On Node the call as it stood on the wire is at hand; elsewhere what the platform made of it has to do.
    const incoming = (c.env as { incoming?: IncomingMessage } | undefined)?.incoming;
    const call = incoming?.rawHeaders === undefined ? callOf(c.req.raw) : callOfIncoming(incoming, incoming.url ?? "");
    const verdict = await gateway.decide(call);
    if (!verdict.allow) {
      return refused(verdict);
    }
    if (incoming?.rawHeaders === undefined) {
      c.req.raw = dressed(c.req.raw, verdict);
    } else {
      refresh(c.req.raw.headers, verdict, dress(incoming, verdict));
    }
    c.set("lexgate", verdict);
    return next();
  };
}
