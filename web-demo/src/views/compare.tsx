// The same facts under five texts; two cases; two sets of rules.
import { computed, effect, signal } from "@preact/signals";
import type { AccessResponse, ComparedText, Comparison } from "lexgate";
import { province, stated } from "../case";
import { engine } from "../engine/engine";
import { RemoteError } from "../engine/remote";
import duties from "../generated/duties.json";
import { answer, cases, facts, judge, judgeBy, law, laws, request, view, type LawName } from "../state";
import { article, lang, say, t, tell } from "../text";
import { Seal } from "./answer";
import { factLabel, textName, valueName } from "./names";
import { notice } from "./notice";

type Kind = "five" | "cases" | "bundles";
const kind = signal<Kind>("five");

const comparison = signal<Comparison | undefined>(undefined);
let asked = 0;
effect(() => {
  if (view.value !== "compare" || kind.value !== "five") return;
  const mine = ++asked;
  engine.compare(judge.value, request.value).then((found) => {
    if (mine === asked) comparison.value = found;
  }, () => undefined);
});

export function Compare() {
  const kinds: [Kind, string][] = [
    ["five", t("compare_five")],
    ["cases", t("compare_cases")],
    ["bundles", t("compare_bundles")],
  ];
  return (
    <div class="compare">
      <div class="page-head">
        <h2>{t("compare")}</h2>
        <span class="three" role="radiogroup" aria-label={t("compare")}>
          {kinds.map(([name, label]) => (
            <label key={name} class="opt opt-yes">
              <input type="radio" name="compare" checked={kind.value === name} onChange={() => (kind.value = name)} />
              <span>{label}</span>
            </label>
          ))}
        </span>
      </div>
      {kind.value === "five" && <Five />}
      {kind.value === "cases" && <TwoCases />}
      {kind.value === "bundles" && <TwoBundles />}
    </div>
  );
}

function Five() {
  const found = comparison.value;
  if (found === undefined) return <p>{t("loading")}</p>;
  if (found.texts.length === 0) {
    return (
      <ul class="part issues">
        {found.errors.map((e) => (
          <li key={e.code + e.path}>
            <p>{say(e.message)}</p>
            <p class="fine">{say(e.help)}</p>
          </li>
        ))}
      </ul>
    );
  }
  const [holder] = province(request.value);
  const home = found.texts.find((x) => x.territory.startsWith(holder ?? "-"));
  const outcomes = new Set(found.texts.map((x) => x.outcome));
  const shared = (list: (x: ComparedText) => string[]): Set<string> => {
    const [first, ...rest] = found.texts.map((x) => new Set(list(x)));
    return new Set([...(first ?? [])].filter((v) => rest.every((r) => r.has(v))));
  };
  const alike = new Set(found.texts.map((x) => JSON.stringify(x.missing.map((m) => m.fact).sort()))).size === 1;
  const common = { missing: shared((x) => x.missing.map((m) => m.fact)), duties: shared((x) => x.obligations) };
  return (
    <>
      <p class="intro">{t("compare_intro")}</p>
      <p class="summary">{outcomes.size > 1 ? tell("differ_count", outcomes.size) : t(alike ? "same_everywhere" : "same_but")}</p>
      <div class="scroll" tabIndex={0} role="region" aria-label={t("compare_five")}>
        <table class="glance">
          <caption class="sr">{t("compare_five")}</caption>
          <thead>
            <tr>
              {found.texts.map((x) => (
                <th key={x.code} scope="col">{textName(x.code)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              {found.texts.map((x) => (
                <td key={x.code} class={x.outcome} data-text={x.code} data-outcome={x.outcome}>
                  <Seal outcome={x.outcome} />
                  <b>{t(`${x.outcome}_short`)}</b>
                  {x.missing.length > 0 && <span class="count">{new Set(x.missing.map((m) => m.fact)).size}</span>}
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
      <div class="texts">
        {found.texts.map((x) => (
          <TextColumn key={x.code} text={x} home={home} common={common} />
        ))}
      </div>
    </>
  );
}

/** A duty in words; an edited law may have one that the page has no words for. */
function duty(code: string, type: string): string {
  const words = (duties as Record<string, Record<string, { zh: string; en: string }>>)[code]?.[type];
  return words === undefined ? type : say(words);
}

function TextColumn({ text: x, home, common }: { text: ComparedText; home: ComparedText | undefined; common: { missing: Set<string>; duties: Set<string> } }) {
  const differs = home !== undefined && home.outcome !== x.outcome;
  return (
    <article class={`text ${x.outcome} ${differs ? "differs" : ""}`} aria-label={say(x.title)}>
      <header>
        <h3>{textName(x.code)}</h3>
        <p class="fine">{say(x.title)}</p>
        <p class="tags">
          <span class="tag">{t(x.status === "draft" ? "draft" : x.status === "in-force" ? "in_force" : "not_yet")}</span>
          {x === home && <span class="tag home">{t("here")}</span>}
          {differs && <span class="tag diff">{t("differs")}</span>}
        </p>
      </header>
      <div class="cell">
        <h4>{t("deciding")}</h4>
        {x.errors.map((e) => (
          <p key={e.code}>{say(e.message)}</p>
        ))}
        {x.deciding.length === 0 && x.errors.length === 0 && <p class="fine">{t("nothing")}</p>}
        <ul>
          {x.deciding.map((d) => (
            <li key={d.policy}>
              {say(d.title)} <cite title={d.rule}>{article(d.citation)}</cite>
            </li>
          ))}
        </ul>
      </div>
      <div class="cell">
        <h4>{t("lacking")}</h4>
        {x.missing.length === 0 && <p class="fine">{t("nothing")}</p>}
        <ul>
          {[...new Map(x.missing.map((m) => [m.fact, m])).values()].map((m) => (
            <li key={m.fact} class={common.missing.has(m.fact) ? "" : "mark"}>
              {say(m.remedy)} <cite>{article(m.citation)}</cite>
            </li>
          ))}
        </ul>
      </div>
      <div class="cell">
        <h4>{t("duties")}</h4>
        {x.obligations.length === 0 && <p class="fine">{t("nothing")}</p>}
        <ul class="duty-list">
          {x.obligations.map((o) => (
            <li key={o} class={common.duties.has(o) ? "" : "mark"} title={o}>{duty(x.code, o)}</li>
          ))}
        </ul>
      </div>
      {(x.translated.length > 0 || x.no_counterpart.length > 0) && (
        <div class="cell">
          <h4>{t("translated")}</h4>
          <ul>
            {x.translated.map((w) => (
              <li key={w.fact}>{factLabel(w.fact)}{lang.value === "zh" ? "：" : ": "}{valueName(w.fact, w.from)} → {valueName(w.fact, w.to)}</li>
            ))}
            {x.no_counterpart.map((w) => (
              <li key={w.fact}>{t("no_counterpart")}{lang.value === "zh" ? "：" : ": "}{valueName(w.fact, w.word)}</li>
            ))}
          </ul>
        </div>
      )}
    </article>
  );
}

const other = signal("");
const otherAnswer = signal<AccessResponse | undefined>(undefined);
effect(() => {
  const found = cases.find((c) => c.id === other.value);
  if (found === undefined) {
    otherAnswer.value = undefined;
    return;
  }
  engine.evaluate(judge.value, found.request).then(({ text }) => (otherAnswer.value = JSON.parse(text) as AccessResponse), () => undefined);
});

const differences = computed(() => {
  const found = cases.find((c) => c.id === other.value);
  if (found === undefined) return [];
  return [...facts.value.values()]
    .filter((f) => !f.derived && f.type !== "calendar")
    .map((f) => ({ name: f.name, a: stated(request.value, f), b: stated(found.request, f) }))
    .filter(({ a, b }) => JSON.stringify(a) !== JSON.stringify(b));
});

function TwoCases() {
  const found = cases.find((c) => c.id === other.value);
  return (
    <>
      <p class="row">
        <label for="other-case">{t("choose_case")}</label>
        <select id="other-case" value={other.value} onChange={(e) => (other.value = e.currentTarget.value)}>
          <option value="">—</option>
          {cases.map((c) => (
            <option key={c.id} value={c.id}>{say(c)}</option>
          ))}
        </select>
      </p>
      <div class="pair">
        <Short title={t("case_a")} response={answer.value?.response} />
        {found !== undefined && <Short title={`${t("case_b")}${lang.value === "zh" ? "：" : ": "}${say(found)}`} response={otherAnswer.value} />}
      </div>
      {found !== undefined && (
        <section class="part">
          <h3>{t("facts_differ")}</h3>
          {differences.value.length === 0 ? (
            <p>{t("no_facts_differ")}</p>
          ) : (
            <div class="scroll" tabIndex={0} role="region" aria-label={t("facts_differ")}>
              <table class="plain-table">
                <thead>
                  <tr>
                    <th scope="col">{t("form")}</th>
                    <th scope="col">{t("case_a")}</th>
                    <th scope="col">{t("case_b")}</th>
                  </tr>
                </thead>
                <tbody>
                  {differences.value.map((d) => (
                    <tr key={d.name}>
                      <th scope="row">{factLabel(d.name)}</th>
                      <td>{valueName(d.name, d.a)}</td>
                      <td>{valueName(d.name, d.b)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </section>
      )}
    </>
  );
}

/** An answer in a few lines. */
export function Short({ title, response }: { title: string; response: AccessResponse | undefined }) {
  if (response === undefined) return <section class="part"><h3>{title}</h3><p>{t("loading")}</p></section>;
  const c = response.context;
  const lines = [
    ...c.errors.map((e) => ({ key: e.code, text: say(e.message), cite: "" })),
    ...c.prohibitions.map((p) => ({ key: p.policy, text: say(p.title), cite: say(p.citation) })),
    ...c.missing.map((m) => ({ key: m.policy + m.fact, text: say(m.remedy), cite: say(m.citation) })),
    ...c.grounds.map((g) => ({ key: g.policy, text: say(g.title), cite: say(g.citation) })),
  ];
  return (
    <section class={`part short ${c.outcome}`} aria-label={title}>
      <h3>{title}</h3>
      <p class="verdict small-verdict">
        <Seal outcome={c.outcome} small />
        <strong>{t(c.outcome)}</strong>
      </p>
      <ul>
        {lines.map((l) => (
          <li key={l.key}>{l.text} {l.cite !== "" && <cite>{l.cite}</cite>}</li>
        ))}
      </ul>
      <p class="fine">{t("law_version")} <code>{c.bundle.sha256.slice(0, 12)}</code></p>
    </section>
  );
}

const byLaw = signal<Partial<Record<LawName, AccessResponse>>>({});
effect(() => {
  if (view.value !== "compare" || kind.value !== "bundles") return;
  const question = request.value;
  for (const name of Object.keys(laws.value) as LawName[]) {
    engine.evaluate(name, question).then(({ text }) => {
      byLaw.value = { ...byLaw.peek(), [name]: JSON.parse(text) as AccessResponse };
    }, () => undefined);
  }
});

export async function importBundle(file: File): Promise<void> {
  try {
    const loaded = await engine.load("imported", new Uint8Array(await file.arrayBuffer()));
    laws.value = { ...laws.value, imported: loaded };
  } catch (thrown) {
    const texts = thrown instanceof RemoteError ? thrown.failure.texts : undefined;
    notice(`${t("bundle_bad")}${lang.value === "zh" ? "：" : ": "}${texts ? say(texts.message) : (thrown as Error).message}`);
  }
}

function TwoBundles() {
  const names = (["default", "edited", "imported"] as const).filter((n) => laws.value[n] !== undefined);
  return (
    <>
      {names.length === 1 && <p class="intro">{t("bundle_none")}</p>}
      <p>
        <label class="button">
          {t("bundle_import")}
          <input
            class="sr"
            type="file"
            accept=".bundle"
            onChange={(e) => {
              const file = e.currentTarget.files?.[0];
              if (file !== undefined) void importBundle(file);
              e.currentTarget.value = "";
            }}
          />
        </label>
      </p>
      <div class="pair">
        {names.map((name) => (
          <div key={name}>
            <Short title={t(`bundle_${name}`)} response={byLaw.value[name]} />
            <label class="check">
              <input type="radio" name="judge" checked={judge.value === name} onChange={() => judgeBy(name)} />
              <span>{lang.value === "zh" ? "整个页面都用这套规则" : "Use these rules for the whole page"}</span>
            </label>
          </div>
        ))}
      </div>
      <p class="fine">{law.value?.version.bundle.id} {law.value?.version.bundle.version}</p>
    </>
  );
}
