// The memory of the module stays as it is after each request has been seen once, however often they come again.
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "../chromium/browser.mjs";
import { here, install, serve, sh } from "../lab.mjs";
import { site } from "../page/browser.mjs";
import { full, requests, tarball } from "./given.mjs";

function judge(t, { marks, count }) {
  const [first, last] = [marks[0], marks.at(-1)];
  t.diagnostic(`${count} evaluations: high-water mark ${(Math.max(...marks) / 2 ** 20).toFixed(1)} MiB, ${marks.length} readings`);
  assert.ok(marks.length > 4 && first > 0);
  assert.equal(last, first, `the memory grew from ${first} to ${last} bytes`);
}

test("in Node", (t) => {
  const folder = install(tarball, { "memory.js": join(here, "package/memory.js"), "requests.jsonl": requests });
  writeFileSync(
    join(folder, "run.mjs"),
    `import { readFileSync } from "node:fs";
     import { soak } from "./memory.js";
     const { Lexgate } = await soak.watched(() => import("lexgate"));
     console.log(JSON.stringify(await soak(Lexgate, readFileSync("requests.jsonl", "utf8"), ${full ? 1_000_000 : 100_000})));`,
  );
  judge(t, JSON.parse(sh(process.execPath, ["run.mjs"], { cwd: folder, timeout: 3_600_000 })));
});

test("in Chromium", async (t) => {
  const { folder, mounts } = site(tarball, requests);
  cpSync(join(here, "package/memory.js"), join(folder, "site/memory.js"));
  writeFileSync(
    join(folder, "site/page.js"),
    `import { soak } from "./memory.js";
     const { Lexgate } = await soak.watched(() => import("/lexgate/browser.js"));
     const result = await soak(Lexgate, await (await fetch("requests.jsonl")).text(), ${full ? 100_000 : 20_000});
     await fetch("/result", { method: "POST", body: JSON.stringify(result) });`,
  );
  const server = await serve(mounts);
  const browser = await launch();
  try {
    await (await browser.newPage()).goto(server.url);
    judge(t, await server.result(1_800_000));
  } finally {
    await browser.close();
    server.close();
  }
});

