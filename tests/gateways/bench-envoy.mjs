// What the filter costs: Envoy's own answer to a call, beside the same behind the filter, and behind `ext_authz` to a trivial
// service on Node. `node bench-envoy.mjs [SECONDS] [ROUNDS]`; wrk has to be installed. Ratios are those of one run.
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { Envoy, fixtureText, freePort, jwtAuthn, listener, plugin, wasm } from "./envoy/proxy.mjs";
import { table } from "./wire.mjs";

const [seconds, rounds] = [Number(process.argv[2] ?? 3), Number(process.argv[3] ?? 3)];
const call = table().find(({ id }) => id === "opened-allowed");
const told = plugin("gateway.yaml", { log: "none" });
const jwks = fixtureText("jwks.json");
const jwt = jwtAuthn(told.config, jwks);
const direct = { direct_response: { status: 200, body: { inline_string: "ok" } } };

// The least a service can do: it looks at one header and says yes.
const service = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  response.writeHead(request.headers.authorization ? 200 : 403).end();
});
await new Promise((yes) => service.listen(0, "127.0.0.1", yes));
const { port: servicePort } = service.address();

const extAuthz = {
  name: "envoy.filters.http.ext_authz",
  typed_config: {
    "@type": "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
    http_service: {
      server_uri: { uri: `http://127.0.0.1:${servicePort}`, cluster: "service", timeout: "5s" },
    },
    allowed_headers: { patterns: [{ exact: "authorization" }] },
  },
};

const uncached = { ...told, config: { ...told.config, limits: { ...told.config.limits, cached_answers: 0 } } };
const variants = {
  direct: [],
  jwt: [jwt],
  "jwt+filter": [jwt, wasm("filter", told)],
  "jwt+filter, nothing kept": [jwt, wasm("uncached", uncached)],
  "jwt+ext_authz": [jwt, extAuthz],
};
const ports = {};
const listeners = [];
for (const [name, filters] of Object.entries(variants)) {
  ports[name] = await freePort();
  listeners.push(listener(name.replaceAll(/\W+/g, "-"), ports[name], filters, direct));
}
const envoy = await Envoy.start({ listeners, clusters: { service: servicePort } });
const run = promisify(execFile);

async function measure(port, connections) {
  // wrk adds a host of its own unless it finds one written like this.
  const headers = call.headers.flatMap(([name, value]) => ["-H", `${name === "host" ? "Host" : name}: ${value}`]);
  const { stdout } = await run("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", ...headers, `http://127.0.0.1:${port}${call.target}`]);
  const number = (pattern, scale = 1) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN) * scale;
  const [, p50, unit] = /50%\s+([\d.]+)(us|ms)/.exec(stdout) ?? [];
  if (/Non-2xx/.test(stdout)) throw new Error(stdout);
  return { rate: number(/Requests\/sec:\s+([\d.]+)/), p50: Number(p50) * (unit === "ms" ? 1000 : 1) };
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
try {
  for (const connections of [1, 8]) {
    const seen = Object.fromEntries(Object.keys(variants).map((v) => [v, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const name of Object.keys(variants)) seen[name].push(await measure(ports[name], connections));
    }
    const base = { rate: median(seen.direct.map((m) => m.rate)), p50: median(seen.direct.map((m) => m.p50)) };
    for (const [name, list] of Object.entries(seen)) {
      const [rate, p50] = [median(list.map((m) => m.rate)), median(list.map((m) => m.p50))];
      const line = { connections, variant: name, requests_per_second: Math.round(rate), of_direct: Number((rate / base.rate).toFixed(3)), p50_us: p50, added_us: Number((p50 - base.p50).toFixed(0)) };
      console.log(JSON.stringify(line));
    }
  }
  console.log(JSON.stringify({ allocated_megabytes: Math.round(Number((await envoy.memory()).allocated) / 1e6) }));
} finally {
  envoy.stop();
  service.close();
  service.closeAllConnections();
}
