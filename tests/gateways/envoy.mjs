// The table against the real Envoy with the filter.
import { Envoy, fixtureText, freePort, jwtAuthn, listener, plugin, wasm } from "./envoy/proxy.mjs";
import { Arrivals, GATEWAYS, run, upstream } from "./wire.mjs";

const arrivals = new Arrivals();
const behind = await upstream(arrivals);
const ports = {};
const listeners = [];
for (const [name, config] of Object.entries(GATEWAYS)) {
  ports[name] = await freePort();
  const told = plugin(config, { log: "all" });
  listeners.push(listener(name, ports[name], [jwtAuthn(told.config, fixtureText("jwks.json")), wasm(name, told)], { route: { cluster: "upstream" } }));
}
const envoy = await Envoy.start({ listeners, clusters: { upstream: behind.port } });
try {
  if ((await envoy.stat("listener_manager.lds.update_rejected")) > 0) throw new Error(envoy.logged().slice(-3000));
  await run("envoy", ports, arrivals);
} finally {
  if (process.env.KEEP_LOG) console.error(envoy.logged().slice(-Number(process.env.KEEP_LOG)));
  envoy.stop();
  behind.close();
}
