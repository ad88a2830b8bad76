// The examples run as they stand, with the packed package.
import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "../chromium/browser.mjs";
import { install, root, serve, sh } from "../lab.mjs";
import { serve as work } from "../workerd/serve.mjs";
import { tarball } from "./given.mjs";

const examples = join(root, "examples");
const at = (name) => join(examples, name);

test("each has fewer than 40 lines", () => {
  for (const name of ["decide.mjs", "worker.mjs", "portal.mjs", "portal.html"]) {
    assert.ok(readFileSync(at(name), "utf8").trimEnd().split("\n").length < 40, name);
  }
});

test("decide.mjs says what is missing", () => {
  const folder = install(tarball, { "decide.mjs": at("decide.mjs") });
  const before = sh(process.execPath, ["decide.mjs", at("guangxi-bus-positions.json")], { cwd: folder });
  assert.match(before, /^conditional\n- .*opening-utilisation agreement.*: .*art\. 41/);
  const after = sh(process.execPath, ["decide.mjs", at("guangxi-bus-positions-signed.json")], { cwd: folder });
  assert.equal(after, "permitted\n");
});

test("worker.mjs lets through what is permitted and nothing else", async () => {
  const { url, end } = await work(install(tarball), at("worker.mjs"));
  try {
    const post = async (body) => {
      const response = await fetch(url, { method: "POST", body });
      return [response.status, (await response.json()).context.outcome];
    };
    assert.deepEqual(await post(readFileSync(at("guangxi-bus-positions-signed.json"))), [200, "permitted"]);
    assert.deepEqual(await post(readFileSync(at("guangxi-bus-positions.json"))), [403, "conditional"]);
    assert.deepEqual(await post("no JSON"), [403, "undetermined"]);
    assert.equal((await fetch(url)).status, 405);
  } finally {
    end();
  }
});

test("portal.html follows the boxes", async () => {
  const { build } = await import("vite");
  const folder = install(tarball, { "index.html": at("portal.html"), "portal.mjs": at("portal.mjs") });
  await build({ root: folder, logLevel: "error", build: { target: "es2022" } });
  cpSync(at("guangxi-bus-positions.json"), join(folder, "dist/guangxi-bus-positions.json"));
  const server = await serve({ "/": join(folder, "dist") });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const says = (text) => page.getByRole("status").filter({ hasText: text }).waitFor({ timeout: 20_000 });
    const lines = () => page.locator("ol li").allTextContents();
    await says(/^完成下列事项后可以获取$/);
    assert.equal((await lines()).length, 2);
    await page.getByLabel("已签署安全承诺").check();
    await page.getByLabel("已签订开放利用协议").check();
    await says(/^可以获取$/);
    assert.deepEqual(await lines(), []);
    await page.getByLabel("已签订开放利用协议").uncheck();
    await says(/^完成下列事项后可以获取$/);
    assert.match((await lines()).join(), /第四十一条/);
  } finally {
    await browser.close();
    server.close();
  }
});
