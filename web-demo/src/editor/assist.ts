// Completion and hover, from the vocabulary of the law that is edited.
import { snippetCompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import { hoverTooltip, type Tooltip } from "@codemirror/view";
import type { EditorView } from "@codemirror/view";
import { engine } from "../engine/engine";
import { judge, law } from "../state";
import { say } from "../text";

const ANNOTATIONS: [string, string, string][] = [
  ["id", "唯一编号，以所引规则开头", "unique id, beginning with the rule it cites"],
  ["rules", "所写的规则编号", "rule ids it encodes"],
  ["zh", "规则的一句话（中文）", "the rule in one sentence, Chinese"],
  ["en", "规则的一句话（英文）", "the rule in one sentence, English"],
  ["step", "还能办到的条件", "what somebody can still do"],
  ["state", "在本请求中改不了的条件", "what has to be so and cannot be changed"],
  ["who", "由谁办", "who acts"],
  ["hint_zh", "不可以时怎么办（中文）", "what to do instead, Chinese"],
  ["hint_en", "不可以时怎么办（英文）", "what to do instead, English"],
  ["remedy_zh", "缺项怎么补（中文）", "what to do about it, Chinese"],
  ["remedy_en", "缺项怎么补（英文）", "what to do about it, English"],
  ["lifts", "解除它的例外", "exceptions that lift it"],
  ["narrows", "收回它的例外", "exceptions that take it back"],
  ["point", "所依据的未决问题", "open points it rests on"],
  ["implied", "为什么读出这一依据", "why a ground is read into the article"],
  ["duty", "义务类别", "obligation type"],
  ["params", "义务的限度", "limits of a duty"],
  ["always", "拒绝时也附带", "attached to refusals as well"],
  ["deadline", "期限（工作日）", "length in working days"],
  ["from", "起算的日期", "the date that sets it off"],
];

const TEMPLATES: Completion[] = [
  snippetCompletion(
    '@id("${id}")\n@rules("${rule}")\n@zh("${一句话}")\n@en("${one sentence}")\nforbid (\n  principal,\n  action == Action::"${obtain_opened_data}",\n  resource\n)\nunless { ${context.grant has opening_agreement && context.grant.opening_agreement} };\n',
    { label: "forbid", detail: "禁止或条件 · a bar or condition", type: "keyword", boost: 2 },
  ),
  snippetCompletion(
    '@id("${id}")\n@rules("${rule}")\n@zh("${一句话}")\n@en("${one sentence}")\npermit (\n  principal,\n  action == Action::"${obtain_opened_data}",\n  resource\n)\nwhen { ${resource has opening_type} };\n',
    { label: "permit", detail: "依据 · a ground", type: "keyword", boost: 2 },
  ),
];

const ROOTS: Record<string, string> = { principal: "actor", resource: "dataset" };
const GROUPS = ["request", "grant", "procedure", "law", "time"];

/** What may stand here: kinds and actions after `::`, facts after a dot or `has`, annotations after `@`. */
export function complete(context: CompletionContext): CompletionResult | null {
  const reference = law.value?.reference;
  if (reference === undefined) return null;
  const before = context.state.sliceDoc(Math.max(0, context.pos - 120), context.pos);
  const entity = /\b(Action|Kind)::"([\w]*)$/.exec(before);
  if (entity !== null) {
    const list = entity[1] === "Action" ? [...reference.actions, ...reference.action_groups] : [...reference.kinds, ...reference.classes];
    return {
      from: context.pos - (entity[2] ?? "").length,
      validFor: /^\w*$/,
      options: list.map((n) => ({ label: n.name, detail: say(n.label), type: entity[1] === "Action" ? "function" : "class" })),
    };
  }
  const path = /\b(principal|resource|context)(?:\.(\w+))?(?:\.|\s+has\s+)(\w*)$/.exec(before);
  if (path !== null) {
    const [, root = "", member, typed = ""] = path;
    const from = context.pos - typed.length;
    const group = ROOTS[root] ?? member;
    if (root === "context" && member === undefined) {
      return { from, validFor: /^\w*$/, options: GROUPS.map((label) => ({ label, type: "namespace" })) };
    }
    const facts = reference.facts.filter((f) => f.group === group);
    const options = facts.map((f) => ({ label: f.name.split(".")[1] ?? f.name, detail: f.type, info: say(f.label), type: "property" }));
    return options.length === 0 ? null : { from, validFor: /^\w*$/, options };
  }
  const annotation = /@(\w*)$/.exec(before);
  if (annotation !== null) {
    const options = ANNOTATIONS.map(([label, zh, en]) => snippetCompletion(`${label}("\${}")`, { label, detail: say({ zh, en }), type: "keyword" }));
    return { from: context.pos - (annotation[1] ?? "").length, validFor: /^\w*$/, options };
  }
  const value = /\.(\w+)\s*(?:==|!=)\s*"(\w*)$/.exec(before);
  if (value !== null) {
    const fact = reference.facts.find((f) => f.name.endsWith(`.${value[1]}`) && f.values.length > 0);
    if (fact === undefined) return null;
    return {
      from: context.pos - (value[2] ?? "").length,
      validFor: /^\w*$/,
      options: fact.values.map((v) => ({ label: v.value, ...(v.label ? { detail: say(v.label) } : {}), type: "constant" })),
    };
  }
  const word = context.matchBefore(/\w+/);
  if (word === null && !context.explicit) return null;
  const inString = /String|LineComment/.test(syntaxTree(context.state).resolveInner(context.pos, -1).name);
  if (inString) return null;
  const words = ["principal", "action", "resource", "context", "when", "unless", "if", "then", "else", "in", "has", "like", "is", "true", "false"];
  return { from: word?.from ?? context.pos, validFor: /^\w*$/, options: [...TEMPLATES, ...words.map((label) => ({ label, type: "keyword" })), { label: "Action::", type: "class" }, { label: "Kind::", type: "class" }] };
}

/** A rule's paraphrase, a fact's meaning, a name's label: what the pointer rests on. */
export const hover = hoverTooltip(async (view: EditorView, pos: number): Promise<Tooltip | null> => {
  const node = syntaxTree(view.state).resolveInner(pos, 0);
  const text = view.state.sliceDoc(node.from, node.to);
  const reference = law.value?.reference;
  if (reference === undefined) return null;
  const lines: string[] = [];
  if (node.name === "String") {
    const inside = text.slice(1, -1);
    const named = [...reference.actions, ...reference.action_groups, ...reference.kinds, ...reference.classes].find((n) => n.name === inside);
    const rule = /[a-z][a-z-]*\/\d+\/[\w.]+(#[\w-]+)?/.exec(inside)?.[0];
    if (named !== undefined && node.parent?.name === "EntityRef") lines.push(say(named.label));
    else if (rule !== undefined) {
      const found = await engine.explain(judge.value, rule);
      if (found !== undefined) lines.push(say(found.citation), ...(found.words ? [say(found.words)] : found.policies.map((p) => say(p.title))));
    }
    for (const name of inside.match(/\b(actor|dataset|request|grant|procedure|law|time)\.\w+/g) ?? []) {
      const fact = reference.facts.find((f) => f.name === name);
      if (fact !== undefined) lines.push(`${name}: ${say(fact.label)}`);
    }
  } else if (node.name === "AttributeName") {
    const line = view.state.doc.lineAt(node.from);
    const before = view.state.sliceDoc(line.from, node.to);
    const path = /\b(principal|resource|context)(?:\.(\w+))?(?:\.|\s+has\s+)\w+$/.exec(before);
    const group = path === null ? undefined : (ROOTS[path[1] ?? ""] ?? path[2]);
    const fact = reference.facts.find((f) => f.name === `${group}.${text}`);
    if (fact !== undefined) lines.push(say(fact.label), fact.values.map((v) => v.value).join(" | "));
  }
  const said = lines.filter(Boolean);
  if (said.length === 0) return null;
  return {
    pos: node.from,
    end: node.to,
    create: () => {
      const dom = document.createElement("div");
      dom.className = "said";
      for (const l of [...new Set(said)]) dom.append(Object.assign(document.createElement("p"), { textContent: l }));
      return { dom };
    },
  };
});
