import { effect, signal } from "@preact/signals";
import type { FunctionComponent } from "preact";
import { altered, begun, canUndo, cases, edits, failure, judge, law, origin, request, undo, view, type View } from "./state";
import { keep, kept, lang, say, t, tell } from "./text";
import { toLink } from "./share";
import { Answer, AnswerBar } from "./views/answer";
import { CaseForm } from "./views/case-form";
import { Check } from "./views/check";
import { Compare } from "./views/compare";
import { Gallery } from "./views/gallery";
import { Notice, notice } from "./views/notice";
import { RemoteError } from "./engine/remote";

type Theme = "auto" | "light" | "dark";
const theme = signal<Theme>((kept("theme") as Theme | undefined) ?? "auto");
effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
  keep("theme", theme.value === "auto" ? undefined : theme.value);
});

/** The views have addresses of their own, so that back and forward work. */
const VIEWS: View[] = ["try", "compare", "edit", "check", "widget"];
const fromHash = (): View => VIEWS.find((v) => location.hash === `#${v}`) ?? "try";
addEventListener("hashchange", () => {
  if (location.hash === "" || VIEWS.some((v) => location.hash === `#${v}`)) view.value = fromHash();
  // A link that was pasted into the open page.
  if (location.hash.startsWith("#s=")) location.reload();
});

/** The editor, with everything only it needs. */
const editor = signal<FunctionComponent | "failed" | undefined>(undefined);
async function openEditor(): Promise<void> {
  // Not `value`: the effect below would hear of a failure and try for ever.
  if (editor.peek() !== undefined && editor.peek() !== "failed") return;
  editor.value = undefined;
  try {
    const { EditorView } = await import("./editor/editor-view");
    editor.value = EditorView;
  } catch {
    editor.value = "failed";
  }
}
effect(() => {
  if (view.value === "edit") void openEditor();
});
void begun.then(() => {
  view.value = fromHash();
});

async function share(): Promise<void> {
  const link = await toLink({ origin: origin.value, case: request.value, ...(Object.keys(edits.value).length > 0 ? { edits: edits.value } : {}) });
  const url = location.origin + location.pathname + link;
  history.replaceState(null, "", link);
  try {
    await navigator.clipboard.writeText(url);
    notice(t("shared"));
  } catch {
    notice(t("copy_refused"));
  }
}

export function App() {
  const changed = Object.keys(edits.value).length;
  const title = cases.find((c) => c.id === origin.value);
  return (
    <>
      <a
        class="skip"
        href={view.value === "try" ? "#answer" : "#main"}
        onClick={(e) => {
          // The fragment belongs to the views.
          e.preventDefault();
          document.querySelector<HTMLElement>(e.currentTarget.hash)?.focus();
        }}
      >
        {t(view.value === "try" ? "skip" : "skip_main")}
      </a>
      <header class="top">
        <h1>
          <span class="mark" aria-hidden="true">律</span>
          {t("name")}
        </h1>
        <nav aria-label={t("main_navigation")}>
          {VIEWS.map((v) => (
            <a key={v} href={`#${v}`} aria-current={view.value === v ? "page" : undefined}>{t(v)}</a>
          ))}
        </nav>
        <div class="tools">
          <button type="button" class="quiet" onClick={share}>{t("share")}</button>
          <label class="theme">
            <span class="sr">{t("theme")}</span>
            <select value={theme.value} onChange={(e) => (theme.value = e.currentTarget.value as Theme)}>
              {(["auto", "light", "dark"] as const).map((name) => (
                <option key={name} value={name} selected={theme.value === name}>{t(`theme_${name}`)}</option>
              ))}
            </select>
          </label>
          <button
            type="button"
            class="quiet"
            lang={lang.value === "zh" ? "en" : "zh-CN"}
            onClick={() => {
              lang.value = lang.value === "zh" ? "en" : "zh";
              keep("lang", lang.value);
            }}
          >
            {t("language")}
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {failure.value !== undefined && <Failed />}
        {view.value === "try" && (
          <>
            <p class="lead">{t("tagline")} <span class="fine">{t("local")}</span></p>
            {changed > 0 && judge.value === "default" && (
              <p class="banner">
                {tell("edits_waiting", changed)} <a href="#edit">{t("edit")}</a>
              </p>
            )}
            <Gallery />
            <div class="case-head">
              <p class="case-title">
                {title === undefined ? t("mine") : say(title)}
                {altered.value && <> <span class="tag">{t("altered")}</span></>}
              </p>
              <button type="button" class="quiet" disabled={!canUndo.value} onClick={undo}>{t("undo")}</button>
              <button type="button" class="quiet" onClick={() => print()}>{t("print")}</button>
            </div>
            <div class="two">
              <Answer />
              {law.value === undefined ? <section class="form" aria-busy="true"><p>{failure.value === undefined ? t("loading") : ""}</p></section> : <CaseForm />}
            </div>
            <AnswerBar />
          </>
        )}
        {view.value === "compare" && <Compare />}
        {view.value === "edit" && <Edit />}
        {view.value === "check" && <Check />}
        {view.value === "widget" && (
          <div class="narrow">
            <div class="page-head"><h2>{t("widget")}</h2></div>
            <p class="intro">{t("widget_intro")}</p>
            <p><a class="button" href="portal.html">{t("widget_page")}</a></p>
            <pre tabIndex={0} aria-label="HTML">{`<script type="module" src="widget/lexgate-eligibility.js"></script>\n\n<lexgate-eligibility lang="${lang.value}"></lexgate-eligibility>`}</pre>
          </div>
        )}
      </main>
      <Notice />
    </>
  );
}

function Edit() {
  const View = editor.value;
  if (View === undefined) return <p class="intro">{t("open_editor")}</p>;
  if (View === "failed") {
    return (
      <div class="narrow">
        <p class="part issues" role="alert">{t("offline_editor")}</p>
        <p><button type="button" onClick={openEditor}>{t("reload")}</button></p>
      </div>
    );
  }
  return <View />;
}

function Failed() {
  const thrown = failure.value;
  const texts = thrown instanceof RemoteError ? thrown.failure.texts : undefined;
  return (
    <div class="part issues" role="alert">
      <h2>{t("failed")}</h2>
      <p>{texts === undefined ? String((thrown as Error).message) : say(texts.message)}</p>
      <p>{texts === undefined ? t("failed_help") : say(texts.help)}</p>
      <p><button type="button" class="primary" onClick={() => location.reload()}>{t("reload")}</button></p>
    </div>
  );
}
