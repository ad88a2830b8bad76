// Makes the npm package out of what wasm-pack left of gateways/wasm: `node build.mjs MODULE`, its folder.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const require = createRequire(import.meta.url);
const [folder] = process.argv.slice(2);
if (!folder) {
  throw new Error("usage: node build.mjs MODULE");
}

function run(program, args) {
  if (spawnSync(process.execPath, [program, ...args], { cwd: here, stdio: "inherit" }).status !== 0) {
    throw new Error(`${program} failed`);
  }
}

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);

// The glue of wasm-bindgen keeps its instance in variables of its module, so there could be one for ever. As a function that
// makes a copy of it, an instance that was stopped can be replaced.
const entry = join(folder, "lexgate_gateway_bg.js");
const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "iife", globalName: "glue", write: false, target: "es2022" });
writeFileSync(
  join(here, "js/glue.js"),
  `export function createGlue() {\n${outputFiles[0].text}\nreturn glue;\n}\nexport const GLUE_NAME = "./lexgate_gateway_bg.js";\n`,
);

const common = { absWorkingDir: here, bundle: true, format: "esm", target: "es2022", sourcemap: true, outdir: "dist", logLevel: "warning" };
const entries = ["node", "hono", "express", "fastify", "cedar-express", "opentelemetry"];
await build({ ...common, entryPoints: entries.map((name) => `js/${name}.ts`), external: ["node:*", "jose", "@opentelemetry/*"] });
// Workers take one file: what it needs is inside.
await build({ ...common, entryPoints: ["js/workers.ts"] });
run(join(dirname(require.resolve("typescript/package.json")), "bin/tsc"), ["-p", "tsconfig.json"]);
copyFileSync(join(here, "js/glue.d.ts"), join(dist, "glue.d.ts"));

const FEATURES = ["bulk-memory", "sign-ext", "nontrapping-float-to-int", "mutable-globals", "reference-types", "multivalue"];
const optimise = join(dirname(require.resolve("binaryen")), "bin/wasm-opt");
const flags = [...FEATURES.map((f) => `--enable-${f}`), "--strip-debug", "--strip-producers"];
run(optimise, ["-O3", ...flags, join(folder, "lexgate_gateway_bg.wasm"), "-o", join(dist, "lexgate-gateway.wasm")]);
copyFileSync(join(here, "../../LICENSE"), join(here, "LICENSE"));
