// What has to be true of the page as a product: rules for everyone, offline, sizes; times are measured and printed.
import AxeBuilder from "@axe-core/playwright";
import type { Browser, Page } from "@playwright/test";
import { join } from "node:path";
import { serve } from "../serve.mjs";
import { expect, inBoth, test } from "./visitor";

const VIEWS = ["try", "compare", "edit", "check", "widget"] as const;

async function settle(page: Page, view: (typeof VIEWS)[number]): Promise<void> {
  await page.goto(`#${view}`);
  await page.reload();
  const there = { try: "[data-outcome]", compare: ".glance td", edit: ".cm-content", check: ".check-page", widget: ".narrow" }[view];
  await page.locator(there).first().waitFor({ timeout: 15_000 });
}

inBoth(() => {
  for (const scheme of ["light", "dark"] as const) {
    test(`axe finds nothing in any view, ${scheme}`, async ({ visitor: { page } }) => {
      test.slow();
      await page.emulateMedia({ colorScheme: scheme });
      for (const view of VIEWS) {
        await settle(page, view);
        const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
        expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" ¦ ")}`), view).toEqual([]);
      }
      await page.goto("portal.html");
      await page.locator("#one .question").waitFor();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(" ¦ ")}`), "portal").toEqual([]);
    });
  }

  test("no view is wider than a small or a large screen", async ({ visitor: { page } }) => {
    for (const width of [360, 768, 1280, 2560, 3840]) {
      await page.setViewportSize({ width, height: 900 });
      for (const view of VIEWS) {
        await settle(page, view);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(over, `${view} at ${width}`).toBeLessThanOrEqual(0);
      }
    }
  });

  test("the keyboard is enough: a step is ticked, a fact is said, a view is changed", async ({ visitor: { page, word, outcome } }) => {
    await page.goto("");
    await outcome("conditional");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(page.locator("#answer")).toBeFocused();
    await page.keyboard.press("Tab");
    const step = page.getByRole("checkbox", { name: word("signAgreement") });
    await expect(step).toBeFocused();
    await page.keyboard.press("Space");
    await outcome("permitted");
    await expect(page.getByRole("checkbox", { name: word("signAgreement") })).toBeFocused();
    await page.keyboard.press("Space");
    await outcome("conditional");
    const yes = page.getByRole("radiogroup", { name: word("agreement") }).getByRole("radio", { name: word("no"), exact: true });
    await yes.focus();
    await page.keyboard.press("ArrowLeft");
    await outcome("permitted");
    await page.getByRole("navigation").getByRole("link", { name: word("compare") }).focus();
    await page.keyboard.press("Enter");
    await expect(page.locator(".glance")).toBeVisible();
  });
});

/** Bytes over the wire by address, as the server sent them. */
async function weigh(browser: Browser, baseURL: string, visit: (page: Page) => Promise<void>): Promise<Map<string, number>> {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage();
  const sizes = new Map<string, number>();
  page.on("response", (r) => sizes.set(new URL(r.url()).pathname, Number(r.headers()["content-length"] ?? 0)));
  await page.goto(baseURL);
  await visit(page);
  await context.close();
  return sizes;
}

test("the first load is at most 900 kB, and what the editor needs comes with the editor", async ({ browser, baseURL }) => {
  const first = await weigh(browser, baseURL ?? "", async (page) => {
    await page.locator("[data-outcome]").first().waitFor();
    await page.waitForLoadState("networkidle");
  });
  const sum = [...first.values()].reduce((a, b) => a + b, 0);
  console.log(`   first load: ${first.size} files, ${sum} bytes`);
  expect(sum).toBeGreaterThan(100_000);
  expect(sum).toBeLessThanOrEqual(900_000);
  expect([...first.keys()].filter((path) => /editor|author|sources/.test(path))).toEqual([]);
  const later = await weigh(browser, baseURL ?? "", async (page) => {
    await page.goto(`${baseURL}#edit`);
    await page.locator(".cm-content").waitFor({ timeout: 15_000 });
  });
  expect([...later.keys()].filter((path) => /lexgate-author.*wasm/.test(path))).toHaveLength(1);
});

test("times: first answer with a cold cache, typing to answer", async ({ browser, baseURL }) => {
  const firsts: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const context = await browser.newContext({ serviceWorkers: "block", locale: "zh-CN" });
    const page = await context.newPage();
    await page.goto(baseURL ?? "");
    await page.locator("[data-outcome]").first().waitFor();
    firsts.push(await page.evaluate(() => performance.getEntriesByName("first-answer")[0]?.startTime ?? Number.NaN));
    if (round === 4) {
      const name = page.getByLabel("数据集名称（只作标识）");
      await name.click();
      await page.keyboard.type("南宁市公共交通实时位置与到站预测数据集（二零二六年版）、线路、站点、班次以及运力等各项明细", { delay: 15 });
      const date = page.getByLabel("判断日期");
      for (let day = 10; day < 28; day += 1) await date.fill(`2026-05-${day}`);
      const waits = await page.evaluate(() => performance.getEntriesByName("input-to-answer").map((e) => e.duration));
      waits.sort((a, b) => a - b);
      const at = (q: number): string => (waits[Math.min(waits.length - 1, Math.floor(waits.length * q))] ?? Number.NaN).toFixed(1);
      console.log(`   typing to answer, ${waits.length} inputs: median ${at(0.5)} ms, p95 ${at(0.95)} ms, worst ${at(1)} ms`);
      expect(waits.length).toBeGreaterThan(40);
    }
    await context.close();
  }
  firsts.sort((a, b) => a - b);
  console.log(`   first answer after navigation, cold: ${firsts.map((f) => f.toFixed(0)).join(", ")} ms`);
  expect(firsts.every((f) => f > 0)).toBe(true);
});

test("after the first visit the page works without a network", async ({ browser }) => {
  test.slow();
  // A server of its own, that can be stopped: what the runner calls offline does not reach a service worker.
  const folder = join(import.meta.dirname, "../dist");
  let server = await serve(folder);
  const port = Number(new URL(server.url).port);
  const context = await browser.newContext({ serviceWorkers: "allow", locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto(server.url);
  await page.locator("[data-outcome]").first().waitFor();
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  server.close();
  await page.reload();
  await expect(page.locator("[data-outcome]").first()).toBeVisible();
  await page.getByRole("checkbox", { name: "同数据提供单位订立开放利用协议" }).check();
  await expect(page.locator(".headline")).toHaveAttribute("data-outcome", "permitted");
  // The editor was never opened: the page says so instead of hanging.
  await page.getByRole("navigation").getByRole("link", { name: "改规则" }).click();
  await expect(page.getByRole("alert")).toContainText("请联网打开一次");
  server = await serve(folder, port);
  await page.reload();
  await page.locator(".cm-content").waitFor({ timeout: 20_000 });
  await expect(page.getByText("没有问题")).toBeVisible({ timeout: 20_000 });
  server.close();
  await page.reload();
  await page.locator(".cm-content").waitFor({ timeout: 20_000 });
  await context.close();
});

test("the policy is strict, in the page and in the header, and it is kept", async ({ page }) => {
  const response = await page.goto("");
  const header = response?.headers()["content-security-policy"] ?? "";
  const meta = (await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content")) ?? "";
  for (const policy of [header, meta]) {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).not.toContain("'unsafe-inline'");
    expect(policy).not.toContain("'unsafe-eval'");
    expect(policy).not.toMatch(/https?:|\*/);
  }
  const tried = await page.evaluate(async () => {
    document.body.append(Object.assign(document.createElement("script"), { textContent: "document.title = 'an inline script ran'" }));
    const elsewhere = await fetch("https://example.org/").then(() => "sent", () => "refused");
    return [document.title, elsewhere];
  });
  expect(tried).toEqual(["数据法规工作台 · Data law workbench", "refused"]);
});

test("a module that does not come is said in words", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ serviceWorkers: "block", locale: "zh-CN" });
  const page = await context.newPage();
  await page.route("**/*.wasm", (route) => route.fulfill({ status: 404 }));
  await page.goto(baseURL ?? "");
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByRole("button", { name: "重新载入" })).toBeVisible();
  await context.close();
});
