// Makes the npm package out of what wasm-pack left: `node build.mjs DECIDE AUTHOR`, each a folder of wasm-pack's.
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const require = createRequire(import.meta.url);
const [decide, author] = process.argv.slice(2);
if (!decide || !author) {
  throw new Error("usage: node build.mjs DECIDE AUTHOR");
}

function run(program, args) {
  const child = spawn(process.execPath, [program, ...args], { cwd: here, stdio: "inherit" });
  return new Promise((yes, no) => child.on("error", no).on("exit", (code) => (code === 0 ? yes() : no(new Error(`${program} failed`)))));
}

/** What compilers emit for this target today and every supported host runs. */
const FEATURES = ["bulk-memory", "sign-ext", "nontrapping-float-to-int", "mutable-globals", "reference-types", "multivalue"];

/** The module, optimised. */
function optimise(folder, level, to) {
  const binaryen = join(dirname(require.resolve("binaryen")), "bin/wasm-opt");
  const features = FEATURES.map((f) => `--enable-${f}`);
  return run(binaryen, [level, ...features, "--strip-debug", "--strip-producers", join(folder, "lexgate_bg.wasm"), "-o", join(dist, to)]);
}

/**
 * The glue of wasm-bindgen keeps its instance in variables of its module, so there could be one instance for ever. As a
 * function that makes a copy of it, every engine has its own, and one that was stopped can be replaced.
 */
async function glue(folder, to) {
  const entry = join(folder, "lexgate_bg.js");
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "iife", globalName: "glue", write: false, target: "es2022" });
  const name = "./lexgate_bg.js";
  writeFileSync(
    to,
    `export function createGlue() {\n${outputFiles[0].text}\nreturn glue;\n}\nexport const GLUE_NAME = ${JSON.stringify(name)};\n`,
  );
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
// Built in a folder of its own, so that source maps name files as they are named here and nothing of this machine.
const js = join(here, "js");
await glue(decide, join(js, "glue.js"));
await glue(author, join(js, "author-glue.js"));

const common = { absWorkingDir: here, bundle: true, target: "es2022", sourcemap: true, outdir: "dist", logLevel: "warning" };
const external = ["node:*", "*.wasm"];
await build({
  ...common,
  entryPoints: ["js/node.ts", "js/browser.ts", "js/workerd.ts", "js/manual.ts", "js/author-node.ts", "js/author-browser.ts"],
  format: "esm",
  external,
});
await build({
  ...common,
  entryPoints: ["js/node.ts", "js/manual.ts", "js/author-node.ts"],
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  platform: "node",
  external,
  // CommonJS has no `import.meta`.
  define: { "import.meta.url": "fileUrl" },
  banner: { js: 'const fileUrl = require("node:url").pathToFileURL(__filename).href;' },
});
await run(join(dirname(require.resolve("typescript/package.json")), "bin/tsc"), ["-p", "tsconfig.json"]);
for (const file of readdirSync(js).filter((f) => f.endsWith(".d.ts") && f.includes("glue"))) {
  copyFileSync(join(js, file), join(dist, file));
}
for (const file of readdirSync(dist).filter((f) => f.endsWith(".d.ts"))) {
  const text = readFileSync(join(dist, file), "utf8");
  writeFileSync(join(dist, file.replace(/\.ts$/, ".cts")), text.replaceAll('.js"', '.cjs"'));
}
// Both at once: each takes a minute or more, and one core.
await Promise.all([optimise(decide, "-O3", "lexgate.wasm"), optimise(author, "-Oz", "lexgate-author.wasm")]);
for (const file of ["LICENSE"]) {
  copyFileSync(join(here, "..", file), join(here, file));
}
