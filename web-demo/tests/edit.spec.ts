// A person changes a rule and sees which answers change.
import { buildParser } from "@lezer/generator";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { join } from "node:path";
import { expect, inBoth, test, type Visitor } from "./visitor";

const FILE = "gx-bigdata/article-041.cedar";
const { policies } = JSON.parse(gunzipSync(readFileSync(join(import.meta.dirname, "../public/data/sources.bin"))).toString()) as { policies: Record<string, string> };

const W = {
  run: { zh: "在修改后的法规上跑全部案例", en: "Run all cases on the edited law" },
  judge: { zh: "用修改后的规则判断本案", en: "Judge the case by the edited rules" },
  format: { zh: "整理格式", en: "Format" },
  revert: { zh: "还原此文件", en: "Revert this file" },
  export: { zh: "导出规则包", en: "Export bundle" },
  import: { zh: "导入规则包", en: "Import bundle" },
  none: { zh: "没有问题", en: "Nothing found" },
  syntax: { zh: "Cedar 语法错误", en: "policy-syntax" },
  twoBundles: { zh: "两套规则", en: "Two sets of rules" },
  edited: { zh: "修改后的规则", en: "Edited rules" },
} as const;

async function openEditor({ page, lang, view }: Visitor): Promise<void> {
  await page.goto("");
  await page.locator("[data-outcome]").first().waitFor();
  await view("edit");
  await page.locator(".cm-content").waitFor();
  await expect(page.getByText(W.none[lang])).toBeVisible({ timeout: 20_000 });
}

/** Types over the place where a text stands, as a person who searched for it would. */
async function retype({ page }: Visitor, from: string, to: string): Promise<void> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+f");
  const find = page.locator(".cm-search input[name=search]");
  await find.fill(from);
  // The panel hears of the text when a key goes up.
  await find.press("End");
  await find.press("Enter");
  await page.keyboard.press("Escape");
  await page.keyboard.insertText(to);
}

test("the grammar reads every policy file without a gap, and templates, extension calls, is, has and like", () => {
  const parser = buildParser(readFileSync(join(import.meta.dirname, "../src/editor/cedar.grammar"), "utf8"));
  const gaps = (text: string): string[] => {
    const found: string[] = [];
    parser.parse(text).iterate({ enter: (n) => void (n.type.isError && found.push(text.slice(n.from - 30, n.to + 30))) });
    return found;
  };
  const files = Object.entries(policies).filter(([name]) => name.endsWith(".cedar"));
  expect(files.length).toBeGreaterThan(50);
  for (const [name, text] of files) expect(gaps(text), name).toEqual([]);
  const whole = `@id("x") permit(principal == ?principal, action in [Action::"a", N::Action::"b"], resource is A::B in ?resource)
    when { ip("1.2.3.4").isInRange(ip("1.0.0.0/8")) && decimal("1.5").lessThan(decimal("2.0")) }
    unless { resource has a.b.c && principal is User in Group::"g" || resource["x y"] like "a*\\"b" }
    when { if !context.in_force then {a: 1, "b": [1, -2 * 3,]} == context.r else principal in [U::"1"] };`;
  expect(gaps(whole)).toEqual([]);
  expect(gaps("permit(principal, action, resource) when { resource. };")).not.toEqual([]);
});

inBoth(() => {
  test("a rule is changed: the answers that change are named by provision, and the case is judged anew", async ({ visitor }) => {
    test.slow();
    const { page, lang, word, outcome, view } = visitor;
    await openEditor(visitor);
    await retype(visitor, "{ context.grant has opening_agreement && context.grant.opening_agreement }", "{ true }");
    await page.getByRole("button", { name: W.run[lang] }).click();
    const tally = page.locator("[data-changed]");
    await expect(tally).toBeVisible({ timeout: 30_000 });
    console.log(`   all vectors on the edited law, in the page: ${await page.locator(".run [data-milliseconds]").getAttribute("data-milliseconds")} ms`);
    expect(Number(await tally.getAttribute("data-failed"))).toBeGreaterThan(0);
    expect(Number(await tally.getAttribute("data-changed"))).toBeGreaterThan(0);
    await expect(page.locator(".provisions code").first()).toHaveText("gx-bigdata/41/4b");
    await page.getByRole("button", { name: W.judge[lang] }).click();
    await view("tryCase");
    await outcome("permitted");
    await view("compare");
    await page.getByRole("radio", { name: W.twoBundles[lang] }).check();
    await expect(page.locator(".short.conditional")).toHaveCount(1);
    await expect(page.locator(".short.permitted")).toHaveCount(1);
    // The edit is still there after a visit elsewhere and a reload, and a link brings it along.
    await view("tryCase");
    await page.getByRole("button", { name: word("share") }).click();
    await expect(page).toHaveURL(/#s=/);
    const link = page.url();
    await page.goto("about:blank");
    await page.goto(link);
    await page.locator("[data-outcome]").first().waitFor();
    // The link says what it brought, and judges by nothing of it unasked.
    await expect(page.locator(".banner")).toBeVisible();
    await outcome("conditional");
    await view("edit");
    await expect(page.locator(".code-name .tag")).toBeVisible();
    await expect(page.locator(".cm-content")).toBeVisible();
    await page.getByRole("button", { name: W.revert[lang] }).click();
    await expect(page.locator(".code-name .tag")).toHaveCount(0);
    await page.getByRole("button", { name: W.run[lang] }).click();
    await expect(tally).toHaveAttribute("data-failed", "0", { timeout: 30_000 });
    await expect(tally).toHaveAttribute("data-changed", "0");
  });

  test("a mistake is found at its place; undo takes it back; format puts the layout right", async ({ visitor }) => {
    const { page, lang } = visitor;
    await openEditor(visitor);
    await retype(visitor, "forbid (", "forbit (");
    await expect(page.getByRole("button", { name: W.syntax[lang] })).toBeVisible({ timeout: 20_000 });
    await expect(page.locator(".cm-lintRange-error").first()).toBeVisible();
    await page.locator(".cm-content").press("Control+z");
    await expect(page.getByText(W.none[lang])).toBeVisible({ timeout: 20_000 });
    await retype(visitor, "forbid (", "forbid    (");
    await page.getByRole("button", { name: W.format[lang], exact: true }).click();
    await expect(page.locator(".code-name .tag")).toHaveCount(0);
  });

  test("completion offers the facts of the schema, hover says what they mean", async ({ visitor }) => {
    const { page, lang } = visitor;
    await openEditor(visitor);
    await retype(visitor, "context.grant has opening_agreement &&", "context.grant has opening_");
    await page.keyboard.press("Control+Space");
    await expect(page.locator(".cm-tooltip-autocomplete li").filter({ hasText: "opening_agreement" })).toBeVisible();
    await page.keyboard.press("Escape");
    await page.locator(".cm-content").press("Control+z");
    await page.locator(".cm-content").press("Control+Home");
    await page.locator(".cm-line").filter({ hasText: '@rules("gx-bigdata/41/1b")' }).first().getByText("gx-bigdata/41/1b").hover();
    await expect(page.locator(".cm-tooltip .said")).toContainText(lang === "zh" ? "第四十一条第一款" : "art. 41 para. 1");
  });

  test("a bundle goes out and comes in again; a broken one is refused in words", async ({ visitor }) => {
    const { page, lang, view } = visitor;
    await openEditor(visitor);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: W.export[lang] }).click();
    const path = await (await download).path();
    const bytes = readFileSync(path);
    expect(bytes.subarray(0, 7).toString()).toBe("LEXGATE");
    expect(bytes.equals(readFileSync(join(import.meta.dirname, "../../core/default.bundle")))).toBe(true);
    await view("compare");
    await page.getByRole("radio", { name: W.twoBundles[lang] }).check();
    const chooser = page.locator("input[type=file]");
    await chooser.setInputFiles({ name: "broken.bundle", mimeType: "application/octet-stream", buffer: bytes.subarray(0, 5000) });
    await expect(page.locator(".notice.on")).toContainText(lang === "zh" ? "不能用作规则包" : "cannot be used as a bundle");
    await chooser.setInputFiles({ name: "good.bundle", mimeType: "application/octet-stream", buffer: bytes });
    await expect(page.locator(".short")).toHaveCount(2);
  });
});
