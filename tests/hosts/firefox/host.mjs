// Firefox, the system's own build, driven through puppeteer-core (WebDriver BiDi).
import puppeteer from "puppeteer-core";
import { host, program } from "../lab.mjs";
import { run } from "../page/browser.mjs";

await host(async (tarball, requests) => {
  const browser = await puppeteer.launch({ browser: "firefox", executablePath: program("firefox-esr", "firefox"), headless: true });
  try {
    const result = await run(tarball, requests, async (url) => {
      const page = await browser.newPage();
      await page.goto(url);
      return () => page.close();
    });
    return { version: (await browser.version()).split("/").pop(), ...result };
  } finally {
    await browser.close();
  }
});
