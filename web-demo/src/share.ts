// A link that holds a case and edits: JSON, deflated, base64url, in the fragment. Browsers never send a fragment.
import { isCase } from "./case";
import type { Case } from "./engine/protocol";

export interface Shared {
  origin?: string;
  case?: Case;
  edits?: Record<string, string>;
}

const PREFIX = "#s=";
/** No honest link unpacks to more than this; a dishonest one may try. */
const LIMIT = 4_000_000;

export async function toLink(shared: Shared): Promise<string> {
  const { deflateSync, strToU8 } = await import("fflate");
  const bytes = deflateSync(strToU8(JSON.stringify({ v: 1, ...shared })), { level: 9 });
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return PREFIX + btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** What a link holds; nothing when it holds nothing of ours or was damaged on the way. */
export async function fromLink(hash: string): Promise<Shared | undefined> {
  if (!hash.startsWith(PREFIX)) return undefined;
  try {
    const { Inflate, strFromU8 } = await import("fflate");
    const packed = atob(hash.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/"));
    const parts: Uint8Array[] = [];
    let size = 0;
    const inflate = new Inflate((part) => {
      size += part.length;
      if (size > LIMIT) throw new Error("too large");
      parts.push(part);
    });
    const bytes = Uint8Array.from(packed, (c) => c.charCodeAt(0));
    // In small pieces, so that a bomb is stopped before it has unpacked.
    for (let at = 0; at < bytes.length; at += 4096) inflate.push(bytes.subarray(at, at + 4096), at + 4096 >= bytes.length);
    const whole = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    const value = JSON.parse(strFromU8(whole)) as Shared & { v?: number };
    if (value.v !== 1) return undefined;
    const texts = Object.entries(value.edits ?? {}).filter(([path, text]) => typeof text === "string" && /^[\w./-]+$/.test(path));
    return {
      ...(typeof value.origin === "string" ? { origin: value.origin } : {}),
      ...(isCase(value.case) ? { case: value.case } : {}),
      ...(texts.length > 0 ? { edits: Object.fromEntries(texts) } : {}),
    };
  } catch {
    return undefined;
  }
}
