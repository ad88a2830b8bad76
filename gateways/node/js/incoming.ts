import type { IncomingMessage } from "node:http";
import { valuesOf, type Call, type Verdict } from "./call.js";

/** A call as Node's server read it. `url` and `rawHeaders` are what stood on the wire. */
export function callOfIncoming(incoming: Pick<IncomingMessage, "method" | "rawHeaders">, target: string): Call {
  return { method: incoming.method ?? "", authority: valuesOf(incoming.rawHeaders, "host")[0] ?? "", target, headers: incoming.rawHeaders };
}

/** Gives the request the headers of the verdict, in place of whatever the caller sent under these names; says whether there was any. */
export function dress(incoming: IncomingMessage, { upstream = [], remove = [] }: Verdict): boolean {
  let spoofed = false;
  const mine = new Set(remove);
  const { rawHeaders, headers } = incoming;
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    const ours = name.startsWith("x-lexgate-");
    spoofed ||= ours;
    if (ours || mine.has(name)) {
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
  return spoofed;
}
