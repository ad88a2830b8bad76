// A Worker that lets a call pass only while the grant covers it. The request says what the grant and the catalogue know; here
// the caller sends it, a gateway would put it together from a verified token.
import { Lexgate } from "lexgate";

let loading;

export default {
  async fetch(request) {
    if (request.method !== "POST") {
      return new Response("send a request as JSON\n", { status: 405, headers: { allow: "POST" } });
    }
    loading ??= Lexgate.load();
    const lexgate = await loading;
    const answer = lexgate.evaluateJson(new Uint8Array(await request.arrayBuffer()));
    const { decision, context } = JSON.parse(answer);
    // Duties travel with the allow: whoever does not know one has to refuse.
    const unknown = context.obligations.some(({ type }) => !KNOWN_DUTIES.has(type));
    const status = decision && !unknown ? 200 : 403;
    return new Response(answer, { status, headers: { "content-type": "application/json" } });
  },
};

const KNOWN_DUTIES = new Set(["confidentiality", "responsible-party-on-record", "technical-safeguards", "use-within-agreement"]);
