// What the package promises besides the answers to vectors, in Node.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { dist, install, root } from "../lab.mjs";
import { example, tarball } from "./given.mjs";

const folder = install(tarball);
const entry = (name) => import(pathToFileURL(join(dist(folder), name)).href);
const { Lexgate, LexgateError } = await entry("node.js");
const manual = await entry("manual.js");
const request = example();

const thrown = (f) => {
  try {
    f();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
};

test("the bundle inside is the committed one, and the same as bytes", async () => {
  const file = readFileSync(join(root, "core/default.bundle"));
  const [inside, given] = [await Lexgate.load(), await Lexgate.load(file)];
  assert.deepEqual(given.version, inside.version);
  assert.equal(given.evaluateJson(JSON.stringify(request)), inside.evaluateJson(JSON.stringify(request)));
  assert.deepEqual(inside.regulations().map(({ code }) => code).sort(), ["fj-bigdata", "gx-bigdata", "gx-market", "jx-data", "xj-data"]);
  assert.ok(inside.facts().facts.length > 100);
  assert.equal(inside.explainRule("gx-bigdata/41/4b").rule, "gx-bigdata/41/4b");
  assert.equal(inside.explainRule("gx-bigdata/nowhere"), undefined);
  assert.equal(inside.compare(request).texts.length, 5);
});

test("what is no bundle is refused with code, path and help", async () => {
  for (const bytes of [new Uint8Array([1, 2, 3]), new Uint8Array(0), new Uint8Array(100_000)]) {
    await assert.rejects(Lexgate.load(bytes), (error) => {
      assert.ok(error instanceof LexgateError);
      assert.equal(error.code, "not-a-bundle");
      assert.equal(error.path, "$");
      assert.ok(error.help && error.texts.help.zh && error.texts.message.zh);
      return true;
    });
  }
  const damaged = readFileSync(join(root, "core/default.bundle"));
  damaged[damaged.length >> 1] ^= 1;
  await assert.rejects(Lexgate.load(damaged), { name: "LexgateError", code: "bundle-file-digest-mismatch" });
});

test("what cannot be loaded says so", async () => {
  await assert.rejects(manual.Lexgate.load(new Uint8Array([0, 97, 115, 109])), { code: "module-not-loaded" });
  await assert.rejects(manual.Lexgate.load(new Response("gone", { status: 404 })), { code: "module-not-loaded" });
});

test("bring your own: bytes, a module, a response, a promise of one", async () => {
  const bytes = readFileSync(join(dist(folder), "lexgate.wasm"));
  const typed = new Response(bytes, { headers: { "content-type": "application/wasm" } });
  const expected = (await Lexgate.load()).evaluate(request);
  for (const source of [bytes, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), new WebAssembly.Module(bytes), typed, Promise.resolve(bytes)]) {
    assert.deepEqual((await manual.Lexgate.load(source)).evaluate(request), expected);
  }
});

test("wrong input is an answer; what is no JSON is an error; neither harms the engine", async () => {
  const lexgate = await Lexgate.load();
  const before = lexgate.evaluateJson(JSON.stringify(request));
  for (const wrong of [null, 1, "text", [], {}, { ...request, subject: 3 }]) {
    const { decision, context } = lexgate.evaluate(wrong);
    assert.deepEqual([decision, context.outcome, context.errors.length > 0], [false, "undetermined", true]);
  }
  const cycle = {};
  cycle.self = cycle;
  for (const wrong of [cycle, { id: 1n }, undefined, () => 1]) {
    const error = thrown(() => lexgate.evaluate(wrong));
    assert.ok(error instanceof LexgateError, String(error));
    assert.equal(error.code, "request-not-json");
  }
  assert.equal(lexgate.evaluateJson(JSON.stringify(request)), before);
});

test("lenient: an unknown fact is a warning", async () => {
  const typo = structuredClone(request);
  typo.context.grant.opening_agrement = true;
  const strict = (await Lexgate.load()).evaluate(typo).context;
  const lenient = (await Lexgate.load(undefined, { lenient: true })).evaluate(typo).context;
  assert.deepEqual([strict.outcome, strict.errors[0].code], ["undetermined", "unknown-fact"]);
  assert.deepEqual([lenient.outcome, lenient.warnings[0].code], ["conditional", "unknown-fact"]);
});

test("a batch is its single answers, in turns too, and with defaults", async () => {
  const lexgate = await Lexgate.load();
  const ids = Array.from({ length: 2500 }, (_, i) => `d-${i}`);
  const each = ids.map((id) => ({ ...request, resource: { ...request.resource, id } }));
  const { resource, ...defaults } = request;
  const shared = lexgate.evaluateBatch({ ...defaults, evaluations: each.map(({ resource }) => ({ resource })) });
  assert.equal(shared.length, ids.length);
  assert.deepEqual(lexgate.evaluateBatch(each), shared);
  for (const at of [0, 999, 1000, 2499]) assert.deepEqual(shared[at], lexgate.evaluate(each[at]));
  assert.equal(resource.id, request.resource.id);
  assert.deepEqual(lexgate.evaluateBatch([]), []);
});

test("a disposed engine says so, and others go on", async () => {
  const [one, two] = [await Lexgate.load(), await Lexgate.load()];
  one.dispose();
  one.dispose();
  assert.equal(thrown(() => one.evaluate(request)).code, "engine-disposed");
  assert.equal(two.evaluate(request).context.outcome, "conditional");
  const disposal = Symbol.dispose ?? Symbol.for("Symbol.dispose");
  two[disposal]();
  assert.equal(thrown(() => two.evaluate(request)).code, "engine-disposed");
});

test("a trap poisons its engine and no other", async () => {
  // A copy of the module whose every evaluation stops: its first instruction is `unreachable`.
  const { default: binaryen } = await import("binaryen");
  const module = binaryen.readBinary(readFileSync(join(dist(folder), "lexgate.wasm")));
  const { BulkMemory, Multivalue, MutableGlobals, NontrappingFPToInt, ReferenceTypes, SignExt } = binaryen.Features;
  module.setFeatures(BulkMemory | Multivalue | MutableGlobals | NontrappingFPToInt | ReferenceTypes | SignExt);
  const index = Array.from({ length: module.getNumExports() }, (_, i) => binaryen.getExportInfo(module.getExportByIndex(i)));
  const { value } = index.find(({ name }) => name === "engine_evaluateText");
  const f = module.getFunction(value);
  binaryen.Function.setBody(f, module.unreachable());
  const bytes = module.emitBinary();
  module.dispose();

  const [broken, sound] = [await manual.Lexgate.load(bytes), await Lexgate.load()];
  const first = thrown(() => broken.evaluate(request));
  assert.ok(first instanceof manual.LexgateError);
  assert.equal(first.code, "engine-trapped");
  assert.ok(first.cause instanceof WebAssembly.RuntimeError);
  assert.equal(thrown(() => broken.evaluate(request)).code, "engine-poisoned");
  assert.equal(thrown(() => broken.facts()).code, "engine-poisoned");
  assert.equal(sound.evaluate(request).context.outcome, "conditional");
});

test("the end of the stack inside the engine poisons it; a new one answers", async () => {
  const lexgate = await Lexgate.load();
  const errors = [];
  // Calls at every depth up to the end of the stack: some of them run out of it inside the module.
  const deeper = () => {
    try {
      deeper();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    try {
      lexgate.evaluate(request);
    } catch (error) {
      errors.push(error);
    }
  };
  deeper();
  // Where not even an error of ours fits on the stack, the host's own is thrown.
  assert.ok(errors.every((e) => e instanceof RangeError || e instanceof LexgateError), String(errors[0]));
  assert.ok(errors.some((e) => e.code === "engine-poisoned"), "a call that ran out of the stack in the module poisons the engine");
  assert.equal(thrown(() => lexgate.evaluate(request)).code, "engine-poisoned");
  assert.equal((await Lexgate.load()).evaluate(request).context.outcome, "conditional");
});
