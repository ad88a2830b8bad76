import type { IncomingMessage } from "node:http";
import { valuesOf, type Call, type Verdict } from "./call.js";

/** A call as Node's server read it. `url` and `rawHeaders` are what stood on the wire. */
export function callOfIncoming(incoming: Pick<IncomingMessage, "method" | "rawHeaders">, target: string): Call {
  return { method: incoming.method ?? "", authority: valuesOf(incoming.rawHeaders, "host")[0] ?? "", target, headers: incoming.rawHeaders };
}

/** Gives the request the headers of the verdict, in place of whatever the caller sent under these names. */
export function dress(incoming: IncomingMessage, { upstream = [], remove = [] }: Verdict): void {
  const mine = new Set(remove);
  const { rawHeaders, headers } = incoming;
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    if (name.startsWith("x-lexgate-") || mine.has(name)) {
      delete headers[name];
    } else {
      kept.push(rawHeaders[i] as string, rawHeaders[i + 1] as string);
    }
  }
  for (const [name, value] of upstream) {
    kept.push(name, value);
    headers[name] = value;
  }
  incoming.rawHeaders = kept;
}
