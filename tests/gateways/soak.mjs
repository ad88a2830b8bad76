// Mixed traffic through two workers while everything changes: `node soak.mjs [MINUTES] [LEXGATE]`. Every second the status list and the
// bundle are replaced, now and then by something broken; the upstream resets connections; one worker is killed and started again.
// In the end: no call got through that must not, every decision is in the log, memory is flat. LEXGATE is the command line, which builds
// the second bundle.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, createReadStream, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { Agent, createServer, request as ask } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fixture, here, table } from "./wire.mjs";

const minutes = Number(process.argv[2] ?? 10);
const root = join(here, "../..");
const lexgate = process.argv[3] ?? ["release", "debug"].map((p) => join(root, `target/${p}/lexgate`)).find(existsSync);
/** Calls under way at a time. */
const LANES = 6;
/** Between two calls of a lane, so that the log stays within a few hundred megabytes. */
const PAUSE = 25;
const RESETS = 0.02;

const folder = mkdtempSync(join(tmpdir(), "lexgate-soak-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const put = (name, text) => {
  writeFileSync(join(folder, `${name}.new`), text);
  renameSync(join(folder, `${name}.new`), join(folder, name));
};
for (const name of ["gateway.yaml", "catalogue.json", "status.json", "jwks.json"]) cpSync(fixture(name), join(folder, name));

// Two bundles with the same law under two versions, and two status lists of which one suspends the subject of most calls.
const bundles = [readFileSync(join(root, "core/default.bundle")), other()];
const status = JSON.parse(readFileSync(fixture("status.json"), "utf8"));
const SUBJECT = "91450100MA5KDEM01F";
const lists = ["active", "suspended"].map((how) => JSON.stringify({ ...status, as_of: how === "active" ? status.as_of : "2026-11-20T09:00:00+08:00", subjects: { ...status.subjects, [SUBJECT]: how } }));
put("status.json", lists[0]);
put("lexgate.bundle", bundles[0]);

function other() {
  cpSync(join(root, "policies"), join(folder, "policies"), { recursive: true });
  const store = join(folder, "policies/store.toml");
  writeFileSync(store, readFileSync(store, "utf8").replace(/^version = .*/m, 'version = "9.9.9"'));
  const built = spawnSync(lexgate, ["bundle", "build", "--policies", join(folder, "policies"), "-o", join(folder, "other.bundle")], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the second bundle was not built: ${built.stderr ?? built.error}`);
  return readFileSync(join(folder, "other.bundle"));
}

// The upstream: notes what arrives and breaks some connections, before or in the middle of an answer.
const arrived = new Set();
let resets = 0;
const upstream = createServer((request, response) => {
  arrived.add(request.headers["x-call"]);
  request.resume();
  if (Math.random() < RESETS) {
    resets += 1;
    if (Math.random() < 0.5) response.write("{");
    setTimeout(() => request.socket.resetAndDestroy(), 1);
    return;
  }
  response.end('{"arrived":true}');
});
await new Promise((yes) => upstream.listen(0, "127.0.0.1", yes));

// Workers, and what they say of themselves.
const workers = {};
let reloads = 0;
let refusals = 0;
let unborn = 0;
/** How often each list was written, and how often it was in force within its second. */
const wrote = {};
const confirmed = {};
const memory = [];
const end = Date.now() + minutes * 60_000;
/** Which list a worker has certainly in force; undefined while one is being replaced. */
const inForce = {};

function startWorker(name) {
  const child = spawn(process.execPath, ["soak-worker.mjs", folder, name, String(upstream.address().port)], { cwd: here, stdio: ["ignore", "pipe", "inherit"] });
  const worker = { child, name, port: undefined };
  workers[name] = worker;
  child.on("exit", () => {
    worker.port = undefined;
    delete inForce[name];
    // Killed, or unborn because the sources were broken at that moment: the next one has better luck.
    if (Date.now() < end) setTimeout(() => startWorker(name), 300);
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said = JSON.parse(line);
    if (said.port) worker.port = said.port;
    if (said.reloaded) reloads += 1;
    if (said.refused) refusals += 1;
    if (said.unborn) unborn += 1;
    if (said.rss && name === "steady") memory.push({ at: Date.now(), rss: said.rss, heap: said.heap });
    if (said.status && said.status === written.as_of && workers[name] === worker && inForce[name] === undefined) {
      inForce[name] = { as_of: said.status };
      if (name === "steady") confirmed[said.status] = (confirmed[said.status] ?? 0) + 1;
    }
  });
  return worker;
}
let written = { as_of: status.as_of };
process.setMaxListeners(0);
process.on("exit", () => Object.values(workers).forEach(({ child }) => child.kill("SIGKILL")));
startWorker("steady");
startWorker("killed");
while (Object.values(workers).some(({ port }) => port === undefined)) await pause(50);

// Traffic: every call of the table that comes as it is, in turn, and those that pass five times as often.
const plain = table().filter(({ raw, gateway, refused_by, method }) => !raw && gateway === "main" && refused_by === undefined && method !== "HEAD");
const calls = plain.flatMap((call) => (call.expect.allow ? Array(5).fill(call) : [call]));
const agent = new Agent({ keepAlive: true, maxSockets: LANES });
const counts = { calls: 0, allowed: 0, refused: 0, broken: 0 };
const decided = { steady: new Set(), killed: new Set() };
const wrong = [];
const LAW = new Set(["permitted", "conditional", "prohibited", "undetermined"]);
let serial = 0;

async function lane(number) {
  for (let i = number * 7; Date.now() < end; i += 1) {
    const call = calls[i % calls.length];
    const name = i % 2 === 0 ? "steady" : "killed";
    const worker = workers[name];
    if (worker.port === undefined) {
      await pause(PAUSE);
      continue;
    }
    serial += 1;
    const id = `${call.id}.${serial}`;
    const before = inForce[name];
    const { status: answered, body } = await one(call, id, worker.port);
    counts.calls += 1;
    if (answered === 0) counts.broken += 1;
    judge(call, id, name, before, answered, body);
    await pause(PAUSE);
  }
}

function judge(call, id, name, before, answered, body) {
  const got = arrived.has(id);
  if (got) counts.allowed += 1;
  else if (answered >= 400 && answered !== 502) counts.refused += 1;
  // Suspended from before the call was sent until after it was answered, by what the worker itself confirmed.
  const after = inForce[name];
  const same = before !== undefined && before === after;
  const suspended = same && before.as_of !== status.as_of;
  const active = same && !suspended;
  const ofSubject = /^opened|^rows|^field|^spoofed|^language|^claims/.test(call.id) && call.expect.allow;
  if (got && !call.expect.allow) wrong.push(`${id} arrived`);
  if (got && ofSubject && suspended) wrong.push(`${id} arrived while its subject was suspended`);
  if (!got && call.expect.allow && answered === 403 && !(ofSubject && !active)) wrong.push(`${id} was refused: ${body.slice(0, 200)}`);
  if (answered >= 500 && answered !== 502) wrong.push(`${id} got ${answered}: ${body.slice(0, 200)}`);
  // What was decided by law has to be in the log: whatever arrived, and every refusal that says so.
  if (got || (answered === 403 && LAW.has(JSON.parse(body).outcome))) decided[name].add(id);
  arrived.delete(id);
}

function one(call, id, port) {
  return new Promise((done) => {
    const headers = call.headers.flatMap(([name, value]) => [name, value]).concat("x-call", id, "content-length", "0");
    const asked = ask({ host: "127.0.0.1", port, agent, method: call.method, path: call.target, headers, setHost: false, timeout: 10_000 }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (part) => (body += part));
      answer.on("end", () => done({ status: answer.statusCode, body }));
      answer.on("error", () => done({ status: 0, body: "" }));
    });
    asked.on("error", () => done({ status: 0, body: "" }));
    asked.on("timeout", () => asked.destroy(new Error("late")));
    asked.end();
  });
}

// Every second something changes.
let swaps = 0;
let brokenSwaps = 0;
let kills = 0;
async function swap() {
  while (Date.now() < end) {
    await pause(1000);
    swaps += 1;
    if (swaps % 7 === 3) {
      // Half a file, or a bundle with one byte changed: what is in force has to stay in force.
      brokenSwaps += 1;
      const [name, text] = swaps % 2 === 0 ? ["status.json", lists[0].slice(0, -9)] : ["lexgate.bundle", Buffer.from(bundles[0]).fill(0, 300_000, 300_001)];
      put(name, text);
      continue;
    }
    const which = swaps % 2;
    delete inForce.steady;
    delete inForce.killed;
    written = { as_of: JSON.parse(lists[which]).as_of };
    wrote[written.as_of] = (wrote[written.as_of] ?? 0) + 1;
    put("lexgate.bundle", bundles[swaps % 4 < 2 ? 0 : 1]);
    put("status.json", lists[which]);
  }
}
async function kill() {
  for (;;) {
    await pause(5000);
    if (Date.now() > end - 3000) return;
    kills += 1;
    delete inForce.killed;
    workers.killed.child.kill("SIGKILL");
  }
}

function pause(milliseconds) {
  return new Promise((yes) => setTimeout(yes, milliseconds));
}

await Promise.all([...Array.from({ length: LANES }, (_, i) => lane(i)), swap(), kill()]);

// The log.
let events = 0;
let lost = 0;
for (const [name, ids] of Object.entries(decided)) {
  const found = new Set();
  for await (const line of createInterface({ input: createReadStream(join(folder, `decisions-${name}.jsonl`)) })) {
    events += 1;
    try {
      found.add(JSON.parse(line).decision_id);
    } catch {
      wrong.push(`a line of the log of ${name} is no event: ${line.slice(0, 80)}`);
    }
  }
  for (const id of ids) {
    if (!found.has(id)) lost += 1;
  }
}
if (lost > 0) wrong.push(`${lost} decisions are not in the log`);

// Memory: after the first third, which warms up, it must not grow.
const settled = memory.slice(Math.floor(memory.length / 3));
const half = settled.length >> 1;
const median = (list) => list.map(({ rss }) => rss).sort((a, b) => a - b)[list.length >> 1] ?? 0;
const [early, late] = [median(settled.slice(0, half)), median(settled.slice(half))];
const mb = (bytes) => Math.round(bytes / 1e6);
// Too short a run says nothing of memory.
if (settled.length >= 20 && late > early * 1.15 + 10e6) wrong.push(`memory grew from ${mb(early)} to ${mb(late)} MB`);
for (const [list, times] of Object.entries(wrote)) {
  if ((confirmed[list] ?? 0) < times / 2) wrong.push(`the list of ${list} was written ${times} times and in force ${confirmed[list] ?? 0} times`);
}
if (brokenSwaps > 0 && refusals === 0) wrong.push("no broken file was refused");

console.log(`${minutes} min: ${counts.calls} calls, ${counts.allowed} arrived, ${counts.refused} refused, ${counts.broken} broken off`);
console.log(`${swaps} swaps (${brokenSwaps} broken), ${reloads} reloads, ${Object.values(confirmed).reduce((a, b) => a + b, 0)} lists in force within their second, ${refusals} refused reloads, ${resets} upstream resets, ${kills} workers killed, ${unborn} not born of broken files`);
console.log(`${events} events, ${decided.steady.size + decided.killed.size} decisions to be found, ${lost} lost; memory ${mb(early)} -> ${mb(late)} MB`);
for (const what of wrong.slice(0, 20)) console.log(`  ${what}`);
console.log(`${wrong.length === 0 ? "passed" : `${wrong.length} wrong`}`);
process.exit(wrong.length === 0 ? 0 : 1);
