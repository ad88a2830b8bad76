// The author module, on the policies of this repository.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { dist, install, root } from "../lab.mjs";
import { tarball } from "./given.mjs";

const folder = install(tarball);
const { Author, LexgateError } = await import(pathToFileURL(join(dist(folder), "author-node.js")).href);
const { Lexgate } = await import(pathToFileURL(join(dist(folder), "node.js")).href);

function files(top) {
  const all = readdirSync(top, { recursive: true, withFileTypes: true }).filter((f) => f.isFile() && /\.(toml|cedar)$/.test(f.name));
  return Object.fromEntries(all.map((f) => join(f.parentPath ?? f.path, f.name)).map((path) => [relative(top, path), readFileSync(path, "utf8")]));
}
const sources = files(join(root, "policies"));
const vectors = files(join(root, "tests/vectors"));
const author = await Author.load();

test("the policies compile to the committed bundle and schema, and all vectors pass", async () => {
  const workbench = author.compile(sources);
  assert.deepEqual(workbench.findings.filter(({ severity }) => severity !== "advice"), []);
  assert.ok(Buffer.from(workbench.bundle).equals(readFileSync(join(root, "core/default.bundle"))), "the bundle is the committed one");
  assert.equal(author.schema(workbench.bundle), readFileSync(join(root, "policies/schema.cedarschema"), "utf8"));
  const seen = [];
  const { passed, failed, reports } = workbench.runVectors(vectors, { onProgress: (done, all) => seen.push([done, all]) });
  assert.deepEqual([failed, passed], [0, reports.length]);
  assert.ok(passed > 500, `${passed} vectors`);
  assert.deepEqual(seen.at(-1), [passed, passed]);
  const { version } = await Lexgate.load(workbench.bundle);
  assert.deepEqual(version, (await Lexgate.load()).version);
  workbench.dispose();
});

test("formatting what is formatted changes nothing, and spoilt layout is mended", () => {
  const policies = Object.entries(sources).filter(([name]) => name.endsWith(".cedar"));
  assert.ok(policies.length > 50);
  for (const [name, text] of policies.filter((_, i) => i % 10 === 0)) {
    assert.equal(author.format(text), text, name);
    assert.equal(author.format(text.replaceAll("\n\n", "\n\n\n")), text, name);
  }
});

test("a broken file is found at its place, counted as JavaScript counts", () => {
  const [name, text] = Object.entries(sources).find(([n]) => n.startsWith("gx-bigdata/") && n.endsWith(".cedar"));
  const broken = text.replace(/\b(permit|forbid)\b\s*\(/, "$1 (( ");
  const { findings, bundle } = author.compile({ ...sources, [name]: broken });
  assert.equal(bundle, undefined);
  const found = findings.find(({ file, severity }) => file === name && severity === "error");
  assert.ok(found?.span, JSON.stringify(findings.slice(0, 3)));
  const { start, end, line, column } = found.span;
  const before = broken.slice(0, start);
  assert.deepEqual([line, column], [before.split("\n").length, start - before.lastIndexOf("\n")]);
  assert.ok(Math.abs(start - broken.indexOf("(( ")) <= 4 && end > start, `at ${start}, the fault is at ${broken.indexOf("(( ")}`);
});

test("what changes from one bundle to another is said by provision", () => {
  const one = readFileSync(join(root, "core/default.bundle"));
  const name = "gx-bigdata/article-041.cedar";
  assert.ok(sources[name], "there is an article 41");
  const changed = author.compile({ ...sources, "store.toml": sources["store.toml"].replace(/version = ".*"/, 'version = "9.9.9"') }, { quick: true });
  const difference = author.diff(one, changed.bundle, vectors);
  assert.equal(typeof difference, "object");
  assert.throws(() => author.diff(new Uint8Array([1]), one, {}), (e) => e instanceof LexgateError && e.code === "not-a-bundle");
  assert.throws(() => author.format("permit"), { code: "policy-invalid" });
});
