// A visitor: one language, a page that tolerates no complaint of the browser, and no request to anywhere else.
import { test as base, expect, type Page } from "@playwright/test";

export type Lang = "zh" | "en";

/** What a visitor looks for, in both languages. */
const WORDS = {
  permitted: { zh: "可以", en: "You may" },
  conditional: { zh: "办完下列事项后，可以", en: "You may, once this is done" },
  prohibited: { zh: "不可以", en: "You may not" },
  yes: { zh: "是", en: "Yes" },
  no: { zh: "否", en: "No" },
  unstated: { zh: "未说明", en: "Not stated" },
  busPositions: { zh: "出行公司想取公交实时位置", en: "A travel app wants live bus positions" },
  sharing: { zh: "机关间共享", en: "Sharing between public bodies" },
  silent: { zh: "数据提供单位逾期不答复", en: "The holder does not answer in time" },
  signAgreement: { zh: "同数据提供单位订立开放利用协议", en: "sign the opening-utilisation agreement with the holder" },
  agreement: { zh: "申请者与数据提供单位之间的开放利用协议已经订立", en: "an opening-utilisation agreement with the holder has been signed" },
  undo: { zh: "撤销上一步", en: "Undo last step" },
  overdue: { zh: "已逾期", en: "overdue" },
  deadlines: { zh: "期限", en: "Deadlines" },
  json: { zh: "请求与答案的 JSON", en: "Request and answer as JSON" },
  vector: { zh: "测试向量", en: "test vector" },
  compare: { zh: "比五部法规", en: "Compare texts" },
  twoCases: { zh: "两个案例", en: "Two cases" },
  twoBundles: { zh: "两套规则", en: "Two sets of rules" },
  caseB: { zh: "选择乙案", en: "Choose case B" },
  check: { zh: "自检", en: "Self-check" },
  runAll: { zh: "全部跑一遍", en: "Run all" },
  edit: { zh: "改规则", en: "Edit rules" },
  tryCase: { zh: "试案例", en: "Try a case" },
  widget: { zh: "嵌入组件", en: "Widget" },
  share: { zh: "分享链接", en: "Share link" },
  theme: { zh: "明暗", en: "Theme" },
  dark: { zh: "深色", en: "Dark" },
  other: { zh: "English", en: "中文" },
  find: { zh: "查找一项事实", en: "Find a fact" },
  territory: { zh: "数据所在地", en: "Where the data is held" },
  drafts: { zh: "视草案为已通过", en: "Treat drafts as adopted" },
  date: { zh: "判断日期", en: "Date of judgement" },
  act: { zh: "行为", en: "Act" },
  answer: { zh: "答案", en: "The answer" },
} as const satisfies Record<string, Record<Lang, string>>;

/** The runner keeps service workers out; and Chromium's own editing puts styles on the line one types in, which the policy forbids it. */
const TOLERATED = ["Service Worker registration blocked", "Applying inline style violates"];

export interface Visitor {
  lang: Lang;
  page: Page;
  word(key: keyof typeof WORDS): string;
  /** The outcome in words, once it is the one expected. */
  outcome(expected: "permitted" | "conditional" | "prohibited" | "undetermined"): Promise<void>;
  view(key: "tryCase" | "compare" | "edit" | "check" | "widget"): Promise<void>;
}

export const test = base.extend<{ lang: Lang; visitor: Visitor }>({
  lang: ["zh", { option: true }],
  visitor: async ({ browser, lang, baseURL }, use) => {
    const context = await browser.newContext({
      locale: lang === "zh" ? "zh-CN" : "en-GB",
      viewport: { width: 1280, height: 900 },
      permissions: ["clipboard-read", "clipboard-write"],
      serviceWorkers: "block",
      baseURL: baseURL ?? "",
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (m) => ["error", "warning"].includes(m.type()) && !TOLERATED.some((t) => m.text().startsWith(t)) && complaints.push(m.text()));
    page.on("pageerror", (e) => complaints.push(e.message));
    page.on("request", (r) => /^(data|blob):/.test(r.url()) || r.url().startsWith(baseURL ?? "-") || complaints.push(`a request to elsewhere: ${r.url()}`));
    const word = (key: keyof typeof WORDS): string => WORDS[key][lang];
    await use({
      lang,
      page,
      word,
      outcome: (expected) => expect(page.locator("[data-outcome].headline")).toHaveAttribute("data-outcome", expected),
      view: (key) => page.getByRole("navigation").getByRole("link", { name: word(key), exact: true }).click(),
    });
    expect(complaints, "what the browser complained of").toEqual([]);
    await context.close();
  },
});

export { expect };

/** Runs tests in both languages. */
export function inBoth(body: () => void): void {
  for (const lang of ["zh", "en"] as const) {
    test.describe(lang, () => {
      test.use({ lang });
      body();
    });
  }
}
