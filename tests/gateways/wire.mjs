// What the runners share: the table, calls over bare sockets so that every byte reaches the wire, and an upstream that says
// what arrived.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";

export const here = fileURLToPath(new URL(".", import.meta.url));
export const fixture = (name) => `${here}fixtures/${name}`;
const read = (name) => readFileSync(`${here}${name}`, "utf8");

/** The gateways of the table, and the configuration of each. */
export const GATEWAYS = { main: "gateway.yaml", draft: "gateway-draft.yaml", "dry-run": "gateway-dry-run.yaml" };

const signed = JSON.parse(read("fixtures/signed.json"));
const filled = (text) => text.replace(/\{token:([\w-]+)\}/g, (_, name) => signed[name].jwt);

/** The calls, with the tokens in place: `headers` are all of them, in order, as they go on the wire. */
export function table() {
  return JSON.parse(read("calls.json")).map((call) => {
    const gateway = call.gateway ?? "main";
    if (call.raw) {
      // The id stands behind the host, which every one of them has in its second line.
      const lines = call.raw.map(filled).flatMap((line, i) => (i === 1 ? [line, `X-Call: ${call.id}`] : [line]));
      return { ...call, gateway, bytes: Buffer.from(lines.join("\r\n"), "latin1") };
    }
    const { method, host, token, headers = [] } = call;
    const target = filled(call.target);
    const all = [
      ...(host === null ? [] : [["host", host]]),
      ...(token === null ? [] : [["authorization", `Bearer ${signed[token].jwt}`]]),
      ...headers.map(([name, value]) => [name, filled(value)]),
    ];
    const wire = [...all, ["x-call", call.id], ["connection", "close"], ...(method === "POST" ? [["content-length", "0"]] : [])];
    const head = [`${method} ${target} HTTP/1.1`, ...wire.map(([name, value]) => `${name}: ${value}`)];
    return { ...call, gateway, target, headers: all, bytes: Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1") };
  });
}

/** A call as the core reads it; `undefined` for what only a server can see. */
export function coreCall({ raw, method, target, host, headers, token }) {
  if (raw) return undefined;
  const { claims = null, grant_error = null } = token === null ? {} : signed[token];
  return { method, authority: host ?? "", target, headers, grant: claims, ...(grant_error === null ? {} : { grant_error }) };
}

/** Sends bytes, and reads until the server has nothing more to say. Status 0: it closed without an answer. */
export function send(bytes, port, milliseconds = 1500) {
  return new Promise((done) => {
    const parts = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const timer = setTimeout(() => socket.destroy(), milliseconds);
    socket.on("data", (part) => {
      parts.push(part);
      // An answer that is complete while the connection stays open needs no waiting for.
      if (complete(Buffer.concat(parts))) socket.end();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      done(answer(Buffer.concat(parts)));
    });
  });
}

function complete(bytes) {
  const { end, headers } = head(bytes);
  return end !== -1 && headers["content-length"] !== undefined && bytes.length >= end + 4 + Number(headers["content-length"]);
}

function head(bytes) {
  const end = bytes.indexOf("\r\n\r\n");
  const lines = end === -1 ? [] : bytes.subarray(0, end).toString("latin1").split("\r\n");
  const headers = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { end, first: lines[0] ?? "", headers };
}

function answer(bytes) {
  const { end, first, headers } = head(bytes);
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
  let body = end === -1 ? Buffer.alloc(0) : bytes.subarray(end + 4);
  if (/chunked/i.test(headers["transfer-encoding"] ?? "")) body = unchunked(body);
  // Behind it may stand the answer to what the server took for another request.
  else if (headers["content-length"] !== undefined) body = body.subarray(0, Number(headers["content-length"]));
  return { status, headers, body: body.toString("utf8") };
}

function unchunked(bytes) {
  const parts = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf("\r\n", at);
    const length = line === -1 ? 0 : Number.parseInt(bytes.subarray(at, line).toString("latin1"), 16);
    if (!(length > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
}

/** What reached the upstream, by the id of the call. */
export class Arrivals {
  #seen = new Map();
  /** Requests that no call of the table sent: smuggled ones. */
  strays = [];

  /** Notes a request; `headers` are name, value, name, value, … */
  note(target, headers) {
    const values = (name) => headers.filter((_, i) => i % 2 === 1 && headers[i - 1].toLowerCase() === name);
    const [id] = values("x-call");
    if (id === undefined) {
      this.strays.push(target);
    } else {
      this.#seen.set(id, { target, headers, values });
    }
    return JSON.stringify({ arrived: id ?? null });
  }

  of(id) {
    return this.#seen.get(id);
  }
}

/** An upstream on loopback; `port` and `close`. */
export async function upstream(arrivals) {
  const server = createServer({ keepAliveTimeout: 5000 }, (request, response) => {
    request.resume();
    response.setHeader("content-type", "application/json");
    response.end(arrivals.note(request.url, request.rawHeaders));
  });
  await new Promise((yes) => server.listen(0, "127.0.0.1", yes));
  return { port: server.address().port, close: () => (server.closeAllConnections(), server.close()) };
}

/**
 * Runs the table against one host and prints a line a call. `ports` is the port of each gateway. What the table says beside the
 * decision (headers that must not arrive, the language of a refusal) is checked here; what is wrong stands in `problems`.
 */
export async function run(host, ports, arrivals) {
  const calls = table();
  for (const call of calls) {
    const { status, headers, body } = await send(call.bytes, ports[call.gateway]);
    const arrived = arrivals.of(call.id);
    const problems = [];
    const allow = arrived !== undefined;
    if (allow !== (status >= 200 && status < 300)) problems.push(`the caller got ${status}, and the call ${allow ? "did" : "did not"} arrive`);
    // What was decided about has to be what the upstream gets, byte for byte.
    const rewritten = call.rewritten_by?.[host];
    if (allow && arrived.target !== (rewritten ?? call.target ?? arrived.target)) problems.push(`as ${arrived.target} it arrived`);
    const sent = JSON.stringify(arrived?.headers ?? []);
    for (const text of call.upstream_never ?? []) {
      if (sent.includes(text)) problems.push(`${text} arrived`);
    }
    let rules = [];
    if (allow) {
      rules = rulesSent(arrived);
    } else if ((headers["content-type"] ?? "").startsWith("application/problem+json")) {
      // The answer to HEAD has no body.
      rules = body === "" ? [] : (JSON.parse(body).rules ?? []);
      if (call.language && headers["content-language"] !== call.language) problems.push(`the refusal is in ${headers["content-language"]}`);
    }
    console.log(JSON.stringify({ host, id: call.id, allow, status, rules, ...(problems.length > 0 ? { problems } : {}) }));
  }
  for (const stray of arrivals.strays) {
    console.log(JSON.stringify({ host, id: "-", problems: [`a request that nobody sent arrived: ${stray}`] }));
  }
}

/** The rules that the upstream is told. */
function rulesSent({ values }) {
  const [decision] = [...values("x-lexgate-decision"), ...values("x-lexgate-dry-run")];
  return decision === undefined ? [] : (JSON.parse(decision).rules ?? []);
}
