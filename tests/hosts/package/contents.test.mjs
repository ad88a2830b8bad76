// What is in the tarball, and what tools for packages say of it.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { publint } from "publint";
import { dist, here, install, sh } from "../lab.mjs";
import { tarball } from "./given.mjs";

const listed = sh("tar", ["-tzf", tarball]).split("\n").filter(Boolean);
const folder = install(tarball);
const files = readdirSync(dist(folder));

test("nothing but what is needed is packed", () => {
  const top = new Set(listed.map((name) => name.replace(/^package\//, "").split("/")[0]));
  assert.deepEqual([...top].sort(), ["LICENSE", "README.md", "dist", "package.json"]);
  const kinds = new Set(files.map((name) => name.replace(/^[^.]*/, "")));
  assert.deepEqual([...kinds].sort(), [".cjs", ".cjs.map", ".d.cts", ".d.ts", ".js", ".js.map", ".wasm"]);
  assert.deepEqual(files.filter((name) => name.endsWith(".wasm")), ["lexgate-author.wasm", "lexgate.wasm"]);
  for (const { name, file } of ["README.md", "LICENSE"].map((name) => ({ name, file: join(dist(folder), "..", name) }))) {
    assert.ok(statSync(file).size > 500, `${name} says something`);
  }
});

test("every file that the manifest names is there", () => {
  const manifest = JSON.parse(readFileSync(join(dist(folder), "../package.json"), "utf8"));
  const named = [];
  const walk = (value) => (typeof value === "string" ? named.push(value) : Object.values(value).forEach(walk));
  walk(manifest.exports);
  assert.ok(named.length > 20);
  for (const name of named) assert.ok(listed.includes(`package/${name.slice(2)}`), name);
  assert.equal(manifest.dependencies, undefined, "the package stands alone");
  assert.equal(manifest.scripts, undefined, "nothing runs when it is installed");
});

test("source maps and modules name no place of the machine that built them", () => {
  const maps = files.filter((name) => name.endsWith(".map"));
  assert.ok(maps.length > 0);
  for (const name of maps) {
    const { sources, sourceRoot } = JSON.parse(readFileSync(join(dist(folder), name), "utf8"));
    for (const source of sources) assert.match(source, /^(\.\.\/)?[\w.-]+(\/[\w.-]+)*$/, `${name}: ${source}`);
    assert.ok(!sourceRoot, name);
  }
  for (const name of files) {
    const text = readFileSync(join(dist(folder), name), "latin1");
    for (const place of [/\/home\/\w/, /\/root\//, /\/tmp\/\w/, /\/work\/\w/, /\.cargo\/registry/, /file:\/\/\/\w/]) {
      assert.doesNotMatch(text, place, `${name} names a place like ${text.match(place)?.[0]}`);
    }
  }
});

test("no eval and no network but the module's own address", () => {
  for (const name of files.filter((n) => /\.c?js$/.test(n))) {
    const text = readFileSync(join(dist(folder), name), "utf8");
    assert.doesNotMatch(text, /\beval\(|new Function\b|XMLHttpRequest|WebSocket|https?:\/\//, name);
    assert.equal((text.match(/\bfetch\(/g) ?? []).length, /browser/.test(name) ? 1 : 0, `${name}: calls of fetch`);
  }
});

test("publint has nothing to say", async () => {
  const { messages } = await publint({ pkgDir: join(dist(folder), ".."), strict: true });
  assert.deepEqual(messages.map(({ code, path }) => `${code} at ${path?.join(".")}`), []);
});

test("arethetypeswrong finds nothing", () => {
  const attw = join(here, "node_modules/@arethetypeswrong/cli/dist/index.js");
  // The modules themselves have no types.
  const args = ["--format", "json", "--exclude-entrypoints", "module.wasm", "author.wasm", "--profile", "node16"];
  const { analysis } = JSON.parse(sh(process.execPath, [attw, tarball, ...args], { cwd: here }));
  assert.deepEqual(Object.keys(analysis.entrypoints).sort(), [".", "./author", "./manual", "./package.json"]);
  // The resolution of Node 10 knows no conditional exports, so for it there is only `lexgate` itself.
  const problems = analysis.problems.filter((p) => !(p.resolutionKind === "node10" && p.entrypoint !== "."));
  assert.deepEqual(problems, []);
});
