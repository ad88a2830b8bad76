// A person compares: five texts, two cases.
import { expect, inBoth, test } from "./visitor";

inBoth(() => {
  test("the same facts under five texts, each with an outcome and the rules behind it", async ({ visitor: { page, word, outcome, view } }) => {
    await page.goto("");
    await outcome("conditional");
    await view("compare");
    await expect(page.locator(".glance td")).toHaveCount(5);
    await expect(page.locator('[data-text="gx-bigdata"]')).toHaveAttribute("data-outcome", "conditional");
    for (const text of await page.locator("article.text").all()) {
      await expect(text.locator(".cell").first().locator("li, p").first()).toBeVisible();
    }
    await view("tryCase");
    await page.getByRole("radiogroup", { name: word("agreement") }).getByRole("radio", { name: word("yes"), exact: true }).check();
    await outcome("permitted");
    await view("compare");
    await expect(page.locator('[data-text="gx-bigdata"]')).toHaveAttribute("data-outcome", "permitted");
    await expect(page.locator("article.text.differs").first()).toBeVisible();
  });

  test("two cases side by side, with the facts in which they differ", async ({ visitor: { page, word, outcome, view } }) => {
    await page.goto("");
    await outcome("conditional");
    await view("compare");
    await page.getByRole("radio", { name: word("twoCases") }).check();
    await page.getByLabel(word("caseB")).selectOption("outside-scope");
    await expect(page.locator(".short.conditional")).toBeVisible();
    await expect(page.locator(".short.prohibited")).toBeVisible();
    expect(await page.locator(".plain-table tbody tr").count()).toBeGreaterThan(2);
  });
});
