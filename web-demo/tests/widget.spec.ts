// The widget in a portal: questions that still matter, an end in words, a catalogue at once.
import { expect, inBoth, test } from "./visitor";

const W = {
  yes: { zh: "是", en: "Yes" },
  no: { zh: "否", en: "No" },
  agreed: { zh: "予以开放", en: "open" },
  may: { zh: "您可以", en: "You may" },
  once: { zh: "办完下列事项后，您可以", en: "You may, once this is done" },
  because: { zh: "不可以，因为", en: "Not possible, because" },
  again: { zh: "重新回答", en: "Start again" },
  not: { zh: "不可以", en: "may not" },
} as const;

inBoth(() => {
  test("the answers decide: you may; you may once; not possible because", async ({ visitor: { page, lang } }) => {
    await page.goto("portal.html");
    const widget = page.locator("#one");
    const end = widget.locator("[data-outcome]");
    /** Answers every question: the one about the agreement as given, a choice of stages by its last entry, all others with yes. */
    const through = async (agreement: "yes" | "no"): Promise<string[]> => {
      const asked: string[] = [];
      await widget.locator(".question, [data-outcome]").first().waitFor();
      while ((await end.count()) === 0) {
        const question = await widget.locator(".question").innerText();
        asked.push(question);
        const choices = widget.locator(".choices");
        const select = choices.getByRole("combobox");
        if ((await select.count()) > 0) {
          await select.selectOption("approved");
        } else if ((await choices.getByRole("button", { name: W.agreed[lang], exact: true }).count()) > 0) {
          await choices.getByRole("button", { name: W.agreed[lang], exact: true }).click();
        } else {
          const about = /开放利用协议|opening-utilisation agreement/.test(question);
          const yes = choices.getByRole("button", { name: W[about ? agreement : "yes"][lang], exact: true });
          await ((await yes.count()) > 0 ? yes : choices.getByRole("button").first()).click();
        }
        await expect(widget.locator(".question").filter({ hasText: question })).toHaveCount(0);
      }
      return asked;
    };
    const asked = await through("yes");
    expect(asked.length).toBeGreaterThan(2);
    expect(new Set(asked).size).toBe(asked.length);
    await expect(end).toHaveText(W.may[lang]);
    await widget.getByRole("button", { name: W.again[lang] }).click();
    await through("no");
    await expect(end).toHaveText(W.once[lang]);
    await expect(widget.getByRole("listitem")).toHaveCount(1);
    await expect(page.locator("#events")).toContainText('"conditional"');
  });

  test("a refusal ends the questions at once", async ({ visitor: { page, lang } }) => {
    await page.goto("portal.html");
    const widget = page.locator("#one");
    await widget.locator(".question").waitFor();
    // The first question is one that can end it.
    await widget.getByRole("button", { name: lang === "zh" ? "不予开放" : "do not open", exact: true }).click();
    await expect(widget.locator("[data-outcome]")).toHaveText(W.because[lang]);
    await expect(widget.getByRole("listitem").first()).toContainText(lang === "zh" ? "第四十一条" : "art. 41");
  });

  test("a catalogue is judged and filtered at once", async ({ visitor: { page, lang } }) => {
    await page.goto("portal.html");
    const rows = page.locator("#many .rows li");
    await expect(rows).toHaveCount(7);
    await page.locator("#many").getByRole("button", { name: new RegExp(`^${W.not[lang]} `) }).click();
    for (const row of await rows.all()) await expect(row).toHaveAttribute("data-outcome", "prohibited");
    expect(await rows.count()).toBe(2);
  });
});

test("the portal's styles reach the widget by custom properties and by nothing else", async ({ visitor: { page } }) => {
  await page.goto("portal.html");
  await page.locator("#one .question").waitFor();
  const colour = () => page.locator("#one .box").evaluate((e) => getComputedStyle(e).backgroundColor);
  const before = await colour();
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(".box { background: rgb(1, 2, 3) !important; } p { font-size: 99px; }");
    document.adoptedStyleSheets = [sheet];
  });
  expect(await colour()).toBe(before);
  await page.locator("#one").evaluate((e: HTMLElement) => e.style.setProperty("--lexgate-background", "rgb(4, 5, 6)"));
  expect(await colour()).toBe("rgb(4, 5, 6)");
});
