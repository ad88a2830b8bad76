// Chromium, driven through playwright-core.
import { host } from "../lab.mjs";
import { run } from "../page/browser.mjs";
import { launch } from "./browser.mjs";

await host(async (tarball, requests) => {
  const browser = await launch();
  try {
    const result = await run(tarball, requests, async (url) => {
      const page = await browser.newPage();
      await page.goto(url);
      return () => page.close();
    });
    return { version: browser.version(), ...result };
  } finally {
    await browser.close();
  }
});
