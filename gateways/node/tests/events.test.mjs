import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { jsonLines, toAll } from "lexgate-gateway";
import { openTelemetry } from "lexgate-gateway/opentelemetry";
import { call, make } from "./given.mjs";

const SUBJECT = "91450100MA5KDEM01F";
const kept = () => {
  const lines = [];
  return { lines, sink: { write: async (line) => void lines.push(line) } };
};

test("each decision by law is one event, and nothing personal is in it", async () => {
  const { lines, sink } = kept();
  const gateway = make({ events: { sink, labels: { "service.name": "test" } } });
  assert.equal((await gateway.decide(call())).allow, true);
  assert.equal((await gateway.decide(call())).allow, true);
  assert.equal((await gateway.decide(call("/datasets/nanning-bus-positions/records?fields=driver"))).allow, false);
  assert.equal((await gateway.decide(call("/admin"))).status, 404);
  assert.equal(lines.length, 3);
  const events = lines.map((line) => JSON.parse(line));
  assert.deepEqual(events.map(({ outcome }) => outcome), ["permitted", "permitted", "prohibited"]);
  assert.deepEqual(events[2].rules, ["gx-bigdata/41/4c"]);
  assert.equal(new Set(events.map(({ decision_id: id }) => id)).size, 3);
  assert.equal(events[0].labels["service.name"], "test");
  assert.ok(events.every(({ replayable }) => replayable));
  for (const line of lines) {
    assert.ok(!line.includes(SUBJECT) && !line.includes("nanning-bus-positions") && !line.includes("traffic forecast"), line);
  }
});

test("requests are logged as they are only when asked for", async () => {
  const { lines, sink } = kept();
  await make({ events: { sink, unmasked: true } }).decide(call());
  assert.equal(JSON.parse(lines[0]).input.subject.id, SUBJECT);
  await make({ events: { sink, maskRules: { keep: ["/input/resource/id"] } } }).decide(call());
  assert.equal(JSON.parse(lines[1]).input.resource.id, "nanning-bus-positions");
  assert.notEqual(JSON.parse(lines[1]).input.subject.id, SUBJECT);
});

test("the same key gives the same tokens, another key others", async () => {
  const { lines, sink } = kept();
  for (const fill of [1, 1, 2]) await make({ events: { sink, maskKey: new Uint8Array(32).fill(fill) } }).decide(call());
  const ids = lines.map((line) => JSON.parse(line).input.resource.id);
  assert.equal(ids[0], ids[1]);
  assert.notEqual(ids[0], ids[2]);
  assert.throws(() => make({ events: { sink, maskKey: new Uint8Array(8) } }), { code: "mask-key-too-short" });
});

test("a call whose decision cannot be written down is refused", async () => {
  const sink = { write: () => Promise.reject(new Error("the disk is full")) };
  const verdict = await make({ events: { sink } }).decide(call());
  assert.deepEqual([verdict.allow, verdict.status, verdict.code], [false, 503, "decision-log-unavailable"]);
});

test("a file gets every event as a whole line before its call is answered", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "lexgate-events-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "decisions.jsonl");
  const sink = jsonLines(file);
  const gateway = make({ events: { sink, decisionId: ({ target }) => target } });
  const targets = Array.from({ length: 200 }, (_, i) => `/datasets/nanning-bus-positions/records?fields=line&limit=${(i % 100) + 1}`);
  await Promise.all(
    targets.map(async (target) => {
      await gateway.decide(call(target));
      assert.ok(readFileSync(file, "utf8").includes(`"decision_id":"${target}"`));
    }),
  );
  await sink.close();
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  assert.equal(lines.length, 200);
  lines.forEach((line) => JSON.parse(line));
  const nowhere = make({ events: { sink: jsonLines(join(folder, "missing/decisions.jsonl")) } });
  assert.equal((await nowhere.decide(call())).code, "decision-log-unavailable");
});

test("an event is a log record of OpenTelemetry in the documented fields", async () => {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
  const { lines, sink } = kept();
  const gateway = make({ events: { sink: toAll(sink, openTelemetry(provider.getLogger("lexgate"))) } });
  await gateway.decide(call("/datasets/nanning-bus-positions/records?fields=driver"));
  await provider.forceFlush();
  const [record] = exporter.getFinishedLogRecords();
  const event = JSON.parse(lines[0]);
  assert.equal(record.eventName, "lexgate.decision");
  assert.equal(record.body, lines[0]);
  assert.equal(record.severityText, "INFO");
  assert.deepEqual(record.attributes["lexgate.rules"], event.rules);
  assert.equal(record.attributes["lexgate.decision_id"], event.decision_id);
  assert.equal(record.attributes["lexgate.bundle.id"], "lexgate-provincial-data-law");
  assert.equal(record.attributes["lexgate.event.digest"], event.receipt.digest);
  assert.equal(record.attributes["lexgate.timer_evaluation_ns"], event.metrics.timer_evaluation_ns);
});
