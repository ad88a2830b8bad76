// What the page is about: one case, the law it is judged by, the answer.
import { batch, computed, effect, signal } from "@preact/signals";
import type { AccessResponse, BilingualText, FactEntry } from "lexgate";
import { isCase, province, state, stated } from "./case";
import { engine } from "./engine/engine";
import type { Case, Law } from "./engine/protocol";
import gallery from "./generated/gallery.json";
import { keep, kept, lang, say } from "./text";
import { fromLink } from "./share";

export interface GalleryCase {
  id: string;
  family: string;
  text: string;
  zh: string;
  en: string;
  who: BilingualText;
  what: BilingualText;
  request: Case;
}
export const families = gallery.families;
export const cases = gallery.cases as unknown as GalleryCase[];

export type View = "try" | "compare" | "edit" | "check" | "widget";
export type LawName = "default" | "edited" | "imported";

/** The first case a visitor sees: all but one step is done. */
const FIRST = cases[0] as GalleryCase;
/** The case with its names in the language in force; they are labels and decide nothing. */
export function told(c: GalleryCase): Case {
  return { ...c.request, subject: { ...c.request.subject, id: say(c.who) }, resource: { ...c.request.resource, id: say(c.what) } };
}

/** Steps that can be undone. */
const MEMORY = 100;

export const view = signal<View>("try");
/** The gallery's case that the form began with; empty for one's own. */
export const origin = signal(FIRST.id);
export const request = signal<Case>(told(FIRST));
export const law = signal<Law | undefined>(undefined);
/** The laws that can judge; `default` always. */
export const laws = signal<Partial<Record<LawName, Law>>>({});
export const judge = signal<LawName>("default");
export const answer = signal<{ response: AccessResponse; text: string; milliseconds: number } | undefined>(undefined);
export const failure = signal<unknown>(undefined);
/** What the visitor ticked in the list of missing steps, in order, with what was stated before. */
export const ticked = signal<{ fact: string; label: string; before: unknown }[]>([]);
/** Edited files by path; a share link and the editor fill it. */
export const edits = signal<Record<string, string>>({});
/** Whether the gallery's case is no longer as it was told; names are labels and do not count. */
export const altered = computed(() => {
  const found = cases.find((c) => c.id === origin.value);
  const sorted = (_: string, v: unknown): unknown => (typeof v === "object" && v !== null && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort()) : v);
  const nameless = (r: Case): string => JSON.stringify({ ...r, subject: { ...r.subject, id: "" }, resource: { ...r.resource, id: "" } }, sorted);
  return found !== undefined && nameless(found.request) !== nameless(request.value);
});
const past = signal<Case[]>([]);
export const canUndo = computed(() => past.value.length > 0);

export const facts = computed(() => new Map((law.value?.reference.facts ?? []).map((f) => [f.name, f])));

/** The facts that the rules about this act in these places read, besides what is stated. */
export const relevant = computed<Set<string>>(() => {
  const found = new Set<string>();
  const here = law.value;
  if (here === undefined) return found;
  const places = province(request.value);
  const texts = new Set(here.regulations.filter((r) => places.includes(r.territory)).map((r) => r.code));
  const action = request.value.action.name;
  const asks = (rule: string): boolean => {
    const hint = here.rules[rule];
    return hint !== undefined && texts.has(hint.text) && (hint.actions === null || hint.actions.includes(action));
  };
  for (const fact of here.reference.facts) {
    if (fact.rules.some(asks) || stated(request.value, fact) !== undefined) found.add(fact.name);
  }
  return found;
});

/** The rules that read a fact and speak about this act here, those of the place first. */
export function hints(fact: FactEntry): string[] {
  const here = law.value;
  if (here === undefined) return [];
  const places = province(request.value);
  const texts = new Set(here.regulations.filter((r) => places.includes(r.territory)).map((r) => r.code));
  const action = request.value.action.name;
  return fact.rules.filter((rule) => {
    const hint = here.rules[rule];
    return hint !== undefined && texts.has(hint.text) && (hint.actions === null || hint.actions.includes(action));
  });
}

/** Marks the moment of an input; the answer closes it. The browser's own measures say how long people waited. */
function mark(): void {
  performance.mark("input");
}

export function change(next: Case): void {
  mark();
  batch(() => {
    past.value = [...past.value.slice(-MEMORY), request.value];
    request.value = next;
  });
}

export function set(fact: Pick<FactEntry, "path">, value: unknown): void {
  change(state(request.value, fact, value));
}

export function undo(): void {
  const before = past.value.at(-1);
  if (before === undefined) return;
  batch(() => {
    past.value = past.value.slice(0, -1);
    ticked.value = [];
    request.value = before;
  });
}

export function start(id: string): void {
  const found = cases.find((c) => c.id === id);
  const blank: Case = {
    subject: { type: "LegalPerson", id: say({ zh: "申请人", en: "Applicant" }) },
    action: { name: "obtain_opened_data" },
    resource: { type: "Dataset", id: say({ zh: "数据集", en: "Dataset" }), properties: { territory: "450000" } },
    // The day it is in China, where the law is.
    context: { time: { now: new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10) } },
  };
  batch(() => {
    ticked.value = [];
    origin.value = found?.id ?? "";
    change(found === undefined ? blank : told(found));
  });
}

/** Evaluates whenever case or judge change. Only the answer to the latest question is shown. */
let asked = 0;
effect(() => {
  const [question, by] = [request.value, judge.value];
  if (law.value === undefined && by !== "default") return;
  const mine = ++asked;
  engine.evaluate(by, question).then(
    ({ text, milliseconds }) => {
      if (mine !== asked) return;
      answer.value = { response: JSON.parse(text) as AccessResponse, text, milliseconds };
    },
    (thrown: unknown) => {
      if (mine === asked) failure.value = thrown;
    },
  );
});

/** Makes a law the one that judges, under its name. */
export function judgeBy(name: LawName, loaded?: Law): void {
  batch(() => {
    if (loaded !== undefined) laws.value = { ...laws.value, [name]: loaded };
    law.value = laws.value[name];
    judge.value = name;
    // The same name may stand for another law now.
    request.value = { ...request.value };
  });
}

/** What the page begins with: a link, what was kept, or the first case. */
async function begin(): Promise<void> {
  const given = await fromLink(location.hash);
  if (given !== undefined) {
    batch(() => {
      if (given.case !== undefined) {
        origin.value = cases.some((c) => c.id === given.origin) ? (given.origin ?? "") : "";
        request.value = given.case;
      }
      if (given.edits !== undefined) edits.value = given.edits;
    });
    history.replaceState(null, "", location.pathname + location.search);
  } else {
    try {
      const saved = JSON.parse(kept("case") ?? "null") as { origin?: string; request?: unknown } | null;
      if (saved !== null && isCase(saved.request)) {
        origin.value = typeof saved.origin === "string" ? saved.origin : "";
        request.value = saved.request;
      }
    } catch {
      keep("case", undefined);
    }
  }
  let first = true;
  effect(() => {
    const saved = JSON.stringify({ origin: origin.value, request: request.value });
    // The case one arrives with is nobody's work yet.
    if (!first) keep("case", saved);
    first = false;
  });
}
/** Resolves once the page knows its case. */
export const begun = begin();

engine.law("default").then(
  (loaded) => {
    batch(() => {
      laws.value = { ...laws.value, default: loaded };
      if (law.value === undefined) law.value = loaded;
    });
  },
  (thrown: unknown) => (failure.value = thrown),
);

effect(() => {
  document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
});
