// Runs in the folder where the package is installed, in a host that has Node's file API: node, deno, bun.
import { readFileSync, writeFileSync } from "node:fs";
import { Lexgate } from "lexgate";
import { run } from "./suite.js";

const [requests, out] = process.argv.slice(2);
writeFileSync(out, JSON.stringify(run(await Lexgate.load(), readFileSync(requests, "utf8"))));
