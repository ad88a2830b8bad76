// The first decision of a new process: `node cold.mjs ENGINE DIST CASES`; prints milliseconds.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { cedar, cedarAllows, cedarCall } from "./engines.mjs";

const [engine, dist, file] = process.argv.slice(2);
const cases = JSON.parse(readFileSync(file, "utf8"));
const [first] = cases.requests;
const call = cedarCall(first);

const begun = performance.now();
if (engine === "lexgate") {
  const { Lexgate } = await import(pathToFileURL(join(dist, "node.js")).href);
  (await Lexgate.load()).evaluate(first.request).decision;
} else {
  cedarAllows(cedar(createRequire(import.meta.url)("@cedar-policy/cedar-wasm/nodejs"), cases)(call));
}
console.log(performance.now() - begun);
