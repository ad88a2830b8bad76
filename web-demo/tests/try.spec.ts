// A person tries a case and reads the answer.
import { Author } from "lexgate/author";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, inBoth, test } from "./visitor";

const { policies } = JSON.parse(gunzipSync(readFileSync(join(import.meta.dirname, "../public/data/sources.bin"))).toString()) as { policies: Record<string, string> };
const author = await Author.load();

inBoth(() => {
  test("the first case asks for one step; ticked, it is permitted, and unticked it is not", async ({ visitor: { page, word, outcome } }) => {
    await page.goto("");
    await outcome("conditional");
    await expect(page.getByText(word("conditional")).first()).toBeVisible();
    const step = page.getByRole("checkbox", { name: word("signAgreement") });
    await step.check();
    await outcome("permitted");
    await expect(page.getByRole("radiogroup", { name: word("agreement") }).getByRole("radio", { name: word("yes"), exact: true })).toBeChecked();
    await step.uncheck();
    await outcome("conditional");
  });

  test("a fact that is said, unsaid and undone moves the answer", async ({ visitor: { page, word, outcome, lang } }) => {
    await page.goto("");
    await outcome("conditional");
    const agreement = page.getByRole("radiogroup", { name: word("agreement") });
    await agreement.getByRole("radio", { name: word("yes"), exact: true }).check();
    await outcome("permitted");
    await agreement.getByRole("radio", { name: word("unstated") }).check();
    await outcome("conditional");
    await page.getByLabel(word("date")).fill("2030-01-01");
    await outcome("prohibited");
    await page.getByRole("button", { name: word("undo") }).click();
    await outcome("conditional");
    await page.getByLabel(word("territory")).selectOption("360000");
    await outcome("undetermined");
    await page.getByRole("radio", { name: word("drafts") }).check();
    await expect(page.locator(".verdict .draft")).toBeVisible();
    await page.getByRole("searchbox", { name: word("find") }).fill(lang === "zh" ? "国家秘密" : "state secret");
    const secret = page.locator('[data-fact="dataset.contains_state_secret"]');
    await secret.getByRole("radio", { name: word("yes"), exact: true }).check();
    await outcome("prohibited");
  });

  test("silence of the holder: two steps, and a period that is over", async ({ visitor: { page, word, outcome } }) => {
    await page.goto("");
    await page.getByRole("button", { name: word("sharing") }).click();
    await page.getByRole("button", { name: word("silent") }).click();
    await outcome("conditional");
    await expect(page.getByRole("heading", { name: word("deadlines"), exact: true })).toBeVisible();
    await expect(page.getByText(word("overdue"), { exact: true })).toBeVisible();
    const steps = page.locator(".checklist input[type=checkbox]:not(:checked)");
    for (let rounds = 0; rounds < 6 && (await steps.count()) > 0; rounds += 1) {
      const before = await page.locator(".headline").getAttribute("data-outcome");
      await steps.first().click();
      await page.waitForTimeout(100);
      if (before === "permitted") break;
    }
    await outcome("permitted");
  });

  test("every case of the gallery gets an answer, and all outcomes but one occur", async ({ visitor: { page } }) => {
    await page.goto("");
    await page.locator("[data-outcome]").first().waitFor();
    const seen = new Set<string>();
    let count = 0;
    for (const chip of await page.locator(".chip").all()) {
      await chip.click();
      for (const card of await page.locator(".card:not(.card-blank)").all()) {
        await card.click();
        await expect(card).toHaveAttribute("aria-pressed", "true");
        const title = await card.locator(".card-title").innerText();
        await expect(page.locator(".case-title")).toHaveText(title);
        await page.waitForTimeout(30);
        seen.add((await page.locator(".headline").getAttribute("data-outcome")) ?? "");
        await expect(page.locator(".answer .issues")).toHaveCount(0);
        count += 1;
      }
    }
    expect(count).toBeGreaterThanOrEqual(20);
    expect([...seen].sort()).toEqual(["conditional", "permitted", "prohibited"]);
  });

  test("the case can be copied as JSON, curl, TypeScript and as a vector", async ({ visitor: { page, word, outcome } }) => {
    await page.goto("");
    await outcome("conditional");
    await page.getByRole("heading", { name: word("json") }).click();
    const copied = async (name: string): Promise<string> => {
      await page.getByRole("button", { name, exact: true }).click();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    expect(JSON.parse(await copied("JSON"))).toMatchObject({ action: { name: "obtain_opened_data" } });
    expect(await copied("curl")).toContain("/access/v1/evaluation");
    expect(await copied("TypeScript")).toContain('from "lexgate"');
    const vector = await copied(word("vector"));
    expect(vector).toContain('missing = ["grant.opening_agreement"]');
    const workbench = author.compile(policies, { quick: true });
    expect(workbench.runVectors({ "gx-bigdata/copied.toml": vector })).toMatchObject({ passed: 1, failed: 0 });
    expect(workbench.runVectors({ "gx-bigdata/copied.toml": vector.replace('"conditional"', '"permitted"') })).toMatchObject({ passed: 0, failed: 1 });
    workbench.dispose();
  });

  test("the language changes everywhere and is remembered", async ({ visitor: { page, word, lang } }) => {
    await page.goto("");
    await page.locator("[data-outcome]").first().waitFor();
    await page.getByRole("button", { name: word("other") }).click();
    const other = lang === "zh" ? "en" : "zh-CN";
    await expect(page.locator("html")).toHaveAttribute("lang", other);
    await page.reload();
    await expect(page.locator("html")).toHaveAttribute("lang", other);
    if (lang === "zh") {
      const answer = await page.locator("#answer").innerText();
      // Names that the visitor typed stay as they are; the law speaks English.
      expect(answer.replaceAll(/绿城出行公司|南宁公交实时位置/g, "")).not.toMatch(/\p{Script=Han}/u);
    }
  });

  test("a link brings the case to another browser", async ({ visitor: { page, word, outcome }, browser, baseURL }) => {
    await page.goto("");
    await page.getByRole("radiogroup", { name: word("agreement") }).getByRole("radio", { name: word("yes"), exact: true }).check();
    await outcome("permitted");
    await page.getByRole("button", { name: word("share") }).click();
    await expect(page).toHaveURL(/#s=/);
    const link = page.url();
    expect(link.length).toBeLessThan(2500);
    const elsewhere = await browser.newPage({ baseURL: baseURL ?? "" });
    await elsewhere.goto(link);
    await expect(elsewhere.locator(".headline")).toHaveAttribute("data-outcome", "permitted");
    for (const broken of [`${link.slice(0, -9)}AAAAAAAAA`, "#s=", "#s=%%%", "#s=AAAA"]) {
      await elsewhere.goto("about:blank");
      await elsewhere.goto(broken.startsWith("#") ? `${baseURL}${broken}` : broken);
      await expect(elsewhere.locator(".headline")).toBeVisible();
    }
    await elsewhere.close();
  });

  test("work is kept when the page is opened again", async ({ visitor: { page, word, outcome } }) => {
    await page.goto("");
    await page.getByRole("radiogroup", { name: word("agreement") }).getByRole("radio", { name: word("yes"), exact: true }).check();
    await outcome("permitted");
    await page.goto("");
    await page.reload();
    await outcome("permitted");
  });
});
