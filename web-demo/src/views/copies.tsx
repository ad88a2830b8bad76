// The JSON of request and answer, and the case in the forms others take.
import { signal } from "@preact/signals";
import type { AccessResponse } from "lexgate";
import { facts, request } from "../state";
import { t } from "../text";
import { notice } from "./notice";

const tab = signal<"request" | "response">("request");

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
const quoted = (text: string): string => JSON.stringify(text);

/** Shell words between single quotes; a single quote inside ends and begins them again. */
const shell = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

export const asCurl = (): string =>
  `curl -sS http://127.0.0.1:8080/access/v1/evaluation \\\n  -H 'content-type: application/json' \\\n  --data ${shell(pretty(request.value))}\n`;

export const asTypeScript = (): string =>
  `import { Lexgate } from "lexgate";\n\nconst lexgate = await Lexgate.load();\nconst answer = lexgate.evaluate(${pretty(request.value)});\nconsole.log(answer.decision, answer.context.outcome);\n`;

function toml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{ ${Object.entries(value).map(([k, v]) => `${k} = ${toml(v)}`).join(", ")} }`;
  }
  return typeof value === "string" ? quoted(value) : String(value);
}

/** A base and a vector, as `policies/README.md` describes them. Names of who and what decide nothing and are left out. */
export function asVector(response: AccessResponse): string {
  const { subject, action, resource, context } = request.value;
  const { evaluation_mode, ...tables } = context;
  const lists = [...facts.value.values()].filter((f) => f.derived).map((f) => f.name.split(".")[1]);
  const groups = { actor: subject.properties, dataset: resource.properties, ...tables } as Record<string, Record<string, unknown> | undefined>;
  const base = Object.entries(groups).flatMap(([group, table]) => {
    const entries = Object.entries(table ?? {}).filter(([name]) => !lists.includes(name));
    return entries.length === 0 ? [] : [`\n[base.case.${group}]`, ...entries.map(([k, v]) => `${k} = ${toml(v)}`)];
  });
  const c = response.context;
  const expected = [
    `outcome = ${quoted(c.outcome)}`,
    ...(c.missing.length > 0 ? [`missing = ${toml([...new Set(c.missing.map((m) => m.fact))])}`] : []),
    ...(c.prohibitions.length > 0 ? [`prohibitions = ${toml([...new Set(c.prohibitions.map((p) => p.rule))])}`] : []),
    ...(c.grounds.length > 0 ? [`grounds = ${toml([...new Set(c.grounds.map((g) => g.rule))])}`] : []),
  ];
  const head = ["[base.case]", `subject = ${quoted(subject.type)}`, `action = ${quoted(action.name)}`];
  if (evaluation_mode === "draft-as-adopted") head.push(`mode = "draft-as-adopted"`);
  return [...head, ...base, "", "[[vector]]", `name = ${quoted(`${resource.id}: ${action.name}`)}`, `base = "case"`, ...expected, ""].join("\n");
}

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notice(t("copied"));
  } catch {
    notice(t("copy_refused"));
  }
}

export function Copies({ given }: { given: { response: AccessResponse } }) {
  const shown = tab.value === "request" ? request.value : given.response;
  return (
    <details class="part json">
      <summary><h3>{t("json")}</h3></summary>
      <div class="row">
        <span class="three" role="radiogroup" aria-label={t("json")}>
          {(["request", "response"] as const).map((name) => (
            <label key={name} class="opt opt-yes">
              <input type="radio" name="json" checked={tab.value === name} onChange={() => (tab.value = name)} />
              <span>{t(`${name}_json`)}</span>
            </label>
          ))}
        </span>
        <span class="row" role="group" aria-label={t("copy_as")}>
          <span class="fine">{t("copy_as")}</span>
          <button type="button" class="small" onClick={() => copy(pretty(shown))}>JSON</button>
          <button type="button" class="small" onClick={() => copy(asCurl())}>curl</button>
          <button type="button" class="small" onClick={() => copy(asTypeScript())}>TypeScript</button>
          <button type="button" class="small" onClick={() => copy(asVector(given.response))}>{t("copy_vector")}</button>
        </span>
      </div>
      <pre tabIndex={0} aria-label={t(`${tab.value}_json`)}>{pretty(shown)}</pre>
    </details>
  );
}
