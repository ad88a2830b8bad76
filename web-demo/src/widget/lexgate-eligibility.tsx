// <lexgate-eligibility>: may this subject have this dataset? For data portals. Documented in web-demo/README.md.
import { render } from "preact";
import { Lexgate, type AccessRequest, type AccessResponse, type Outcome } from "lexgate";
import type { Case } from "../engine/protocol";
import { Interview, type Question, type Reply } from "./interview";
import css from "./widget.css?inline";
import { words, type Lang } from "./words";

export interface CatalogueEntry {
  id: string;
  title: string;
  /** What the request says of this dataset: `resource.properties`. */
  properties?: Record<string, unknown>;
}

/** One engine for all widgets of a page. */
let engine: Promise<{ lexgate: Lexgate; interview: Interview }> | undefined;
const load = (): Promise<{ lexgate: Lexgate; interview: Interview }> => (engine ??= Lexgate.load().then((lexgate) => ({ lexgate, interview: new Interview(lexgate) })));

type Filter = Outcome | "all";
const SHORT = { permitted: "may", conditional: "once", prohibited: "not", undetermined: "unknown" } as const;

export class LexgateEligibility extends HTMLElement {
  static readonly observedAttributes = ["lang", "request"];
  private readonly root = this.attachShadow({ mode: "open", delegatesFocus: true });
  private ready: { lexgate: Lexgate; interview: Interview } | undefined;
  private failed: unknown;
  private base: Case | undefined;
  private entries: readonly CatalogueEntry[] = [];
  private replies: Reply[] = [];
  private filter: Filter = "all";
  private told = "";

  constructor() {
    super();
    // A constructed sheet: no inline style, so a strict policy of the portal's stays strict.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    this.root.adoptedStyleSheets = [sheet];
  }

  /** The request as far as the portal knows it (AuthZEN); questions fill in the rest. */
  get request(): Case | undefined {
    return this.base;
  }
  set request(value: Case | undefined) {
    this.base = value;
    this.replies = [];
    this.draw();
  }

  /** Catalogue mode: the datasets of a page, each judged for the subject of `request`. */
  get datasets(): readonly CatalogueEntry[] {
    return this.entries;
  }
  set datasets(value: readonly CatalogueEntry[]) {
    this.entries = value;
    this.draw();
  }

  connectedCallback(): void {
    this.draw();
    load().then(
      (ready) => {
        this.ready = ready;
        this.draw();
      },
      (thrown: unknown) => {
        this.failed = thrown;
        this.draw();
      },
    );
  }

  attributeChangedCallback(name: string, _: string | null, value: string | null): void {
    if (name === "request" && value !== null) {
      try {
        this.request = JSON.parse(value) as Case;
      } catch (thrown) {
        this.failed = thrown;
      }
    }
    this.draw();
  }

  private get language(): Lang {
    const nearest = this.getAttribute("lang") ?? this.closest("[lang]")?.getAttribute("lang") ?? navigator.language;
    return nearest.toLowerCase().startsWith("zh") ? "zh" : "en";
  }

  private tell(name: string, detail: unknown): void {
    const said = name + JSON.stringify(detail);
    if (said === this.told) return;
    this.told = said;
    this.dispatchEvent(new CustomEvent(`lexgate-${name}`, { detail, bubbles: true, composed: true }));
  }

  private draw(): void {
    if (this.isConnected) render(this.view(), this.root);
  }

  private view() {
    const w = words[this.language];
    if (this.failed !== undefined) return <p class="box" role="alert">{w.failed}: {(this.failed as Error).message}</p>;
    if (this.ready === undefined || this.base === undefined) return <p class="box" aria-busy="true">{w.loading}</p>;
    return this.entries.length > 0 ? this.catalogue(this.ready.lexgate, this.base) : this.interview(this.ready.interview, this.base);
  }

  private interview(interview: Interview, base: Case) {
    const lang = this.language;
    const w = words[lang];
    const open = interview.questions(base, this.replies);
    const [question] = open;
    const request = interview.with(base, this.replies);
    const answer = interview.answer(request);
    const reply = (value: unknown): void => {
      if (question === undefined) return;
      this.replies = [...this.replies, { fact: question.fact.name, value }];
      this.tell("reply", { fact: question.fact.name, value: value ?? null });
      this.draw();
      this.root.querySelector<HTMLElement>("[data-focus]")?.focus();
    };
    const back = (
      <button type="button" class="quiet" onClick={() => { this.replies = this.replies.slice(0, -1); this.draw(); }}>{w.back}</button>
    );
    if (question !== undefined) {
      return (
        <section class="box" aria-label={w.question(this.replies.length + 1)}>
          <p class="fine">{w.question(this.replies.length + 1)} · {w.open(open.length - 1)}</p>
          <Ask key={question.fact.name} question={question} lang={lang} interview={interview} on={reply} />
          {this.replies.length > 0 && <p>{back}</p>}
        </section>
      );
    }
    const c = answer.context;
    this.tell("outcome", { outcome: c.outcome, decision: answer.decision, request, response: answer });
    const steps = [...new Map(c.missing.map((m) => [m.fact, m])).values()];
    return (
      <section class={`box ${c.outcome}`} aria-label={w[c.outcome]}>
        <p class="headline" role="status" tabIndex={-1} data-focus data-outcome={c.outcome}>{w[c.outcome]}</p>
        {c.regulations.some((r) => r.draft_mark) && <p class="draft">{w.draft}</p>}
        <ul>
          {c.errors.map((e) => <li key={e.code}>{e.message[lang]} <span class="fine">{e.help[lang]}</span></li>)}
          {c.prohibitions.map((p) => (
            <li key={p.policy}>
              {p.title[lang]} <cite>{p.citation[lang]}</cite>
              {p.hint !== undefined && <p class="fine">{p.hint[lang]}</p>}
            </li>
          ))}
          {c.outcome !== "prohibited" && steps.map((m) => (
            <li key={m.fact}>
              {m.remedy[lang]} <cite>{m.citation[lang]}</cite>
              <p class="fine">{w.by}{lang === "zh" ? "：" : ": "}{m.actor === "subject" ? w.subject : (interview.label(m.actor)?.[lang] ?? m.actor)}</p>
            </li>
          ))}
          {c.outcome === "permitted" && c.grounds.map((g) => <li key={g.policy}>{g.title[lang]} <cite>{g.citation[lang]}</cite></li>)}
        </ul>
        {c.outcome === "permitted" && c.obligations.length > 0 && (
          <details>
            <summary>{w.duties} ({c.obligations.length})</summary>
            <ul>{c.obligations.map((o) => <li key={o.id}>{o.properties.provisions[0]?.title[lang]} <cite>{o.properties.provisions[0]?.citation[lang]}</cite></li>)}</ul>
          </details>
        )}
        <p>
          {this.replies.length > 0 && <button type="button" onClick={() => { this.replies = []; this.told = ""; this.draw(); }}>{w.again}</button>}{" "}
          {this.replies.length > 0 && back}
        </p>
        <p class="fine">{w.disclaimer}</p>
      </section>
    );
  }

  private catalogue(lexgate: Lexgate, base: Case) {
    const lang = this.language;
    const w = words[lang];
    const requests = this.entries.map((e) => ({ ...base, resource: { ...base.resource, id: e.id, properties: { ...base.resource.properties, ...e.properties } } }));
    const answers: AccessResponse[] = lexgate.evaluateBatch(requests as unknown as AccessRequest[]);
    const rows = this.entries.map((entry, i) => ({ entry, answer: answers[i] as AccessResponse }));
    const count = (f: Filter): number => rows.filter((r) => f === "all" || r.answer.context.outcome === f).length;
    this.tell("catalogue", { outcomes: Object.fromEntries(rows.map((r) => [r.entry.id, r.answer.context.outcome])) });
    const filters: Filter[] = ["all", "permitted", "conditional", "prohibited", "undetermined"];
    return (
      <section class="box">
        <div class="filters" role="group" aria-label={w.filter}>
          {filters.filter((f) => f === "all" || count(f) > 0).map((f) => (
            <button key={f} type="button" aria-pressed={this.filter === f} onClick={() => { this.filter = f; this.draw(); }}>
              {f === "all" ? w.all : w[SHORT[f]]} {count(f)}
            </button>
          ))}
        </div>
        <ul class="rows">
          {rows.filter((r) => this.filter === "all" || r.answer.context.outcome === this.filter).map(({ entry, answer: { context: c } }) => {
            const reason = c.prohibitions[0]?.title ?? c.missing[0]?.remedy ?? c.grounds[0]?.title ?? c.errors[0]?.message;
            const rest = c.outcome === "conditional" ? new Set(c.missing.map((m) => m.fact)).size - 1 : 0;
            return (
              <li key={entry.id} data-outcome={c.outcome}>
                <span class={`badge ${c.outcome}`}>{w[SHORT[c.outcome]]}</span>
                <span class="row-text">
                  <b>{entry.title}</b>
                  {reason !== undefined && <span class="fine">{reason[lang]}{rest > 0 ? ` +${rest}` : ""}</span>}
                </span>
              </li>
            );
          })}
        </ul>
      </section>
    );
  }
}

function Ask({ question, lang, interview, on }: { question: Question; lang: Lang; interview: Interview; on(value: unknown): void }) {
  const w = words[lang];
  const { fact, values } = question;
  const isSwitch = fact.type === "bool" || fact.type === "statement";
  const name = (value: unknown): string => {
    if (value === true) return w.yes;
    if (value === false) return w.no;
    return fact.values.find((v) => v.value === value)?.label?.[lang] ?? interview.label(String(value))?.[lang] ?? String(value);
  };
  return (
    <div role="group" aria-labelledby="question">
      <p class="fine">{isSwitch ? w.is_it : w.which}</p>
      <p class="question" id="question" tabIndex={-1} data-focus>{fact.label[lang]}</p>
      {values.length <= 6 ? (
        <p class="choices">
          {values.map((v) => <button key={String(v)} type="button" onClick={() => on(v)}>{name(v)}</button>)}
          <button type="button" class="quiet" onClick={() => on(undefined)}>{w.unsure}</button>
        </p>
      ) : (
        <p class="choices">
          <select aria-labelledby="question" onChange={(e) => e.currentTarget.value !== "" && on(e.currentTarget.value)}>
            <option value="">{w.which}</option>
            {values.map((v) => <option key={String(v)} value={String(v)}>{name(v)}</option>)}
          </select>
          <button type="button" class="quiet" onClick={() => on(undefined)}>{w.unsure}</button>
        </p>
      )}
    </div>
  );
}

if (customElements.get("lexgate-eligibility") === undefined) {
  customElements.define("lexgate-eligibility", LexgateEligibility);
}
