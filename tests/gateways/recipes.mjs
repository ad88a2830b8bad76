// The recipes for nginx, Caddy and Envoy's ext_authz with the real programs: what passes, what does not, and that nothing passes without an answer.
import { gateway, PROXIES } from "./proxies.mjs";
import { Arrivals, send, table, upstream } from "./wire.mjs";

let passed = 0;
const failures = [];
const calls = new Map(table().map((call) => [call.id, call]));

for (const [name, start] of Object.entries(PROXIES)) {
  const check = (what, holds, seen) => {
    if (holds) passed += 1;
    else failures.push(`${name}: ${what}${seen === undefined ? "" : ` (${JSON.stringify(seen)})`}`);
  };
  const arrivals = new Arrivals();
  const service = await upstream(arrivals);
  const lexgate = await gateway("gateway.yaml");
  const proxy = await start(lexgate.port, service.port);
  const ask = async (id) => ({ ...(await send(calls.get(id).bytes, proxy.port)), arrived: arrivals.of(id) });

  const allowed = await ask("opened-allowed");
  check("an allowed call passes", allowed.status === 200 && allowed.arrived !== undefined, allowed.status);
  check("its target arrives as it was sent", allowed.arrived?.target === calls.get("opened-allowed").target, allowed.arrived?.target);
  check("the decision arrives", allowed.arrived?.values("x-lexgate-decision").length === 1 && JSON.parse(allowed.arrived.values("x-lexgate-decision")[0]).outcome === "permitted");
  check("the duties arrive", Array.isArray(JSON.parse(allowed.arrived?.values("x-lexgate-obligations")[0] ?? "null")));
  check("the token stays behind", (allowed.arrived?.values("authorization") ?? []).every((v) => v === ""), allowed.arrived?.values("authorization"));

  const refused = await ask("opened-fields");
  check("a refused call does not pass", refused.status === 403 && refused.arrived === undefined, refused.status);
  check("it is told why", refused.headers["content-type"]?.startsWith("application/problem+json") && JSON.parse(refused.body).status === 403, refused.headers);
  const unknown = await ask("route-unknown");
  check("an unknown route has its own status", unknown.status === 404 && unknown.arrived === undefined, unknown.status);
  const nobody = await ask("token-missing");
  check("without a token it is 401", nobody.status === 401 && nobody.headers["www-authenticate"] !== undefined, nobody.headers);
  const spoofed = await ask("spoofed-headers-stripped");
  check("what a caller says in lexgate's name does not arrive", spoofed.status === 200 && calls.get("spoofed-headers-stripped").upstream_never.every((text) => !JSON.stringify(spoofed.arrived.headers).includes(text)), spoofed.arrived?.headers);
  const english = await ask("language-en");
  check("it is told in the language asked for", english.headers["content-language"] === "en", english.headers);

  await lexgate.stop();
  const silent = await ask("opened-allowed-limit");
  check("nothing passes without an answer", silent.status >= 500 && silent.arrived === undefined, silent.status);
  check("nothing arrived that nobody sent", arrivals.strays.length === 0, arrivals.strays);
  await proxy.stop();
  service.close();
}
for (const failure of failures) console.log(`  ${failure}`);
console.log(`recipes: ${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 && passed > 0 ? 0 : 1);
