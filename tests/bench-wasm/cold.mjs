// The first decision of a new process: `node cold.mjs ENGINE DIST CASES CALL`; prints milliseconds.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cedar, cedarAllows } from "./engines.mjs";

const [engine, dist, file, call] = process.argv.slice(2);
const cases = JSON.parse(readFileSync(file, "utf8"));
const [first] = cases.requests;
const asked = JSON.parse(call);

const begun = performance.now();
if (engine === "lexgate") {
  const { Lexgate } = await import(pathToFileURL(join(dist, "node.js")).href);
  (await Lexgate.load()).evaluate(first.request).decision;
} else {
  cedarAllows(cedar(createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs"), cases)(asked));
}
console.log(performance.now() - begun);
