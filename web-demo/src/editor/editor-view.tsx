// The law as it is written: files by text and article, what is wrong with them, and which answers an edit changes.
import { batch, computed, effect, signal } from "@preact/signals";
import { get, set as store } from "idb-keyval";
import { useEffect, useRef } from "preact/hooks";
import type { SourceFinding } from "lexgate";
import { engine } from "../engine/engine";
import { remote, RemoteError } from "../engine/remote";
import { edits, judge, judgeBy, laws } from "../state";
import { lang, say, t } from "../text";
import { importBundle } from "../views/compare";
import { textName } from "../views/names";
import { notice } from "../views/notice";
import type { AuthorCalls, Run } from "./author-protocol";
import { sourcesOf } from "./bundle-file";
import { createEditor, type CodeEditor } from "./code-editor";
import { RunReport } from "./run-report";
import { codeName, w } from "./words";
import "./editor.css";

const author = remote<AuthorCalls>(new Worker(new URL("./author.worker.ts", import.meta.url), { type: "module", name: "author" }));
const FIRST = "gx-bigdata/article-041.cedar";
/** Typing rests this long before the law is looked through. */
const REST = 350;
const STORE = "edits";

const policies = signal<Readonly<Record<string, string>> | undefined>(undefined);
const broken = signal("");
const file = signal(FIRST);
const findings = signal<readonly SourceFinding[]>([]);
const checking = signal(false);
const busy = signal<[number, number] | undefined>(undefined);
const report = signal<Run | undefined>(undefined);
const openTexts = signal<Set<string>>(new Set(["gx-bigdata"]));

const current = computed(() => edits.value[file.value] ?? policies.value?.[file.value] ?? "");

let opened: Promise<void> | undefined;
function open(): Promise<void> {
  opened ??= (async () => {
    const loaded = await author.open(new URL("data/sources.bin", document.baseURI).href);
    // A link's edits win over those that were kept.
    const kept = Object.keys(edits.value).length > 0 ? undefined : ((await get(STORE).catch(() => undefined)) as Record<string, string> | undefined);
    batch(() => {
      policies.value = loaded.policies;
      if (kept !== undefined) edits.value = kept;
      const first = Object.keys(edits.value)[0];
      if (first !== undefined) select(first);
    });
    effect(() => void store(STORE, edits.value).catch(() => undefined));
    effect(() => {
      void edits.value;
      lookThrough();
    });
  })().catch((thrown: unknown) => {
    broken.value = thrown instanceof Error ? thrown.message : String(thrown);
    opened = undefined;
  });
  return opened;
}

let rest: ReturnType<typeof setTimeout> | undefined;
let looks = 0;
/** At once without Cedar's validator, which takes most of the time; then with it. */
function lookThrough(): void {
  clearTimeout(rest);
  const mine = ++looks;
  checking.value = true;
  rest = setTimeout(async () => {
    try {
      for (const quick of [true, false]) {
        const found = await author.check(edits.peek(), quick);
        if (mine !== looks) return;
        findings.value = found.filter((f) => f.severity !== "advice" || f.file === file.peek());
      }
      checking.value = false;
    } catch (thrown) {
      broken.value = (thrown as Error).message;
    }
  }, REST);
}

function select(path: string): void {
  batch(() => {
    file.value = path;
    openTexts.value = new Set([...openTexts.value, path.includes("/") ? (path.split("/")[0] ?? "") : ""]);
  });
}

function typed(path: string, text: string): void {
  const { [path]: _, ...others } = edits.value;
  edits.value = text === policies.value?.[path] ? others : { ...edits.value, [path]: text };
}

async function run(): Promise<void> {
  busy.value = [0, 1];
  report.value = undefined;
  // What is asked for comes first; the file is looked through afterwards.
  clearTimeout(rest);
  looks += 1;
  try {
    const progress = (done: number, all: number): void => {
      busy.value = [done, all];
    };
    const result = await author.run(edits.value, progress);
    lookThrough();
    if (result.run === undefined) notice(w("no_bundle"));
    report.value = result.run;
  } catch (thrown) {
    notice((thrown as Error).message);
  }
  busy.value = undefined;
}

async function bundle(): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const built = await author.build(edits.value);
  findings.value = built.findings;
  if (built.bundle === undefined) notice(w("no_bundle"));
  return built.bundle as Uint8Array<ArrayBuffer> | undefined;
}

async function judgeByEdited(): Promise<void> {
  if (judge.value === "edited") {
    judgeBy("default");
    return;
  }
  const built = await bundle();
  if (built === undefined) return;
  judgeBy("edited", await engine.load("edited", built));
  notice(w("judged"));
}

async function exportBundle(): Promise<void> {
  const built = await bundle();
  if (built === undefined) return;
  const url = URL.createObjectURL(new Blob([built], { type: "application/octet-stream" }));
  Object.assign(document.createElement("a"), { href: url, download: "lexgate.bundle" }).click();
  URL.revokeObjectURL(url);
}

async function importSources(chosen: File): Promise<void> {
  await importBundle(chosen);
  // Only what the engine took is read further.
  if (laws.value.imported === undefined) return;
  const sources = sourcesOf(new Uint8Array(await chosen.arrayBuffer()));
  if (sources === undefined) {
    notice(w("no_sources"));
    return;
  }
  edits.value = Object.fromEntries(Object.entries(sources).filter(([path, text]) => policies.value?.[path] !== text));
  notice(w("imported"));
}

async function format(editor: CodeEditor | undefined): Promise<void> {
  try {
    editor?.replace(await author.format(current.value));
  } catch (thrown) {
    notice(thrown instanceof RemoteError && thrown.failure.texts ? say(thrown.failure.texts.message) : (thrown as Error).message);
  }
}

export function EditorView() {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | undefined>(undefined);
  useEffect(() => void open(), []);
  const ready = policies.value !== undefined;
  useEffect(() => {
    if (!ready || host.current === null) return undefined;
    const made = createEditor(host.current, typed);
    editor.current = made;
    const stops = [
      effect(() => made.label(`${w("editor")} ${file.value}. ${w("leave")}`)),
      effect(() => made.show(file.value, current.peek())),
      effect(() => {
        const length = current.peek().length;
        const here = findings.value.filter((f) => f.file === file.value);
        made.mark(
          here.map((f) => ({
            from: Math.min(f.span?.start ?? 0, length),
            to: Math.min(f.span?.end ?? 0, length),
            severity: f.severity === "advice" ? "info" : f.severity,
            source: codeName(f.code),
            message: f.help === null ? f.message : `${f.message}\n${f.help}`,
          })),
        );
      }),
    ];
    return () => {
      for (const stop of stops) stop();
      made.destroy();
    };
  }, [ready]);
  if (broken.value !== "") {
    return (
      <div class="narrow">
        <p class="part issues" role="alert">
          {navigator.onLine ? broken.value : t("offline_editor")}
        </p>
        <p>
          <button
            type="button"
            onClick={() => {
              broken.value = "";
              void open();
            }}
          >
            {t("reload")}
          </button>
        </p>
      </div>
    );
  }
  if (!ready) return <p class="intro">{t("open_editor")}</p>;
  const changed = Object.keys(edits.value);
  return (
    <div class="edit">
      <div class="page-head">
        <h2>{t("edit")}</h2>
        <p class="fine">
          {w("hint")} {w("kept")}
        </p>
      </div>
      <div class="edit-bar row" role="toolbar" aria-label={t("edit")}>
        <button type="button" class="primary" disabled={busy.value !== undefined} onClick={run}>{w("run")}</button>
        <button type="button" aria-pressed={judge.value === "edited"} onClick={judgeByEdited}>{judge.value === "edited" ? w("back") : w("judge")}</button>
        <button type="button" disabled={!file.value.endsWith(".cedar")} onClick={() => format(editor.current)}>{w("format")}</button>
        <button type="button" disabled={!(file.value in edits.value)} onClick={() => editor.current?.replace(policies.value?.[file.value] ?? "")}>{w("revert")}</button>
        <button type="button" onClick={exportBundle}>{w("export")}</button>
        <label class="button">
          {w("import")}
          <input
            class="sr"
            type="file"
            accept=".bundle"
            onChange={(e) => {
              const chosen = e.currentTarget.files?.[0];
              if (chosen !== undefined) void importSources(chosen).then(() => editor.current?.show(file.value, current.value));
              e.currentTarget.value = "";
            }}
          />
        </label>
        {busy.value !== undefined && (
          <span class="row">
            <progress max={busy.value[1]} value={busy.value[0]} aria-label={w("running")} />
            <span class="fine">{busy.value[0] === 0 ? w("running") : `${busy.value[0]} / ${busy.value[1]}`}</span>
          </span>
        )}
      </div>
      <div class="edit-grid">
        <Tree changed={changed} />
        <div class="code">
          <p class="code-name">
            <code>{file.value}</code>
            {file.value in edits.value && <span class="tag ask">{w("changed")}</span>}
          </p>
          <div class="code-host" ref={host} />
        </div>
        <Findings onGo={(f) => {
          select(f.file);
          requestAnimationFrame(() => editor.current?.goTo(f.span?.start ?? 0));
        }} />
      </div>
      {report.value !== undefined && <RunReport run={report.value} onOpen={select} files={policies.value ?? {}} />}
    </div>
  );
}

/** What an article is about: the first line of its file. */
function subject(path: string): string {
  const lines = (policies.value?.[path] ?? "").split("\n");
  const line = lines[lang.value === "zh" ? 0 : 1] ?? "";
  return line.startsWith("//") ? line.slice(2).trim() : (path.split("/").at(-1) ?? path);
}

function Tree({ changed }: { changed: string[] }) {
  const nav = useRef<HTMLElement>(null);
  const selected = file.value;
  useEffect(() => {
    // Only the tree scrolls, not the page.
    const leaf = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (nav.current !== null && leaf) nav.current.scrollTop = leaf.offsetTop - nav.current.clientHeight / 2;
  }, [selected]);
  const paths = Object.keys({ ...policies.value, ...edits.value }).sort();
  const folders = [...new Set(paths.map((p) => (p.includes("/") ? (p.split("/")[0] ?? "") : "")))].sort((a, b) => (a === "" ? 1 : b === "" ? -1 : a.localeCompare(b)));
  return (
    <nav class="tree" aria-label={w("tree")} ref={nav}>
      {folders.map((folder) => {
        const inside = paths.filter((p) => (folder === "" ? !p.includes("/") : p.startsWith(`${folder}/`)));
        return (
          <details
            key={folder}
            open={openTexts.value.has(folder)}
            onToggle={(e) => {
              const next = new Set(openTexts.value);
              if (e.currentTarget.open) next.add(folder);
              else next.delete(folder);
              openTexts.value = next;
            }}
          >
            <summary>
              {folder === "" ? w("shared") : textName(folder)}
              {inside.some((p) => changed.includes(p)) && <span class="dot" title={w("changed")} />}
            </summary>
            <ul>
              {inside.map((path) => (
                <li key={path}>
                  <button type="button" class="leaf" aria-current={file.value === path ? "true" : undefined} title={path} onClick={() => select(path)}>
                    {subject(path)}
                    {changed.includes(path) && <span class="sr">{w("changed")}</span>}
                    {changed.includes(path) && <span class="dot" />}
                  </button>
                </li>
              ))}
            </ul>
          </details>
        );
      })}
    </nav>
  );
}

function Findings({ onGo }: { onGo(finding: SourceFinding): void }) {
  const all = findings.value;
  return (
    <section class="findings" aria-labelledby="findings-title">
      <h3 id="findings-title">
        {w("findings")} <span class="count">{all.length}</span> {checking.value && <span class="fine">{w("checking")}</span>}
      </h3>
      {all.length === 0 && !checking.value && <p class="fine" role="status">{w("no_findings")}</p>}
      <ul>
        {all.slice(0, 60).map((f, i) => (
          <li key={`${f.code}${f.file}${i}`} class={f.severity}>
            <button type="button" class="leaf" onClick={() => onGo(f)}>
              <b>{w(f.severity)}</b> {codeName(f.code)}
              <span class="fine">
                {f.file}
                {f.span !== null && ` · ${w("line")} ${f.span.line}`}
              </span>
            </button>
            <p lang="en">{f.message}</p>
            {f.help !== null && (
              <p class="fine">
                {w("fix")}{lang.value === "zh" ? "：" : ": "}
                <span lang="en">{f.help}</span>
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
