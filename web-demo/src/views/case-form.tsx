// The case, grouped as a person thinks: who, what data, what for, which steps are done, when.
import { computed, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { FactEntry } from "lexgate";
import { stated } from "../case";
import { ACT_FAMILIES } from "../families";
import type { Case } from "../engine/protocol";
import calendar from "../generated/calendar.json";
import { answer, change, facts, law, origin, relevant, request, set } from "../state";
import { lang, say, t, tell } from "../text";
import { FactField, Territory } from "./fields";

/** Which facts stand under which heading. */
const SECTIONS = [
  { id: "who", groups: ["actor"] },
  { id: "what", groups: ["dataset"] },
  { id: "purpose", groups: ["request"] },
  { id: "steps", groups: ["grant", "procedure"] },
  { id: "law", groups: ["law"] },
] as const;

/** Facts that have a field of their own above the others. */
const OWN = new Set(["dataset.territory", "actor.id", "dataset.id", "time.now", "time.now_ends", "time.working_days"]);

const find = signal("");
/** How much of a section is open: what is stated or asked for, what else bears on the act, everything. */
const depth = signal<Record<string, number>>({});
/** What was shown since the case was opened stays: nothing vanishes under the hand that takes a statement back. */
const shownSince = { origin: "", facts: new Set<string>() };

/** Facts that the answer turns on: missing ones, and those that set off a bar. */
const turning = computed(() => {
  const context = answer.value?.response.context;
  const names = [...(context?.missing ?? []).flatMap((m) => [m.fact, ...(m.or ?? [])]), ...(context?.prohibitions ?? []).flatMap((p) => p.facts.map((f) => f.fact))];
  return new Set(names);
});

export function CaseForm() {
  return (
    <section class="form" aria-labelledby="form-title">
      <div class="form-head">
        <h2 id="form-title">{t("form")}</h2>
        <input
          type="search"
          class="find"
          placeholder={t("find")}
          aria-label={t("find")}
          value={find.value}
          onInput={(e) => (find.value = e.currentTarget.value.trim().toLowerCase())}
        />
      </div>
      {SECTIONS.map((s) => (
        <Section key={s.id} id={s.id} groups={s.groups} />
      ))}
      <When />
    </section>
  );
}

function Section({ id, groups }: { id: (typeof SECTIONS)[number]["id"]; groups: readonly string[] }) {
  const all = [...facts.value.values()].filter((f) => groups.includes(f.group) && !f.derived && !OWN.has(f.name));
  const matches = (f: FactEntry): boolean => `${f.label.zh} ${f.label.en} ${f.name}`.toLowerCase().includes(find.value);
  const level = depth.value[id] ?? 0;
  if (shownSince.origin !== origin.value) {
    shownSince.origin = origin.value;
    shownSince.facts.clear();
  }
  const said = (f: FactEntry): boolean => stated(request.value, f) !== undefined || turning.value.has(f.name) || shownSince.facts.has(f.name);
  const levels = [all.filter(said), all.filter((f) => !said(f) && relevant.value.has(f.name)), all.filter((f) => !said(f) && !relevant.value.has(f.name))];
  const [first = [], second = [], third = []] = levels;
  for (const f of first) shownSince.facts.add(f.name);
  const shown = find.value === "" ? all.filter((f) => levels.slice(0, level + 1).some((l) => l.includes(f))) : all.filter(matches);
  const count = all.filter((f) => stated(request.value, f) !== undefined).length;
  const fixed = find.value === "" ? <Fixed id={id} /> : null;
  if (find.value !== "" && shown.length === 0) return null;
  const rest = level === 0 && second.length > 0 ? { words: tell("more_relevant", second.length), to: 1 } : level < 2 && third.length > 0 ? { words: tell("more", third.length), to: 2 } : undefined;
  const move = (to: number): void => {
    depth.value = { ...depth.value, [id]: to };
  };
  if (id === "law" && shown.length === 0 && rest !== undefined) {
    // Rarely needed: nobody has to read past it.
    return <button type="button" class="quiet more" aria-expanded={false} onClick={() => move(rest.to)}>{t("law")}{lang.value === "zh" ? "：" : ": "}{rest.words}</button>;
  }
  return (
    <fieldset class="group" id={`group-${id}`}>
      <legend>
        <span class="legend">{t(id)}</span>
        <span class="legend-hint">{t(`${id}_hint`)}</span>
        {count > 0 && <span class="count">{tell("stated_count", count)}</span>}
      </legend>
      {fixed}
      <div class="facts">
        {shown.map((f) => (
          <FactField key={f.name} fact={f} asked={turning.value.has(f.name)} />
        ))}
      </div>
      {find.value === "" && (
        <p class="mores">
          {rest !== undefined && <button type="button" class="quiet more" aria-expanded={false} onClick={() => move(rest.to)}>{rest.words}</button>}
          {level > 0 && <button type="button" class="quiet more" aria-expanded onClick={() => move(0)}>{t("fewer")}</button>}
        </p>
      )}
    </fieldset>
  );
}

function Row({ label, id, children }: { label: string; id: string; children: ComponentChildren }) {
  return (
    <div class="fixed">
      <label for={id}>{label}</label>
      {children}
    </div>
  );
}

const edit = (part: Partial<Case>): void => change({ ...request.value, ...part });

/** What every case has. */
function Fixed({ id }: { id: string }) {
  const { subject, action, resource } = request.value;
  const reference = law.value?.reference;
  if (id === "who") {
    const classes = reference?.classes ?? [];
    const kinds = reference?.kinds ?? [];
    const shownUnder = (kind: (typeof kinds)[number]): string => kind.classes.find((c) => ["GovernmentBody", "ServiceBody", "MarketActor", "PrivatePerson", "PublicBody"].includes(c)) ?? "";
    const headings = [...new Set(kinds.map(shownUnder))];
    return (
      <>
        <Row label={t("actor_kind")} id="subject-type">
          <select id="subject-type" value={subject.type} onChange={(e) => edit({ subject: { ...subject, type: e.currentTarget.value } })}>
            {headings.map((heading) => {
              const found = classes.find((c) => c.name === heading);
              return (
                <optgroup key={heading} label={found ? say(found.label) : lang.value === "zh" ? "其他" : "Other"}>
                  {kinds
                    .filter((k) => shownUnder(k) === heading)
                    .map((k) => (
                      <option key={k.name} value={k.name} selected={k.name === subject.type}>
                        {say(k.label)}
                      </option>
                    ))}
                </optgroup>
              );
            })}
          </select>
        </Row>
        <Row label={t("actor_name")} id="subject-id">
          <input id="subject-id" type="text" class="grow" value={subject.id} onInput={(e) => edit({ subject: { ...subject, id: e.currentTarget.value } })} />
        </Row>
      </>
    );
  }
  if (id === "what") {
    const territory = facts.value.get("dataset.territory");
    return (
      <>
        <Row label={t("dataset_name")} id="resource-id">
          <input id="resource-id" type="text" class="grow" value={resource.id} onInput={(e) => edit({ resource: { ...resource, id: e.currentTarget.value } })} />
        </Row>
        {territory !== undefined && (
          <Row label={t("territory")} id="territory">
            <Territory id="territory" value={String(stated(request.value, territory) ?? "")} on={(v) => set(territory, v)} />
          </Row>
        )}
      </>
    );
  }
  if (id === "purpose") {
    const actions = reference?.actions ?? [];
    const named = new Set(ACT_FAMILIES.flatMap((f) => f.actions));
    return (
      <Row label={t("action")} id="action">
        <select id="action" value={action.name} onChange={(e) => edit({ action: { name: e.currentTarget.value } })}>
          {ACT_FAMILIES.map((family) => (
            <optgroup key={family.en} label={say(family)}>
              {actions
                .filter((a) => (family.actions.length > 0 ? family.actions.includes(a.name) : !named.has(a.name)))
                .map((a) => (
                  <option key={a.name} value={a.name} selected={a.name === action.name}>
                    {say(a.label)}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
      </Row>
    );
  }
  return null;
}

function When() {
  const { context } = request.value;
  const { working_days, ...time } = context.time;
  const put = (next: Case["context"]): void => edit({ context: next });
  if (find.value !== "") return null;
  const mode = context.evaluation_mode ?? "in-force";
  return (
    <fieldset class="group" id="group-time">
      <legend>
        <span class="legend">{t("time")}</span>
        <span class="legend-hint">{t("time_hint")}</span>
      </legend>
      <Row label={t("now")} id="now">
        <input
          id="now"
          type="date"
          value={context.time.now.slice(0, 10)}
          min="1980-01-01"
          max="2999-12-31"
          onInput={(e) => e.currentTarget.value && put({ ...context, time: { ...context.time, now: e.currentTarget.value } })}
        />
      </Row>
      <div class="fixed">
        <span id="mode-label">{t("mode")}</span>
        <span class="three" role="radiogroup" aria-labelledby="mode-label">
          {(["in-force", "draft-as-adopted"] as const).map((m) => (
            <label key={m} class="opt opt-yes">
              <input type="radio" name="mode" checked={mode === m} onChange={() => put({ ...context, evaluation_mode: m })} />
              <span>{t(m === "in-force" ? "mode_force" : "mode_draft")}</span>
            </label>
          ))}
        </span>
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={working_days !== undefined}
          onChange={(e) => put({ ...context, time: e.currentTarget.checked ? { ...time, now: context.time.now, working_days: calendar } : { ...time, now: context.time.now } })}
        />
        <span>{t("calendar")}</span>
      </label>
    </fieldset>
  );
}
