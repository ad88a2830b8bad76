// Node, through `import` and through `require`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { here, host, install, sh } from "../lab.mjs";

await host((tarball, requests) => {
  const inside = { "inside.mjs": join(here, "inside.mjs"), "inside.cjs": join(here, "node/inside.cjs"), "suite.js": join(here, "suite.js") };
  const folder = install(tarball, inside);
  const [esm, cjs] = ["inside.mjs", "inside.cjs"].map((file) => {
    sh(process.execPath, [file, requests, "out.json"], { cwd: folder });
    return JSON.parse(readFileSync(join(folder, "out.json"), "utf8"));
  });
  const same = JSON.stringify(esm.answers) === JSON.stringify(cjs.answers) ? [] : ["import and require differ"];
  return { version: process.version.slice(1), answers: esm.answers, problems: [...esm.problems, ...cjs.problems, ...same] };
});
