// No network is needed: Node in a network namespace that has none, Chromium with the network cut once the page is there.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "../chromium/browser.mjs";
import { here, install, serve } from "../lab.mjs";
import { site, some } from "../page/browser.mjs";
import { requests, tarball } from "./given.mjs";

test("Node in a namespace without a network", () => {
  const folder = install(tarball, { "inside.mjs": join(here, "inside.mjs"), "suite.js": join(here, "suite.js") });
  const isolate = (args) => spawnSync("unshare", ["--user", "--map-root-user", "--net", ...args], { cwd: folder, encoding: "utf8" });
  const interfaces = isolate(["sh", "-c", "ls /sys/class/net; ip link 2>/dev/null | grep -c 'state UP'"]);
  assert.equal(interfaces.error, undefined, "unshare (util-linux) is needed");
  assert.equal(interfaces.status === null, false);
  const reach = isolate([process.execPath, "-e", "fetch('http://192.0.2.1/', { signal: AbortSignal.timeout(2000) }).then(() => process.exit(9), (e) => { console.log(e.cause?.code); })"]);
  assert.equal(reach.status, 0, `user namespaces are refused here, so this test cannot be made: ${reach.stderr}`);
  assert.match(reach.stdout, /ENETUNREACH/, "there is really no network inside");
  const run = isolate([process.execPath, "inside.mjs", requests, "out.json"]);
  assert.equal(run.status, 0, run.stderr);
  const { answers, problems } = JSON.parse(readFileSync(join(folder, "out.json"), "utf8"));
  assert.deepEqual(problems, []);
  assert.equal(answers.length, readFileSync(requests, "utf8").split("\n").filter(Boolean).length);
});

test("Chromium after the network is gone", async () => {
  const { folder, mounts } = site(tarball, requests);
  writeFileSync(join(folder, "site/requests.jsonl"), some(requests));
  writeFileSync(
    join(folder, "site/page.js"),
    `import { Lexgate } from "/lexgate/browser.js";
     import { run } from "./suite.js";
     const lines = await (await fetch("requests.jsonl")).text();
     const lexgate = await Lexgate.load();
     // Once the page is told to go on, it decides; it also loads another engine, from the module it already has.
     globalThis.decide = async () => [run(lexgate, lines), run(await Lexgate.load(), lines)];
     document.title = "ready";`,
  );
  const server = await serve(mounts);
  const browser = await launch();
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(server.url);
    while ((await page.title()) !== "ready") await new Promise((yes) => setTimeout(yes, 50));
    await context.setOffline(true);
    server.close();
    await assert.rejects(page.evaluate(() => fetch("/requests.jsonl")), /fetch/i, "the network is really gone");
    const [one, two] = await page.evaluate(() => globalThis.decide());
    assert.deepEqual([one.problems, one.answers.length > 10], [[], true]);
    assert.deepEqual(two, one);
  } finally {
    await browser.close();
    server.close();
  }
});
