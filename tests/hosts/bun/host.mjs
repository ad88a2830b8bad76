// Bun.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { executable, here, host, install, sh } from "../lab.mjs";

await host((tarball, requests) => {
  const bun = executable("@oven", "bin/bun");
  const folder = install(tarball, { "inside.mjs": join(here, "inside.mjs"), "suite.js": join(here, "suite.js") });
  sh(bun, ["run", "--no-install", "inside.mjs", requests, "out.json"], { cwd: folder });
  return { version: sh(bun, ["--version"]).trim(), ...JSON.parse(readFileSync(join(folder, "out.json"), "utf8")) };
});
