import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Gateway, GatewayError, protect, watch } from "lexgate-gateway";
import { call, fixture, make, read, signed, suspended } from "./given.mjs";

test("sources that are wrong are refused, and what was in force stays", async () => {
  const gateway = make();
  for (const changed of [{ config: "version: 2" }, { catalogue: "{" }, { status: "[]" }, { keys: '{"keys":[]}' }, { bundle: new Uint8Array(64) }]) {
    assert.throws(() => gateway.reload(changed), GatewayError, JSON.stringify(Object.keys(changed)));
    assert.throws(() => make({}, changed), GatewayError);
  }
  assert.equal(gateway.generation, 0);
  assert.equal((await gateway.decide(call())).allow, true);
});

test("an error says where and in both languages", () => {
  assert.throws(
    () => make({}, { config: read("gateway.yaml").replace("action: use_opened_data", "action: use_opend_data") }),
    ({ problems: [{ code, line, message }] }) => code !== undefined && line > 1 && message.zh !== "" && message.en !== "",
  );
});

test("a new status list counts for calls that were allowed before", async () => {
  const gateway = make();
  assert.equal((await gateway.decide(call())).allow, true);
  gateway.reload({ status: suspended() });
  const refused = await gateway.decide(call());
  assert.deepEqual([refused.allow, refused.status, refused.code], [false, 403, "access-suspended"]);
  gateway.reload({ status: read("status.json") });
  assert.equal((await gateway.decide(call())).allow, true);
});

test("a call that is being verified is decided by what is in force when it is decided", async () => {
  const gateway = make({ rememberedTokens: 0 });
  for (let i = 0; i < 50; i += 1) {
    const deciding = gateway.decide(call());
    gateway.reload({ status: suspended() });
    assert.equal((await deciding).allow, false);
    gateway.reload({ status: read("status.json") });
  }
});

test("keys that were withdrawn verify nothing, remembered or not", async () => {
  const gateway = make();
  assert.equal((await gateway.decide(call())).allow, true);
  gateway.reload({ keys: { keys: JSON.parse(read("jwks.json")).keys.filter(({ kid }) => kid === "gateway-test-es256") } });
  assert.equal((await gateway.decide(call())).status, 401);
});

test("an allow is remembered to the end of the day and no longer than its token", async () => {
  let now = new Date("2026-11-20T08:00:00Z");
  const gateway = make({ clock: () => now });
  const first = await gateway.decide(call());
  assert.equal(await gateway.decide(call()), first);
  now = new Date("2026-11-20T16:00:00Z");
  assert.notEqual(await gateway.decide(call()), first, "midnight in UTC+8");
  now = new Date(signed.opened.claims.exp * 1000 + 60_000);
  assert.equal((await gateway.decide(call())).status, 401);
});

test("memory lets nothing pass that the module refuses", async () => {
  const gateway = make();
  const first = await gateway.decide(call());
  assert.equal(await gateway.decide(call(undefined, undefined, ["user-agent", "other", "x-request-id", "1"])), first, "what does not matter is not looked at");
  const bad = {
    "another path": ["x-original-url", "/admin"],
    "another method": ["X-HTTP-Method-Override", "DELETE"],
    "a body": ["content-length", "5"],
    "two lengths": ["content-length", "0", "content-length", "5"],
    "a second host": ["host", "other.example.cn"],
    "a second token": ["authorization", `Bearer ${signed.shared.jwt}`],
    "a second token under another spelling": ["Authorization", "x"],
    "a name for a name": ["authorization_", "x", "Content_Length", "5"],
    "a control character": ["user-agent", "a\u0001b"],
    "too much": ["user-agent", "x".repeat(40_000)],
  };
  for (const [what, headers] of Object.entries(bad)) {
    assert.equal((await gateway.decide(call(undefined, undefined, headers))).allow, false, what);
  }
  assert.equal((await gateway.decide({ ...call(), method: "DELETE" })).allow, false);
  assert.equal((await gateway.decide({ ...call(), authority: "other.example.cn" })).allow, false);
  assert.equal(await gateway.decide(call()), first);
});

test("headers that bear on the decision are not forgotten by memory", async () => {
  const gateway = make();
  const batch = (fields) => ({ ...call("/datasets/nanning-bus-positions/batch", "opened-batch", ["x-fields", fields]), method: "POST" });
  assert.equal((await gateway.decide(batch("line"))).allow, true);
  assert.equal((await gateway.decide(batch("driver"))).allow, false);
  assert.equal((await gateway.decide(batch("line"))).allow, true);
});

test("a trap refuses the call; the next one is decided by a new memory", async () => {
  const gateway = make({ rememberedVerdicts: 0 });
  gateway.current.raw.decide = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  const refused = await gateway.decide(call());
  assert.deepEqual([refused.allow, refused.status, refused.code], [false, 503, "gateway-trapped"]);
  assert.equal((await gateway.decide(call())).allow, true);
});

test("a Fetch handler forwards with the headers of the gateway and without the caller's", async () => {
  const seen = [];
  const handler = protect(make(), (request) => {
    seen.push(Object.fromEntries(request.headers));
    return new Response("data");
  });
  const headers = { authorization: `Bearer ${signed.opened.jwt}`, "x-lexgate-obligations": "spoofed", "x-lexgate-other": "spoofed" };
  const allowed = await handler(new Request("http://data.example.cn/datasets/nanning-bus-positions/records?fields=line", { headers }));
  assert.equal(await allowed.text(), "data");
  assert.ok(JSON.parse(seen[0]["x-lexgate-obligations"]).length > 0);
  assert.equal(seen[0]["x-lexgate-other"], undefined);
  const refused = await handler(new Request("http://data.example.cn/datasets/nanning-bus-positions/records?fields=driver", { headers }));
  assert.equal(refused.status, 403);
  assert.equal(refused.headers.get("content-type"), "application/problem+json");
  assert.deepEqual((await refused.json()).rules, ["gx-bigdata/41/4c"]);
  assert.equal(seen.length, 1);
});

test("files that are moved into place are taken up; broken ones are not", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "lexgate-watch-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const names = { config: "gateway.yaml", catalogue: "catalogue.json", status: "status.json", keys: "jwks.json" };
  const files = Object.fromEntries(Object.entries(names).map(([name, base]) => [name, join(folder, base)]));
  for (const base of Object.values(names)) copyFileSync(fixture(base), join(folder, base));
  const gateway = await Gateway.open(files);
  // The watchers alone keep no program running.
  const awake = setInterval(() => {}, 1000);
  t.after(() => clearInterval(awake));
  let told;
  const next = () => new Promise((yes) => (told = yes));
  const watching = watch(gateway, files, { quiet: 20, onReload: () => told("reloaded"), onRefused: ({ code }) => told(code) });
  t.after(() => watching.close());
  const put = (text) => {
    writeFileSync(join(folder, "new"), text);
    renameSync(join(folder, "new"), files.status);
  };
  let heard = next();
  put(suspended());
  assert.equal(await heard, "reloaded");
  assert.equal((await gateway.decide(call())).allow, false);
  heard = next();
  put(suspended().slice(0, -5));
  assert.notEqual(await heard, "reloaded");
  assert.equal((await gateway.decide(call())).code, "access-suspended");
});
