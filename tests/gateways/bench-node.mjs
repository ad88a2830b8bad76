// What the adapter costs: requests a second of a framework with a JWT check, against the same framework with the gateway, which
// contains that check. Short rounds in turn, medians of their ratios: `node bench-node.mjs [ROUNDS] [SECONDS]`. Needs wrk and Linux.
// Beside the rates stands the processor time of a request, which other programs on the machine disturb less.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { here, send, table } from "./wire.mjs";

process.setMaxListeners(0);
const [rounds = 5, seconds = 2] = process.argv.slice(2).map(Number);
const FRAMEWORKS = ["hono", "fastify", "express"];
const VARIANTS = ["bare", "gateway", "gateway-anew"];
const call = table().find(({ id }) => id === "opened-allowed");
// wrk sets a host of its own unless one stands under exactly this name.
const headers = call.headers.flatMap(([name, value]) => ["-H", `${name === "host" ? "Host" : name}: ${value}`]);

async function start(framework, variant, env) {
  const child = spawn(process.execPath, ["bench-server.mjs", framework, variant], { cwd: here, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => child.kill("SIGKILL"));
  const port = Number(await new Promise((yes) => child.stdout.once("data", (data) => yes(String(data)))));
  const { status } = await send(call.bytes, port);
  if (status !== 200) throw new Error(`${framework} ${variant} answers ${status}`);
  return { port, child };
}

/** Processor time of a process so far, in microseconds: fields 14 and 15 of its stat, in ticks of 10 ms. */
function spent({ pid }) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function load({ port, child }, time) {
  const before = spent(child);
  const { stdout } = spawnSync("wrk", ["-t1", "-c8", `-d${time}s`, ...headers, `http://127.0.0.1:${port}${call.target}`], { encoding: "utf8" });
  if (/Non-2xx/.test(stdout)) throw new Error(stdout);
  const requests = Number(/(\d+) requests in/.exec(stdout)[1]);
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]), cpu: (spent(child) - before) / requests };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

for (const [title, env] of [["every signature checked", { REMEMBERED: "0" }], ["each token checked once", {}]]) {
  console.log(`${title}: requests a second, medians of ${rounds} rounds of ${seconds} s`);
  for (const framework of FRAMEWORKS) {
    const servers = {};
    for (const variant of VARIANTS) servers[variant] = await start(framework, variant, env);
    for (const server of Object.values(servers)) load(server, 1);
    const runs = Object.fromEntries(VARIANTS.map((variant) => [variant, []]));
    for (let round = 0; round < rounds; round += 1) {
      // Each variant is first, second and last in turn.
      const order = VARIANTS.map((_, i) => VARIANTS[(i + round) % VARIANTS.length]);
      for (const variant of order) runs[variant].push(load(servers[variant], seconds));
    }
    const percent = (share) => `${(share * 100).toFixed(1)} %`;
    const fewer = (variant) => percent(median(runs[variant].map(({ rate }, i) => 1 - rate / runs.bare[i].rate)));
    // On one thread the rate is the inverse of the time.
    const slower = (variant) => percent(1 - median(runs.bare.map(({ cpu }) => cpu)) / median(runs[variant].map(({ cpu }) => cpu)));
    for (const variant of VARIANTS) {
      const [rate, cpu] = ["rate", "cpu"].map((what) => Math.round(median(runs[variant].map((run) => run[what]))));
      const cost = variant === "bare" ? "" : `; costs ${fewer(variant)} of the rate, ${slower(variant)} by processor time`;
      console.log(`  ${framework.padEnd(8)} ${variant.padEnd(13)} ${String(rate).padStart(6)} a second, ${String(cpu).padStart(4)} µs${cost}`);
    }
    for (const { child } of Object.values(servers)) child.kill("SIGKILL");
  }
}
process.exit(0);
