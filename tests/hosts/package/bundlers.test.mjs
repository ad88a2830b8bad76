// An application of each bundler, from the tarball, run in Chromium under the strict policy.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "../chromium/browser.mjs";
import { here, install, serve } from "../lab.mjs";
import { some } from "../page/browser.mjs";
import { requests, tarball } from "./given.mjs";

const require = createRequire(import.meta.url);

/** The source of an application; `load` is how it gets its engine. */
function application(imports, load) {
  const folder = install(tarball, { "src/suite.js": join(here, "suite.js") });
  writeFileSync(
    join(folder, "src/main.js"),
    `${imports}
     import { run } from "./suite.js";
     const lines = await (await fetch("requests.jsonl")).text();
     const result = await ${load}.then((lexgate) => run(lexgate, lines), (e) => ({ failure: e.message }));
     await fetch("/result", { method: "POST", body: JSON.stringify(result) });`,
  );
  return folder;
}

async function show(folder) {
  writeFileSync(join(folder, "requests.jsonl"), some(requests));
  if (!existsSync(join(folder, "index.html"))) {
    writeFileSync(join(folder, "index.html"), '<!doctype html><title>app</title><script type="module" src="main.js"></script>');
  }
  const server = await serve({ "/": folder });
  const browser = await launch();
  try {
    await (await browser.newPage()).goto(server.url);
    const { failure, answers, problems } = await server.result(60_000);
    assert.equal(failure, undefined);
    assert.deepEqual(problems, []);
    assert.ok(answers.length >= 15, `${answers.length} answers`);
    assert.ok(new Set(answers.map((a) => JSON.parse(a).context.outcome)).size > 1, "answers differ in outcome");
  } finally {
    await browser.close();
    server.close();
  }
}

test("Vite", async () => {
  const { build } = await import("vite");
  const folder = application('import { Lexgate } from "lexgate";', "Lexgate.load()");
  writeFileSync(join(folder, "index.html"), '<!doctype html><title>app</title><script type="module" src="/src/main.js"></script>');
  await build({ root: folder, logLevel: "error", build: { target: "es2022" } });
  await show(join(folder, "dist"));
});

test("webpack", async () => {
  const webpack = require("webpack");
  const folder = application('import { Lexgate } from "lexgate";', "Lexgate.load()");
  const stats = await new Promise((yes, no) =>
    webpack(
      {
        context: folder, mode: "production", entry: "./src/main.js", target: ["web", "es2022"], experiments: { outputModule: true, topLevelAwait: true },
        output: { path: join(folder, "out"), filename: "main.js", module: true, publicPath: "/" },
      },
      (error, stats) => (error ? no(error) : yes(stats)),
    ),
  );
  assert.deepEqual(stats.toJson().errors.map(({ message }) => message), []);
  assert.deepEqual(stats.toJson().warnings.map(({ message }) => message).filter((m) => !/size limit|performance/.test(m)), []);
  await show(join(folder, "out"));
});

test("esbuild, with the module as a file", async () => {
  const { build } = await import("esbuild");
  const imports = 'import { Lexgate } from "lexgate/manual";\nimport module from "lexgate/module.wasm";';
  const folder = application(imports, "Lexgate.load(fetch(module))");
  mkdirSync(join(folder, "out"));
  await build({
    absWorkingDir: folder, entryPoints: ["src/main.js"], bundle: true, format: "esm", outdir: "out", minify: true, target: "es2022",
    loader: { ".wasm": "file" }, publicPath: "/", logLevel: "error",
  });
  await show(join(folder, "out"));
});
