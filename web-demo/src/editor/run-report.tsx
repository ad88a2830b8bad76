// What came of all cases on the edited law.
import type { ArticleCoverage, ChangedProvision, Outcome } from "lexgate";
import { article, lang, say, t } from "../text";
import { Seal } from "../views/answer";
import { textName } from "../views/names";
import type { Run } from "./author-protocol";
import { w } from "./words";

const SHOWN = 12;

export function RunReport({ run, onOpen, files }: { run: Run; onOpen(path: string): void; files: Readonly<Record<string, string>> }) {
  const { passed, failed, milliseconds, failures, difference, coverage } = run;
  return (
    <section class="run" aria-labelledby="run-title">
      <h3 id="run-title">
        <span role="status" data-passed={passed} data-failed={failed} data-changed={difference.changed}>
          {passed} {w("passed")} · {failed} {w("failed")}
        </span>{" "}
        <span class="fine" data-milliseconds={Math.round(milliseconds)}>{(milliseconds / 1000).toFixed(2)} s</span>
      </h3>
      <div class="run-part">
        <h4>{w("changes")} <span class="count">{difference.changed}</span></h4>
        {difference.changed === 0 && <p>{w("no_changes")}</p>}
        <ul class="provisions">
          {difference.provisions.map((p) => (
            <Provision key={p.rule ?? ""} provision={p} />
          ))}
        </ul>
      </div>
      {failures.length > 0 && (
        <details class="run-part" open={failures.length <= SHOWN}>
          <summary><h4>{w("failures")} <span class="count">{failures.length}</span></h4></summary>
          <ul>
            {failures.slice(0, 200).map((f) => (
              <li key={f.name}>
                <code>{f.name}</code>
                {f.problems.map((p) => <p key={p} lang="en">{p}</p>)}
              </li>
            ))}
          </ul>
        </details>
      )}
      <details class="run-part">
        <summary><h4>{w("coverage")}</h4></summary>
        {Object.entries(coverage.texts).map(([code, c]) => (
          <div key={code} class="cover">
            <h5>{textName(code)}</h5>
            <p class="fine">
              {c.policy} {w("covered")} · {c.data} {w("data")} · {c.not_decision} {w("not_decision")} · {(c.without_both_sides ?? []).length} {w("open_rules")}
            </p>
            <ul class="articles">
              {(coverage.articles[code] ?? []).map((a) => (
                <Article key={a.article} code={code} article={a} open={c.without_both_sides ?? []} files={files} onOpen={onOpen} />
              ))}
            </ul>
          </div>
        ))}
      </details>
    </section>
  );
}

function Provision({ provision }: { provision: ChangedProvision }) {
  return (
    <li>
      <p class="provision">
        {provision.citation === null ? w("other_provision") : say(provision.citation)} {provision.rule !== null && <code>{provision.rule}</code>}
      </p>
      <ul>
        {provision.answers.slice(0, SHOWN).map((a) => (
          <li key={a.vector} class="changed">
            <Change before={a.before} after={a.after} />
            <span>{w(a.change)}</span>
            <code>{a.vector}</code>
          </li>
        ))}
        {provision.answers.length > SHOWN && <li class="fine">+ {provision.answers.length - SHOWN}</li>}
      </ul>
    </li>
  );
}

function Change({ before, after }: { before: Outcome; after: Outcome }) {
  return (
    <span class="turn">
      <Seal outcome={before} small />
      <span class="sr">{w("before")} {t(`${before}_short`)}, {w("after")} {t(`${after}_short`)}</span>
      <span aria-hidden="true">→</span>
      <Seal outcome={after} small />
    </span>
  );
}

function Article({ code, article: a, open, files, onOpen }: { code: string; article: ArticleCoverage; open: string[]; files: Readonly<Record<string, string>>; onOpen(path: string): void }) {
  const path = `${code}/article-${String(a.article).padStart(3, "0")}.cedar`;
  const gaps = a.rules.filter((r) => open.includes(r));
  const name = `${article({ zh: `第${a.article}条`, en: `art. ${a.article}` })}${lang.value === "zh" ? "：" : ": "}${say(a.subject)}`;
  return (
    <li class={`${a.status} ${gaps.length > 0 ? "gap" : ""}`}>
      {path in files ? (
        <button type="button" class="leaf" title={name} aria-label={name} onClick={() => onOpen(path)}>{a.article}</button>
      ) : (
        <span class="leaf" title={name}>{a.article}</span>
      )}
    </li>
  );
}
