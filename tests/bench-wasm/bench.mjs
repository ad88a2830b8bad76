// lexgate's package beside Cedar's and Cedarling's, in one run: `node bench.mjs TARBALL NATIVE REQUESTS CASES [--json]`.
// Medians of interleaved rounds, so that all meet the same machine. Nothing fails for being slow: each target is said to be met
// or missed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { dist, install, sh } from "../hosts/lab.mjs";
import { cedar, cedarAllows, cedarCalls, cedarlingCall, cedarlingConfig } from "./engines.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const [tarball, native, requests, casesFile] = process.argv.slice(2);
const asJson = process.argv.includes("--json");
const cases = JSON.parse(readFileSync(casesFile, "utf8"));
const ROUNDS = 11;
const COLD = 7;

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const version = (name) => JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8")).version;

// The engines, each with all texts.
const folder = install(tarball);
const { Lexgate } = await import(pathToFileURL(join(dist(folder), "node.js")).href);
const lexgate = await Lexgate.load();
const official = require("@cedar-policy/cedar-wasm/nodejs");
const ask = cedar(official, cases);
const cedarling = await import("@janssenproject/cedarling_wasm");
await cedarling.default({ module_or_path: readFileSync(join(here, "node_modules/@janssenproject/cedarling_wasm/cedarling_wasm_bg.wasm")) });
const third = await cedarling.init(cedarlingConfig(cases));

const calls = cedarCalls(official, cases);
const asked = cases.requests.map((c, i) => ({ request: c.request, text: JSON.stringify(c.request), cedar: calls[i], cedarling: cedarlingCall(c) }));

// Both decide the same with the same policies: otherwise they would not be doing the same work.
for (const [i, { cedar, cedarling }] of asked.entries()) {
  const [one, two] = [ask(cedar), await third.authorize_unsigned(JSON.stringify(cedarling))];
  const reasons = [one.response.diagnostics.reason, two.response.diagnostics.reason].map((r) => [...r].sort().join());
  if (cedarAllows(one) !== two.decision || reasons[0] !== reasons[1]) {
    throw new Error(`${cases.requests[i].name}: cedar-wasm and cedarling differ: ${reasons.join(" | ")}`);
  }
}

/** One subject and a thousand datasets: what the vectors say of datasets, each in turn under another identifier. */
const base = cases.requests.find(({ request }) => request.action.name === "obtain_opened_data") ?? cases.requests[0];
const datasets = Array.from({ length: 1000 }, (_, i) => {
  const { resource } = cases.requests[i % cases.requests.length].request;
  return { ...resource, id: `d-${i}`, properties: { ...resource.properties, territory: base.request.resource.properties.territory } };
});
const { resource: _, ...shared } = base.request;
const singles = datasets.map((resource) => ({ ...shared, resource }));

const contestants = {
  "lexgate evaluate": { per: asked.length, passes: 60, run: () => asked.forEach(({ request }) => lexgate.evaluate(request)) },
  "lexgate evaluateJson": { per: asked.length, passes: 60, run: () => asked.forEach(({ text }) => lexgate.evaluateJson(text)) },
  "cedar-wasm statefulIsAuthorized": { per: asked.length, passes: 1, run: () => asked.forEach(({ cedar }) => ask(cedar)) },
  "cedarling authorize_unsigned": {
    per: asked.length,
    passes: 1,
    run: async () => {
      for (const { cedarling } of asked) (await third.authorize_unsigned(JSON.stringify(cedarling))).decision;
    },
  },
  "lexgate 1,000 single calls": { per: 1, passes: 1, run: () => singles.forEach((request) => lexgate.evaluate(request)) },
  "lexgate evaluateBatch of 1,000": { per: 1, passes: 1, run: () => lexgate.evaluateBatch({ ...shared, evaluations: datasets.map((resource) => ({ resource })) }) },
};

const chosen = new Set(cases.requests.map(({ name }) => name));
const lines = readFileSync(requests, "utf8").split("\n").filter((line) => line && chosen.has(JSON.parse(line).name)).join("\n");
const nativeNanoseconds = () => Number(sh(native, ["time", "150"], { input: lines }));

// Microseconds a call, by contestant, one entry a round.
const times = Object.fromEntries([...Object.keys(contestants), "native evaluate_json"].map((name) => [name, []]));
for (let round = -1; round < ROUNDS; round += 1) {
  const order = Object.entries(contestants).sort(() => (round % 2 === 0 ? 1 : -1));
  for (const [name, { per, passes, run }] of order) {
    const each = [];
    for (let i = 0; i < passes; i += 1) {
      const begun = performance.now();
      await run();
      each.push(((performance.now() - begun) * 1000) / per);
    }
    // The first round warms up. The median of passes, as the native side takes it: what else the machine does is not measured.
    if (round >= 0) times[name].push(median(each));
  }
  if (round >= 0) times["native evaluate_json"].push(nativeNanoseconds() / 1000);
}

// Cold start, each in a process of its own: from before the import until the first decision is there.
const cold = { lexgate: [], "cedar-wasm": [] };
for (let i = 0; i < COLD; i += 1) {
  for (const name of Object.keys(cold)) {
    const args = [join(here, "cold.mjs"), name, dist(folder), casesFile, JSON.stringify(calls[0])];
    cold[name].push(Number(sh(process.execPath, args)));
  }
}

const of = (name) => median(times[name]);
const ratio = (a, b) => median(times[a].map((t, i) => t / times[b][i]));
const targets = [
  ["cedar-wasm's stateful call, as a multiple of evaluate", ratio("cedar-wasm statefulIsAuthorized", "lexgate evaluate"), ">=", 15],
  ["cedarling's call, as a multiple of evaluate", ratio("cedarling authorize_unsigned", "lexgate evaluate"), ">=", 10],
  ["evaluateJson, as a multiple of native", ratio("lexgate evaluateJson", "native evaluate_json"), "<=", 2.5],
  ["a batch of 1,000 datasets, as a part of 1,000 single calls", ratio("lexgate evaluateBatch of 1,000", "lexgate 1,000 single calls"), "<=", 1 / 3],
  ["cold start, as a part of cedar-wasm's", median(cold.lexgate) / median(cold["cedar-wasm"]), "<=", 1 / 2],
].map(([what, value, sign, target]) => ({ what, value: round3(value), target: `${sign} ${round3(target)}`, met: sign === ">=" ? value >= target : value <= target }));

function round3(value) {
  return Number(value.toPrecision(3));
}

const report = {
  versions: {
    lexgate: lexgate.version.engine.version,
    bundle: lexgate.version.bundle.version,
    "@cedar-policy/cedar-wasm": version("@cedar-policy/cedar-wasm"),
    "@janssenproject/cedarling_wasm": version("@janssenproject/cedarling_wasm"),
    node: process.version.slice(1),
  },
  texts: cases.texts,
  policies: Object.keys(cases.policies).length,
  requests: asked.length,
  rounds: ROUNDS,
  microseconds: Object.fromEntries(Object.keys(times).map((name) => [name, round3(of(name))])),
  "milliseconds to the first decision": Object.fromEntries(Object.entries(cold).map(([name, t]) => [name, round3(median(t))])),
  targets,
};
if (asJson) {
  console.log(JSON.stringify(report));
} else {
  console.log(Object.entries(report.versions).map(([name, v]) => `${name} ${v}`).join(", "));
  console.log(`${report.texts} texts (${report.policies} grounds and gates for Cedar), ${report.requests} requests, medians of ${ROUNDS} interleaved rounds\n`);
  for (const [name, value] of Object.entries(report.microseconds)) console.log(`${name.padEnd(60)} ${String(value).padStart(10)} µs`);
  for (const [name, value] of Object.entries(report["milliseconds to the first decision"])) {
    console.log(`${`first decision of a new process: ${name}`.padEnd(60)} ${String(value).padStart(10)} ms`);
  }
  console.log();
  for (const { what, value, target, met } of targets) console.log(`${met ? "✔" : "✘"} ${what.padEnd(60)} ${String(value).padStart(8)}  (target ${target})`);
}
