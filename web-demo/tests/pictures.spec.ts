// Pictures of the main views for people to look at: three widths, light and dark, both languages. Kept as artefacts of a run.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";

const folder = process.env["LEXGATE_PICTURES"] ?? join(import.meta.dirname, "../../target/demo/pictures");
mkdirSync(folder, { recursive: true });

const SIZES = [
  { width: 360, height: 780 },
  { width: 1280, height: 860 },
  { width: 2560, height: 1440 },
];
const VIEWS: Record<string, string> = { try: "[data-outcome]", compare: ".glance td", edit: ".cm-content", check: ".check-page", portal: "#one .question" };

for (const [view, there] of Object.entries(VIEWS)) {
  test(`pictures of ${view}`, async ({ browser, baseURL }) => {
    test.slow();
    for (const viewport of SIZES) {
      for (const colorScheme of ["light", "dark"] as const) {
        const locale = colorScheme === "light" ? "zh-CN" : "en-GB";
        const context = await browser.newContext({ viewport, colorScheme, locale, serviceWorkers: "block", baseURL: baseURL ?? "" });
        const page = await context.newPage();
        await page.goto(view === "portal" ? "portal.html" : `#${view}`);
        await expect(page.locator(there).first()).toBeVisible({ timeout: 20_000 });
        await page.screenshot({ path: join(folder, `${view}-${viewport.width}-${colorScheme}-${locale.slice(0, 2)}.png`) });
        await context.close();
      }
    }
  });
}
