// Which questions are worth asking. Only those of which some answer still changes the outcome or what is left to do.
import type { AccessRequest, AccessResponse, FactEntry, Lexgate, Reference } from "lexgate";
import { state, stated } from "../case";
import type { Case } from "../engine/protocol";

export interface Question {
  fact: FactEntry;
  /** The statements that may be made; a date is typed. */
  values: unknown[];
}

/** What a person says of a question; `undefined` is "I do not know". */
export type Reply = { fact: string; value: unknown };

/** Only questions of these types can be put to a person with answers to choose from. */
function values(fact: FactEntry, reference: Reference): unknown[] {
  if (fact.type === "bool" || fact.type === "statement") return [true, false];
  if (fact.type === "enum") return fact.values.map((v) => v.value);
  if (fact.type === "kind") return reference.kinds.map((k) => k.name);
  return [];
}

const GROUPS = ["dataset", "actor", "request", "law", "grant", "procedure", "time"];

export class Interview {
  private readonly facts: Map<string, FactEntry>;
  private readonly reference: Reference;

  constructor(private readonly lexgate: Lexgate) {
    this.reference = lexgate.facts();
    this.facts = new Map(this.reference.facts.map((f) => [f.name, f]));
  }

  /** The request with all replies in it. */
  with(base: Case, replies: readonly Reply[]): Case {
    return replies.reduce((request, { fact, value }) => {
      const found = this.facts.get(fact);
      return found === undefined || value === undefined ? request : state(request, found, value);
    }, base);
  }

  answer(request: Case): AccessResponse {
    return this.lexgate.evaluate(request as unknown as AccessRequest);
  }

  label(kind: string): { zh: string; en: string } | undefined {
    return this.reference.kinds.find((k) => k.name === kind)?.label;
  }

  /** The questions that still matter, in order: first those that can end it, then by what they are about. */
  questions(base: Case, replies: readonly Reply[]): Question[] {
    const request = this.with(base, replies);
    const now = this.answer(request);
    const asked = new Set(replies.map((r) => r.fact));
    const found: { question: Question; ends: boolean; group: number; at: number }[] = [];
    for (const [at, name] of this.candidates(now).entries()) {
      const fact = this.facts.get(name);
      if (fact === undefined || fact.derived || asked.has(name) || stated(request, fact) !== undefined) continue;
      const choices = values(fact, this.reference);
      // A free text is nothing that can be tried; it stays a step to be done.
      if (choices.length === 0) continue;
      const outcomes = choices.map((value) => this.answer(state(request, fact, value)));
      const sound = choices.filter((_, i) => (outcomes[i]?.context.errors.length ?? 0) === 0);
      const differ = outcomes.some((o) => o.context.errors.length === 0 && matters(now, o));
      if (!differ) continue;
      const ends = outcomes.some((o) => o.context.outcome === "prohibited") && now.context.outcome !== "prohibited";
      found.push({ question: { fact, values: sound }, ends, group: GROUPS.indexOf(fact.group), at });
    }
    return found.sort((a, b) => Number(b.ends) - Number(a.ends) || a.group - b.group || a.at - b.at).map((f) => f.question);
  }

  /** Facts that the answer names as open, or that would lift what bars it. */
  private candidates(answer: AccessResponse): string[] {
    const { missing, prohibitions, outcome } = answer.context;
    const names = missing.flatMap((m) => [m.fact, ...(m.or ?? [])]);
    if (outcome === "prohibited") {
      const demanded = prohibitions.flatMap((p) => this.lexgate.explainRule(p.policy)?.policies.filter((e) => e.id === p.policy) ?? []);
      names.push(...demanded.flatMap((p) => p.demands.flatMap((d) => d.any.map((a) => a.fact))));
    }
    return [...new Set(names)];
  }
}

/** Whether an answer is another for the person who asks: in its outcome, in what is left to do, or, once barred, in a bar less. */
function matters({ context: before }: AccessResponse, { context: after }: AccessResponse): boolean {
  if (before.outcome !== after.outcome) return true;
  if (before.outcome === "prohibited") {
    const still = new Set(after.prohibitions.map((p) => p.policy));
    return before.prohibitions.some((p) => !still.has(p.policy));
  }
  const steps = (c: AccessResponse["context"]): string => JSON.stringify([...new Set(c.missing.map((m) => m.fact + m.state))].sort());
  return steps(before) !== steps(after);
}
