// The table through the mapping and the core alone: what every host is held against. Natively, with the package
// `lexgate-gateways-core`.
import { spawnSync } from "node:child_process";
import { here } from "./wire.mjs";

const cargo = process.env.CARGO ?? "cargo";
const { status, stdout, error } = spawnSync(cargo, ["run", "--quiet", "--package", "lexgate-gateways-core"], { cwd: here, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] });
if (status !== 0) {
  throw error ?? new Error(`cargo ended with ${status}`);
}
for (const line of stdout.trimEnd().split("\n")) {
  console.log(JSON.stringify({ host: "core", ...JSON.parse(line) }));
}
