// Every host must answer the table as the core does, and the core as the table says: `node conformance.mjs [RUNNER…]`.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { here, table } from "./wire.mjs";

/** The core first: the others are held against it. */
const RUNNERS = ["core", "node", "workers", "envoy", "serve"];
const MINUTES = 5;

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !RUNNERS.includes(name));
if (unknown.length > 0) {
  console.error(`no runner is called ${unknown.join(", ")}; there are ${RUNNERS.join(", ")}`);
  process.exit(2);
}
const calls = table();
const core = new Map();
let passed = 0;
let failed = 0;

for (const name of RUNNERS.filter((r) => r === "core" || asked.length === 0 || asked.includes(r))) {
  const { lines, wrong } = await answers(join(here, `${name}.mjs`));
  const hosts = grouped(lines);
  if (wrong !== undefined || hosts.size === 0) {
    report(name, 0, [[name, wrong ?? "it answered nothing"]]);
  }
  for (const [host, of] of hosts) {
    const failures = check(host, of);
    if (host === "core") for (const line of of) core.set(line.id, line);
    report(host, new Set(of.map(({ id }) => id)).size, failures);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** What a runner printed, a line a call. */
async function answers(file) {
  if (!existsSync(file)) return { lines: [], wrong: `there is no runner ${file}` };
  const child = spawn(process.execPath, [file], { cwd: here, stdio: ["ignore", "pipe", "inherit"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), MINUTES * 60_000);
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (part) => (said += part));
  const code = await new Promise((yes) => child.on("close", yes));
  clearTimeout(timer);
  const lines = said.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  return code === 0 ? { lines } : { lines, wrong: `it ended with ${code}` };
}

/** What is wrong with the answers of a host: pairs of a call and a complaint. */
function check(host, lines) {
  const failures = [];
  const wrong = (id, what) => failures.push([id, what]);
  const got = new Map();
  for (const line of lines) {
    if (got.has(line.id)) wrong(line.id, "answered twice");
    got.set(line.id, line);
    for (const problem of line.problems ?? []) wrong(line.id, problem);
  }
  for (const call of calls.filter(({ raw }) => host !== "core" || raw === undefined)) {
    const line = got.get(call.id);
    if (line === undefined) {
      wrong(call.id, "not run");
      continue;
    }
    const { status, rules } = call.expect;
    if (call.rewritten_by?.[host] !== undefined) {
      // The server made a plain call of it before anybody could look; that the upstream got this one is checked by the runner.
      if (!line.allow) wrong(call.id, "refused, although the server rewrites it");
      continue;
    }
    const { allow } = call.expect;
    const by = core.get(call.id);
    if (line.allow !== allow) wrong(call.id, `${line.allow ? "allowed" : "refused"}, which is wrong`);
    if (by !== undefined && line.allow !== by.allow) wrong(call.id, `${line.allow ? "allowed" : "refused"}, unlike the core`);
    // What the server itself refuses has the server's status and cites nothing.
    const own = call.refused_by === "host or map" && host !== "core" && !line.allow;
    if (own) continue;
    if (status !== undefined && ![status].flat().includes(line.status)) wrong(call.id, `status ${line.status} instead of ${status}`);
    const told = JSON.stringify([...line.rules].sort());
    const bodiless = call.method === "HEAD";
    if (rules !== undefined && !bodiless && told !== JSON.stringify(rules)) wrong(call.id, `rules ${told} instead of ${JSON.stringify(rules)}`);
    if (by !== undefined && !bodiless && told !== JSON.stringify([...by.rules].sort())) wrong(call.id, `rules ${told}, the core has ${JSON.stringify(by.rules)}`);
  }
  return failures;
}

function report(host, ran, failures) {
  const bad = new Set(failures.map(([id]) => id)).size;
  passed += Math.max(0, ran - bad);
  failed += bad;
  console.log(`${host.padEnd(10)} ${ran} calls, ${bad} wrong`);
  for (const [id, what] of failures) console.log(`  ${id}: ${what}`);
}

function grouped(lines) {
  const groups = new Map();
  for (const line of lines) groups.set(line.host, [...(groups.get(line.host) ?? []), line]);
  return groups;
}
