// A short visit in Firefox, as the system has it, over WebDriver BiDi: the first answer, a step ticked, the other language,
// all vectors, the widget.
import { existsSync } from "node:fs";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { serve } from "../serve.mjs";

const folders = (process.env.PATH ?? "").split(":");
const executablePath = folders.flatMap((f) => ["firefox", "firefox-esr"].map((n) => join(f, n))).find(existsSync);
if (executablePath === undefined) throw new Error("Firefox is not installed: run `cargo xtask setup`");

const { url, close } = await serve(join(import.meta.dirname, "../dist"));
const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true, extraPrefsFirefox: { "intl.accept_languages": "zh-CN" } });
let failed = 0;
const check = (what, holds) => {
  console.log(`   ${holds ? "✔" : "✘"} ${what}`);
  if (!holds) failed += 1;
};
try {
  const page = await browser.newPage();
  const attribute = (selector, name) => page.$eval(selector, (e, n) => e.getAttribute(n), name);
  await page.goto(url);
  await page.waitForSelector(".headline[data-outcome]", { timeout: 20_000 });
  check("the first case asks for a step", (await attribute(".headline", "data-outcome")) === "conditional");
  await page.click(".checklist input");
  await page.waitForSelector('.headline[data-outcome="permitted"]', { timeout: 10_000 });
  check("ticked, it is permitted", true);
  await page.click(".tools button[lang]");
  check("the language changes", (await attribute("html", "lang")) === "en");
  await page.goto(`${url}#check`);
  await page.waitForSelector(".check-page button");
  await page.click(".check-page button");
  await page.waitForSelector("[data-equal]", { timeout: 60_000 });
  const [equal, all] = [await attribute("[data-equal]", "data-equal"), await attribute("[data-equal]", "data-all")];
  check(`${equal} of ${all} vectors as the native engine`, equal === all && Number(all) > 500);
  await page.goto(`${url}portal.html`);
  await page.waitForSelector("#one >>> .question", { timeout: 20_000 });
  check("the widget asks", true);
} finally {
  await browser.close();
  close();
}
console.log(`${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
