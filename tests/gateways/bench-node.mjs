// What the adapter costs: requests a second of a framework with a JWT check, against the same framework with the gateway, which
// contains that check. Short rounds in turn, medians of their ratios: `node bench-node.mjs [ROUNDS] [SECONDS]`. Needs wrk.
import { spawn, spawnSync } from "node:child_process";
import { here, send, table } from "./wire.mjs";

const [rounds = 5, seconds = 2] = process.argv.slice(2).map(Number);
const FRAMEWORKS = ["hono", "fastify", "express"];
const VARIANTS = ["bare", "gateway", "gateway-anew"];
const call = table().find(({ id }) => id === "opened-allowed");
const headers = call.headers.flatMap(([name, value]) => ["-H", `${name}: ${value}`]);

async function start(framework, variant, env) {
  const child = spawn(process.execPath, ["bench-server.mjs", framework, variant], { cwd: here, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => child.kill("SIGKILL"));
  const port = Number(await new Promise((yes) => child.stdout.once("data", (data) => yes(String(data)))));
  const { status } = await send(call.bytes, port);
  if (status !== 200) throw new Error(`${framework} ${variant} answers ${status}`);
  return { port, child };
}

function load(port, time) {
  const { stdout } = spawnSync("wrk", ["-t1", "-c8", `-d${time}s`, ...headers, `http://127.0.0.1:${port}${call.target}`], { encoding: "utf8" });
  if (/Non-2xx/.test(stdout)) throw new Error(stdout);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]);
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

for (const [title, env] of [["every signature checked", { REMEMBERED: "0" }], ["each token checked once", {}]]) {
  console.log(`${title}: requests a second, medians of ${rounds} rounds of ${seconds} s`);
  for (const framework of FRAMEWORKS) {
    const servers = {};
    for (const variant of VARIANTS) servers[variant] = await start(framework, variant, env);
    for (const { port } of Object.values(servers)) load(port, 1);
    const rates = Object.fromEntries(VARIANTS.map((variant) => [variant, []]));
    for (let round = 0; round < rounds; round += 1) {
      // Each variant is first, second and last in turn.
      const order = VARIANTS.map((_, i) => VARIANTS[(i + round) % VARIANTS.length]);
      for (const variant of order) rates[variant].push(load(servers[variant].port, seconds));
    }
    const cost = (variant) => median(rates[variant].map((rate, i) => 1 - rate / rates.bare[i])) * 100;
    const shown = VARIANTS.map((v) => `${v} ${Math.round(median(rates[v]))}`).join(", ");
    console.log(`  ${framework.padEnd(8)} ${shown}; the gateway costs ${cost("gateway").toFixed(1)} %, deciding anew ${cost("gateway-anew").toFixed(1)} %`);
    for (const { child } of Object.values(servers)) child.kill("SIGKILL");
  }
}
process.exit(0);
