// Decisions a second of `lexgate serve` and of Cerbos's PDP on the same AuthZEN calls: `node bench.mjs`, with wrk on the path.
//
// Short rounds one after the other, so that a slow moment of the machine meets both; each round is a ratio of its own.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { answering, freePort, program, serve, started } from "../proxies.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const scenario = fileURLToPath(new URL("../authzen/", import.meta.url));
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const SECONDS = Number(process.env.SECONDS ?? 3);
const folder = mkdtempSync(join(tmpdir(), "lexgate-bench-"));

const lexgate = program();
if (!lexgate.includes("release")) console.error(`note: ${lexgate} is no release build`);
const bundle = join(folder, "scenario.bundle");
execFileSync(lexgate, ["bundle", "build", "--policies", `${scenario}policies`, "-o", bundle], { stdio: "ignore" });

const [http, grpc] = [await freePort(), await freePort()];
writeFileSync(
  join(folder, "cerbos.yaml"),
  `server: { httpListenAddr: "127.0.0.1:${http}", grpcListenAddr: "127.0.0.1:${grpc}" }\nstorage: { driver: disk, disk: { directory: "${here}cerbos", watchForChanges: false } }\ntelemetry: { disabled: true }\n`,
);
const cerbos = started(`${here}node_modules/@cerbos/cerbos-linux-x64/cerbos-linux-x64`, ["server", "--config", join(folder, "cerbos.yaml"), "--log-level=error"]);
await answering(http, cerbos);
const common = ["--poll", "0", "--plain", "--resource-type", "record"];
const ours = await serve(["--bundle", bundle, "--catalogue", `${scenario}catalogue.json`, ...common]);
// The law of five provinces, on a call of its own: what a decision costs that Cerbos has no counterpart for.
const law = await serve(["--poll", "0"]);

const call = (status, id) => ({ subject: { type: "user", id: "alice" }, action: { name: "write" }, resource: { type: "record", id, properties: { status } } });
const CALLS = {
  "evaluation, permitted": ["/access/v1/evaluation", call("active", "record-1")],
  "evaluation, refused": ["/access/v1/evaluation", call("archived", "record-2")],
  "evaluations, ten": ["/access/v1/evaluations", { ...call("active", "record-1"), evaluations: Array.from({ length: 10 }, (_, i) => ({ action: { name: i % 2 === 0 ? "read" : "write" } })) }],
};
const LAW = {
  subject: { type: "GovernmentDepartment", id: "dept-1" },
  action: { name: "obtain_shared_data" },
  resource: { type: "Dataset", id: "d-1", properties: { territory: "450000", sharing_type: "unconditional" } },
  context: { law: { exception_cited: false } },
};

async function decisions(port, [path, body]) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const json = await response.json();
  return JSON.stringify(json.evaluations?.map((e) => e.decision) ?? json.decision);
}

/** Answers a second. */
function load(port, [path, body]) {
  const script = join(folder, "call.lua");
  writeFileSync(script, `wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = [==[${JSON.stringify(body)}]==]\n`);
  const said = execFileSync("wrk", ["-t1", "-c8", `-d${SECONDS}s`, "--latency", "-s", script, `http://127.0.0.1:${port}${path}`], { encoding: "utf8" });
  if (/Non-2xx|Socket errors/.test(said)) throw new Error(said);
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(said)[1]), p50: /50%\s+(\S+)/.exec(said)[1] };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
// First of all: both say the same.
for (const [name, one] of Object.entries(CALLS)) {
  const [a, b] = [await decisions(ours.port, one), await decisions(http, one)];
  if (a !== b) throw new Error(`${name}: lexgate says ${a}, Cerbos ${b}`);
}
let worst = Infinity;
for (const [name, one] of Object.entries(CALLS)) {
  const ratios = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const [l, c] = [load(ours.port, one), load(http, one)];
    ratios.push(l.rate / c.rate);
    console.log(`${name}, round ${round}: lexgate ${l.rate.toFixed(0)}/s (p50 ${l.p50}), Cerbos ${c.rate.toFixed(0)}/s (p50 ${c.p50}), ratio ${(l.rate / c.rate).toFixed(2)}`);
  }
  console.log(`${name}: median ratio ${median(ratios).toFixed(2)}`);
  worst = Math.min(worst, median(ratios));
}
const alone = load(law.port, ["/access/v1/evaluation", LAW]);
console.log(`five texts of law, evaluation: ${alone.rate.toFixed(0)}/s (p50 ${alone.p50})`);

for (const running of [ours, law, cerbos]) await running.stop();
rmSync(folder, { recursive: true });
console.log(`${worst >= 2 ? "at least" : "NOT"} twice the decisions of Cerbos: ${worst.toFixed(2)}`);
process.exit(worst >= 2 ? 0 : 1);
