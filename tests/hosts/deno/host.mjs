// Deno, with leave to read and write files and nothing else.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { executable, here, host, install, sh } from "../lab.mjs";

await host((tarball, requests) => {
  const deno = executable("@deno", "deno");
  const folder = install(tarball, { "inside.mjs": join(here, "inside.mjs"), "suite.js": join(here, "suite.js") });
  const flags = ["--quiet", "--no-remote", "--no-prompt", "--allow-read", "--allow-write=."];
  sh(deno, ["run", ...flags, "inside.mjs", requests, "out.json"], { cwd: folder, env: { ...process.env, DENO_DIR: join(folder, ".deno") } });
  const version = sh(deno, ["--version"]).split(" ")[1];
  return { version, ...JSON.parse(readFileSync(join(folder, "out.json"), "utf8")) };
});
