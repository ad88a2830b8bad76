// The table against `lexgate serve`, asked by nginx, Caddy and Envoy (ext_authz) with the configurations of the recipes.
import { gateway, PROXIES } from "./proxies.mjs";
import { Arrivals, GATEWAYS, run, upstream } from "./wire.mjs";

for (const [name, start] of Object.entries(PROXIES)) {
  const arrivals = new Arrivals();
  const service = await upstream(arrivals);
  const running = [];
  const ports = {};
  for (const [which, config] of Object.entries(GATEWAYS)) {
    const lexgate = await gateway(config);
    const proxy = await start(lexgate.port, service.port);
    running.push(proxy, lexgate);
    ports[which] = proxy.port;
  }
  await run(`serve+${name}`, ports, arrivals);
  for (const program of running) await program.stop();
  service.close();
}
process.exit(0);
