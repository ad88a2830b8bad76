// One field a fact, by the type of the fact.
import { useId, useState } from "preact/hooks";
import type { FactEntry } from "lexgate";
import { hints, law, request, set } from "../state";
import { article, lang, say, t, tell } from "../text";
import { stated } from "../case";

export const TERRITORIES = [
  { code: "450000", zh: "广西壮族自治区", en: "Guangxi" },
  { code: "450100", zh: "广西 · 南宁市", en: "Guangxi · Nanning" },
  { code: "350000", zh: "福建省", en: "Fujian" },
  { code: "350100", zh: "福建 · 福州市", en: "Fujian · Fuzhou" },
  { code: "360000", zh: "江西省", en: "Jiangxi" },
  { code: "360100", zh: "江西 · 南昌市", en: "Jiangxi · Nanchang" },
  { code: "650000", zh: "新疆维吾尔自治区", en: "Xinjiang" },
  { code: "650100", zh: "新疆 · 乌鲁木齐市", en: "Xinjiang · Ürümqi" },
];

/** Yes, no, not stated: what most facts are. */
export function ThreeState(props: { name: string; label: string; value: boolean | undefined; on(value: boolean | undefined): void; describedBy?: string | undefined }) {
  const options = [
    [true, t("yes")],
    [false, t("no")],
    [undefined, t("unstated")],
  ] as const;
  return (
    <span class="three" role="radiogroup" aria-label={props.label} aria-describedby={props.describedBy}>
      {options.map(([value, word]) => (
        <label key={String(value)} class={`opt ${value === undefined ? "opt-none" : value ? "opt-yes" : "opt-no"}`}>
          <input type="radio" name={props.name} checked={props.value === value} onChange={() => props.on(value)} />
          <span>{word}</span>
        </label>
      ))}
    </span>
  );
}

function list(text: string): string[] | undefined {
  const parts = text.split(/[、,，;；\n]+/).map((p) => p.trim()).filter(Boolean);
  return parts.length > 0 ? parts : undefined;
}

function shown(value: unknown): string {
  return Array.isArray(value) ? value.join(lang.value === "zh" ? "、" : ", ") : typeof value === "string" ? value : "";
}

function Select(props: { id: string; value: string; options: [string, string][]; on(value: string | undefined): void; describedBy?: string | undefined }) {
  return (
    <select id={props.id} value={props.value} aria-describedby={props.describedBy} onChange={(e) => props.on(e.currentTarget.value || undefined)}>
      <option value="">{t("none")}</option>
      {props.options.map(([value, label]) => (
        <option key={value} value={value} selected={value === props.value}>
          {label}
        </option>
      ))}
    </select>
  );
}

export function Territory(props: { id: string; value: string; on(value: string | undefined): void }) {
  const known = TERRITORIES.some((p) => p.code === props.value);
  const [other, setOther] = useState(false);
  const free = other || (props.value !== "" && !known);
  return (
    <span class="row">
      <select
        id={props.id}
        value={free ? "other" : props.value}
        onChange={(e) => {
          const chosen = e.currentTarget.value;
          setOther(chosen === "other");
          props.on(chosen === "other" || chosen === "" ? undefined : chosen);
        }}
      >
        <option value="">{t("none")}</option>
        {TERRITORIES.map((p) => (
          <option key={p.code} value={p.code}>
            {say(p)} {p.code}
          </option>
        ))}
        <option value="other">{t("territory_other")}</option>
      </select>
      {free && (
        <input
          type="text"
          inputMode="numeric"
          maxLength={6}
          size={8}
          aria-label={t("territory_other")}
          value={props.value}
          onInput={(e) => props.on(e.currentTarget.value || undefined)}
        />
      )}
    </span>
  );
}

/** A field for a fact, with its label and the articles that read it. */
export function FactField({ fact, asked }: { fact: FactEntry; asked: boolean }) {
  const id = useId();
  const value = stated(request.value, fact);
  const on = (next: unknown): void => set(fact, next);
  const label = say(fact.label);
  const isSwitch = fact.type === "bool" || fact.type === "statement";
  const truth = typeof value === "boolean" ? value : value === undefined ? undefined : true;
  return (
    <div class={`fact ${asked ? "asked" : ""} ${value === undefined ? "" : "is-stated"}`} id={`fact-${fact.name}`} data-fact={fact.name}>
      {isSwitch ? <span class="label">{label}</span> : <label for={id} class="label">{label}</label>}
      {asked && <span class="tag ask">{t("needed")}</span>}
      <div class="control">
        {isSwitch && <ThreeState name={id} label={label} value={truth} on={on} />}
        {fact.type === "statement" && truth === true && (
          <input
            type="text"
            class="grow"
            placeholder={t("words")}
            aria-label={`${label}${t("pair")}${t("words")}`}
            value={shown(value)}
            onInput={(e) => on(e.currentTarget.value || true)}
          />
        )}
        {fact.type === "enum" && (
          <Select id={id} value={shown(value)} on={on} options={fact.values.map((v) => [v.value, v.label ? say(v.label) : v.value])} />
        )}
        {fact.type === "kind" && (
          <Select id={id} value={shown(value)} on={on} options={(law.value?.reference.kinds ?? []).map((k) => [k.name, say(k.label)])} />
        )}
        {fact.type === "date" && <DateField id={id} value={shown(value)} on={on} />}
        {fact.type === "territory" && <Territory id={id} value={shown(value)} on={on} />}
        {(fact.type === "text" || fact.type === "credit_code") && (
          <input id={id} type="text" class="grow" value={shown(value)} onInput={(e) => on(e.currentTarget.value || undefined)} />
        )}
        {fact.type === "texts" && <ListField id={id} value={value} on={on} />}
      </div>
      <Basis fact={fact} />
    </div>
  );
}

/** A day; a time that a link brought in stays until another day is chosen. */
export function DateField(props: { id: string; value: string; on(value: string | undefined): void }) {
  return <input id={props.id} type="date" value={props.value.slice(0, 10)} min="1980-01-01" max="2999-12-31" onInput={(e) => props.on(e.currentTarget.value || undefined)} />;
}

/** Keeps the text as it is typed; only its parts are stated. */
function ListField(props: { id: string; value: unknown; on(value: string[] | undefined): void }) {
  const [text, setText] = useState(shown(props.value));
  const same = JSON.stringify(list(text)) === JSON.stringify(Array.isArray(props.value) ? props.value : list(shown(props.value)));
  return (
    <input
      id={props.id}
      type="text"
      class="grow"
      placeholder={t("list")}
      value={same ? text : shown(props.value)}
      onInput={(e) => {
        setText(e.currentTarget.value);
        props.on(list(e.currentTarget.value));
      }}
    />
  );
}

function Basis({ fact }: { fact: FactEntry }) {
  const rules = hints(fact);
  const first = rules[0] === undefined ? undefined : law.value?.rules[rules[0]];
  if (first === undefined) return null;
  return (
    <details class="basis">
      <summary>
        {t("basis")} {article(first.citation)}
        {rules.length > 1 && ` ${tell("and_more", rules.length)}`}
      </summary>
      <ul>
        {rules.map((rule) => {
          const hint = law.value?.rules[rule];
          return hint === undefined ? null : (
            <li key={rule}>
              {say(hint.title)} <cite>{say(hint.citation)}</cite>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
