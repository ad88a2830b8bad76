// Ticking a missing step: the statement that would satisfy what the answer asks for.
import type { AccessResponse, FactEntry, Missing } from "lexgate";
import { state, stated } from "../case";
import { engine } from "../engine/engine";
import type { Case } from "../engine/protocol";
import { change, facts, judge, request, ticked } from "../state";

/** A day later by that many days. */
function later(date: string, days: number): string {
  const at = new Date(`${date.slice(0, 10)}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** Statements that may satisfy a demand, the likeliest first; none where only a person knows what to write. */
export function candidates(missing: Pick<Missing, "required">, fact: FactEntry, question: Case): unknown[] {
  const { required } = missing;
  if (fact.type === "bool" || fact.type === "statement") {
    return required === "true" || required === "stated" ? [true] : required === "false" ? [false] : [];
  }
  const [relation, other] = required.split(" ");
  const now = question.context.time.now.slice(0, 10);
  if (fact.type === "date") {
    if (relation === "<=") return [now];
    if (relation === ">=") return [later(now, 365)];
    return required === "stated" ? [now] : [];
  }
  if (fact.type === "enum" || fact.type === "kind") {
    if (relation === "=" && other !== undefined) {
      const from = facts.value.get(other);
      const value = from && stated(question, from);
      return value === undefined ? [] : [value];
    }
    return required === "stated" ? fact.values.slice(0, 1).map((v) => v.value) : required.split("|");
  }
  if (relation === "=" && other !== undefined) {
    const from = facts.value.get(other);
    const value = from && stated(question, from);
    return value === undefined ? [] : [value];
  }
  return [];
}

/** How good an answer is: contradictions last, then by what is still missing. */
function rank(response: AccessResponse): number {
  const { errors, prohibitions, missing } = response.context;
  return errors.length * 1e6 + prohibitions.length * 1e3 + missing.length;
}

/** States what is asked for. Of several statements that would do, the one that leaves the least to do. */
export async function tick(missing: Missing): Promise<void> {
  const fact = facts.value.get(missing.fact);
  if (fact === undefined) return;
  const question = request.value;
  const tried = await Promise.all(
    candidates(missing, fact, question).map(async (value) => {
      const next = state(question, fact, value);
      const { text } = await engine.evaluate(judge.value, next);
      return { next, rank: rank(JSON.parse(text) as AccessResponse) };
    }),
  );
  const best = tried.sort((a, b) => a.rank - b.rank)[0];
  if (best === undefined || question !== request.value) return;
  ticked.value = [...ticked.value.filter((k) => k.fact !== fact.name), { fact: fact.name, label: JSON.stringify(missing.remedy), before: stated(question, fact) }];
  change(best.next);
}

/** Takes a tick back. */
export function untick(name: string): void {
  const fact = facts.value.get(name);
  const done = ticked.value.find((k) => k.fact === name);
  if (fact === undefined || done === undefined) return;
  ticked.value = ticked.value.filter((k) => k.fact !== name);
  change(state(request.value, fact, done.before));
}
