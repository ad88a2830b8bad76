// A case is a request. Reading and stating facts in it, and what a person calls it.
import type { FactEntry } from "lexgate";
import type { Case, Table } from "./engine/protocol";

/** The members on the way to a fact, from its JSONPath: `$.subject.properties.x`. */
function way(fact: Pick<FactEntry, "path">): string[] {
  return fact.path.replace(/^\$\./, "").split(".");
}

/** What the case says of a fact; `undefined` when it says nothing. */
export function stated(request: Case, fact: Pick<FactEntry, "path">): unknown {
  let at: unknown = request;
  for (const part of way(fact)) {
    if (typeof at !== "object" || at === null) return undefined;
    at = (at as Table)[part];
  }
  return at === null || at === "unknown" ? undefined : at;
}

/** The case with another statement of a fact; `undefined` takes it back. Nothing of the given case is changed. */
export function state(request: Case, fact: Pick<FactEntry, "path">, value: unknown): Case {
  const put = (at: Table, [part, ...rest]: string[]): Table => {
    if (part === undefined) return at;
    if (rest.length > 0) return { ...at, [part]: put((at[part] ?? {}) as Table, rest) };
    const { [part]: _, ...others } = at;
    return value === undefined ? others : { ...at, [part]: value };
  };
  return put(request as unknown as Table, way(fact)) as unknown as Case;
}

/** First two digits of a territory: which texts may speak. */
export function province(request: Case): string[] {
  const codes = [request.resource.properties?.["territory"], request.context.request?.["territory"]];
  return codes.filter((c): c is string => typeof c === "string").map((c) => c.slice(0, 2));
}

/** Whether a case has the shape that the form can hold; what comes from a link or a file need not. */
export function isCase(value: unknown): value is Case {
  const is = (v: unknown): v is Table => typeof v === "object" && v !== null && !Array.isArray(v);
  const tables = (v: Table): boolean => ["properties"].every((k) => v[k] === undefined || is(v[k]));
  if (!is(value) || !is(value["subject"]) || !is(value["action"]) || !is(value["resource"]) || !is(value["context"])) return false;
  const { subject, action, resource, context } = value as Record<string, Table>;
  const text = (v: unknown): boolean => typeof v === "string";
  if (!subject || !action || !resource || !context || !is(context["time"])) return false;
  const groups = ["request", "grant", "procedure", "law"].every((k) => context[k] === undefined || is(context[k]));
  return groups && tables(subject) && tables(resource) && text(subject["type"]) && text(subject["id"]) && text(action["name"]) && text(resource["id"]) && text(context["time"]["now"]);
}
