// The answer, in the order in which a person asks: may I, what is missing, why, until when, what else.
import { signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import type { AccessResponseContext, Ground, Missing, Obligation, Outcome } from "lexgate";
import { answer, facts, failure, judge, law, request, ticked } from "../state";
import { article, lang, say, t, tell } from "../text";
import { Copies } from "./copies";
import { actionName, actorName, factLabel, textName, valueName } from "./names";
import { candidates, tick, untick } from "./tick";
import { Timeline } from "./timeline";

const SEAL: Record<Outcome, { zh: string; en: string }> = {
  permitted: { zh: "可", en: "✓" },
  conditional: { zh: "待", en: "…" },
  prohibited: { zh: "否", en: "✕" },
  undetermined: { zh: "未", en: "?" },
};

export function Seal({ outcome, small }: { outcome: Outcome; small?: boolean }) {
  return (
    <span class={`seal ${outcome} ${small === true ? "small" : ""}`} aria-hidden="true">
      {say(SEAL[outcome])}
    </span>
  );
}

export function Answer() {
  const given = answer.value;
  useLayoutEffect(() => {
    if (performance.getEntriesByName("input", "mark").length > 0) {
      performance.measure("input-to-answer", "input");
      performance.clearMarks("input");
    } else if (given !== undefined && performance.getEntriesByName("first-answer", "mark").length === 0) {
      performance.mark("first-answer");
    }
    if (refocus !== undefined && document.activeElement === document.body) document.getElementById(`step-${refocus}`)?.focus();
    refocus = undefined;
  }, [given]);
  if (failure.value !== undefined && given === undefined) return null;
  if (given === undefined) {
    return (
      <section class="answer" id="answer" aria-labelledby="answer-title" aria-busy="true">
        <h2 id="answer-title" class="sr">{t("answer")}</h2>
        <p>{t("loading")}</p>
      </section>
    );
  }
  const c = given.response.context;
  return (
    <section class={`answer ${c.outcome}`} id="answer" aria-labelledby="answer-title" tabIndex={-1}>
      <h2 id="answer-title" class="sr">{t("answer")}</h2>
      <Verdict context={c} />
      <Issues context={c} />
      <Steps missing={c.missing} />
      <Bars context={c} />
      <Deadlines context={c} />
      <Provisions title={t(c.outcome === "conditional" ? "grounds_later" : "grounds")} list={c.grounds} />
      <Duties list={c.obligations} always={c.outcome === "prohibited"} />
      <Readings context={c} />
      <Texts context={c} />
      <Copies given={given} />
      <p class="fine">
        {t("law_version")} {c.bundle.version} · <code>{c.bundle.sha256.slice(0, 12)}</code> · {tell("took", given.milliseconds.toFixed(2))}
        {judge.value !== "default" && ` · ${t(judge.value === "edited" ? "bundle_edited" : "bundle_imported")}`}
      </p>
    </section>
  );
}

function Verdict({ context }: { context: AccessResponseContext }) {
  const { subject, action, resource, context: about } = request.value;
  const draft = context.regulations.some((r) => r.draft_mark);
  return (
    <div class="verdict">
      <Seal outcome={context.outcome} />
      <div>
        <p class="headline" role="status" data-outcome={context.outcome}>
          {t(context.outcome)}
        </p>
        <p class="question">
          <b>{subject.id}</b>
          {lang.value === "zh" ? `（${actorName(subject.type)}）` : ` (${actorName(subject.type)})`}
          {" · "}
          {actionName(action.name)}
          {" · "}
          <b>{resource.id}</b>
          {" · "}
          <time dateTime={about.time.now}>{about.time.now.slice(0, 10)}</time>
        </p>
        {draft && <p class="tag draft">{t("draft_mark")}</p>}
      </div>
    </div>
  );
}

function Issues({ context }: { context: AccessResponseContext }) {
  const all = [
    { title: t("errors"), list: context.errors },
    { title: t("warnings"), list: context.warnings },
  ];
  return (
    <>
      {all.map(
        ({ title, list }) =>
          list.length > 0 && (
            <div class="part issues" key={title}>
              <h3>{title}</h3>
              <ul>
                {list.map((i) => (
                  <li key={i.code + i.path}>
                    <p>{say(i.message)}</p>
                    <p class="fine">{say(i.help)}</p>
                  </li>
                ))}
              </ul>
            </div>
          ),
      )}
    </>
  );
}

/** The step whose box was just clicked: it moves to another place of the list, and the keyboard goes with it. */
let refocus: string | undefined;

/** Goes to the field of a fact, opening what hides it. */
function goTo(name: string): void {
  const field = document.getElementById(`fact-${name}`);
  const control = field?.querySelector<HTMLElement>("input, select");
  field?.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  control?.focus({ preventScroll: true });
}

function Steps({ missing }: { missing: Missing[] }) {
  const open = new Map<string, Missing[]>();
  for (const m of missing) open.set(m.fact, [...(open.get(m.fact) ?? []), m]);
  const done = ticked.value.filter((k) => !open.has(k.fact));
  if (open.size === 0 && done.length === 0) return null;
  return (
    <div class="part steps">
      <h3>{t("missing")}</h3>
      {open.size > 0 && <p class="fine">{t("missing_hint")}</p>}
      <ul class="checklist">
        {done.map((k) => (
          <li key={k.fact} class="done">
            <label class="check">
              <input type="checkbox" id={`step-${k.fact}`} checked onChange={() => { refocus = k.fact; untick(k.fact); }} />
              <span>{say(JSON.parse(k.label) as { zh: string; en: string })}</span>
            </label>
          </li>
        ))}
        {[...open].map(([name, list]) => (
          <Step key={name} list={list} />
        ))}
      </ul>
    </div>
  );
}

function Step({ list }: { list: Missing[] }) {
  const first = list[0] as Missing;
  const fact = facts.value.get(first.fact);
  const canTick = fact !== undefined && candidates(first, fact, request.value).length > 0;
  return (
    <li data-missing={first.fact}>
      {canTick ? (
        <label class="check">
          <input type="checkbox" id={`step-${first.fact}`} checked={ticked.value.some((k) => k.fact === first.fact)} onChange={() => { refocus = first.fact; void tick(first); }} />
          <span>{say(first.remedy)}</span>
        </label>
      ) : (
        <p class="check">
          <button type="button" class="small" onClick={() => goTo(first.fact)}>{t("do_it")}</button>
          <span>{say(first.remedy)}</span>
        </p>
      )}
      <p class="fine">
        {t("actor")}{lang.value === "zh" ? "：" : ": "}
        {actorName(first.actor)}
        {(first.or ?? []).length > 0 && ` · ${t("or")}${lang.value === "zh" ? "：" : " "}${(first.or ?? []).map(factLabel).join(t("pair"))}`}
      </p>
      <p class="fine">
        <button type="button" class="link" onClick={() => goTo(first.fact)}>{factLabel(first.fact)}</button>
      </p>
      {list.map((m) => (
        <p class="why" key={m.policy}>
          {say(m.title)} <cite title={say(m.citation)}>{textName(m.text)} {article(m.citation)}</cite>
        </p>
      ))}
    </li>
  );
}

function Bars({ context }: { context: AccessResponseContext }) {
  if (context.prohibitions.length === 0) return null;
  return (
    <div class="part bars">
      <h3>{t("bars")}</h3>
      <ul>
        {context.prohibitions.map((p) => (
          <li key={p.policy}>
            <p class="provision">{say(p.title)}</p>
            <p><cite title={p.rule}>{say(p.citation)}</cite></p>
            {p.facts.length > 0 && (
              <p class="fine">
                {p.facts.map((f) => (
                  <button key={f.fact} type="button" class="link" onClick={() => goTo(f.fact)}>
                    {factLabel(f.fact)}{lang.value === "zh" ? "：" : ": "}{valueName(f.fact, f.stated)}
                  </button>
                ))}
              </p>
            )}
            {p.hint !== undefined && (
              <p class="hint">
                <b>{t("bars_hint")}</b> {say(p.hint)}
              </p>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Deadlines({ context }: { context: AccessResponseContext }) {
  if (context.deadlines.length === 0) return null;
  return (
    <div class="part">
      <h3>{t("deadlines")}</h3>
      <ul class="plain">
        {context.deadlines.map((d) => (
          <Timeline key={d.policy} deadline={d} />
        ))}
      </ul>
    </div>
  );
}

function Provisions({ title, list }: { title: string; list: Ground[] }) {
  if (list.length === 0) return null;
  return (
    <div class="part">
      <h3>{title}</h3>
      <ul>
        {list.map((g) => (
          <li key={g.policy}>
            <p class="provision">{say(g.title)}</p>
            <p><cite title={g.rule}>{say(g.citation)}</cite></p>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Duties({ list, always }: { list: Obligation[]; always: boolean }) {
  if (list.length === 0) return null;
  return (
    <details class="part" open={list.length <= 3}>
      <summary><h3>{t(always ? "duties_always" : "duties")} <span class="count">{list.length}</span></h3></summary>
      <ul>
        {list.map((o) => (
          <li key={o.id}>
            {o.properties.provisions.map((p) => (
              <p key={p.policy}>
                {say(p.title)} <cite title={say(p.citation)}>{textName(p.text)} {article(p.citation)}</cite>
              </p>
            ))}
            {Object.entries(o.properties.parameters).map(([name, value]) => (
              <p class="fine" key={name}>{name === "until" ? t("until") : name} {Array.isArray(value) ? value.join(t("pair")) : String(value).replace(/T.*$/, "")}</p>
            ))}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Readings({ context }: { context: AccessResponseContext }) {
  if (context.readings.length === 0) return null;
  return (
    <details class="part">
      <summary><h3>{t("readings")} <span class="count">{context.readings.length}</span></h3></summary>
      <ul>
        {context.readings.map((r) => (
          <li key={r.point}>
            <p class="provision">{say(r.question)}</p>
            <p><b>{t("applied")}</b> {say(r.choice === "applied" ? r.applied : r.other)}</p>
            <p><b>{t("other")}</b> {say(r.choice === "applied" ? r.other : r.applied)}</p>
            <p class="fine">{t("why")}{lang.value === "zh" ? "：" : ": "}{say(r.why)}</p>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Texts({ context }: { context: AccessResponseContext }) {
  if (context.regulations.length === 0) return null;
  return (
    <details class="part" open={context.outcome === "undetermined"}>
      <summary><h3>{t("texts")} <span class="count">{context.regulations.length}</span></h3></summary>
      <ul>
        {context.regulations.map((r) => (
          <li key={r.code}>
            <p class="provision">{say(r.title)}</p>
            <p class="fine">
              {t(r.status === "draft" ? "draft" : r.status === "in-force" ? "in_force" : "not_yet")} · {t(r.binding ? "decides" : "advisory")} ·{" "}
              {r.outcome === null ? t("texts_silent") : t(`${r.outcome}_short`)}
            </p>
            {r.note !== undefined && <p class="fine">{say(r.note)}</p>}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** On a small screen the answer is below the form: this keeps it in sight. */
const hidden = signal(false);
export function AnswerBar() {
  const outcome = answer.value?.response.context.outcome;
  useLayoutEffect(() => {
    const target = document.getElementById("answer");
    if (target === null || !("IntersectionObserver" in window)) return undefined;
    const observer = new IntersectionObserver(([entry]) => (hidden.value = entry?.isIntersecting ?? false), { rootMargin: "0px 0px -20% 0px" });
    observer.observe(target);
    return () => observer.disconnect();
  }, [outcome === undefined]);
  if (outcome === undefined || law.value === undefined) return null;
  const open = new Set(answer.value?.response.context.missing.map((m) => m.fact)).size;
  return (
    <a class={`bar ${outcome} ${hidden.value ? "away" : ""}`} href="#answer" tabIndex={hidden.value ? -1 : 0} aria-hidden={hidden.value}>
      <Seal outcome={outcome} small />
      <span>{t(outcome)}</span>
      {open > 0 && <span class="count">{open}</span>}
    </a>
  );
}
