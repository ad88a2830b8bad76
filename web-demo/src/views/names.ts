// Short names of texts, actors and values, in the language in force.
import { facts, law } from "../state";
import { lang, say, t } from "../text";

/** Where each text is at home, for places where its full title would not fit. */
const SHORT: Record<string, { zh: string; en: string }> = {
  "fj-bigdata": { zh: "福建大数据条例", en: "Fujian regulations" },
  "gx-bigdata": { zh: "广西大数据条例", en: "Guangxi regulations" },
  "gx-market": { zh: "广西数据要素办法（稿）", en: "Guangxi market measures (draft)" },
  "jx-data": { zh: "江西数据应用条例（草案）", en: "Jiangxi regulations (draft)" },
  "xj-data": { zh: "新疆数据条例（草案）", en: "Xinjiang regulations (draft)" },
};

export function textName(code: string): string {
  const short = SHORT[code];
  if (short !== undefined) return say(short);
  const found = law.value?.regulations.find((r) => r.code === code);
  return found === undefined ? code : say(found.title);
}

export function actorName(who: string): string {
  if (who === "subject") return t("subject");
  const kind = law.value?.reference.kinds.find((k) => k.name === who);
  return kind === undefined ? who : say(kind.label);
}

export function actionName(name: string): string {
  const found = law.value?.reference.actions.find((a) => a.name === name);
  return found === undefined ? name : say(found.label);
}

export function factLabel(name: string): string {
  const fact = facts.value.get(name);
  return fact === undefined ? name : say(fact.label);
}

/** A value as people say it. */
export function valueName(name: string, value: unknown): string {
  if (value === undefined || value === null || value === "unknown") return t("unstated");
  if (value === true || value === "true") return t("yes");
  if (value === false || value === "false") return t("no");
  if (Array.isArray(value)) return value.join(lang.value === "zh" ? "、" : ", ");
  const word = facts.value.get(name)?.values.find((v) => v.value === value);
  if (word?.label !== undefined) return say(word.label);
  return typeof value === "object" ? "…" : actorKind(String(value));
}

function actorKind(value: string): string {
  const kind = law.value?.reference.kinds.find((k) => k.name === value);
  return kind === undefined ? value : say(kind.label);
}
