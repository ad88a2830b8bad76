import { signal } from "@preact/signals";
import type { Checked } from "../engine/protocol";
import { engine } from "../engine/engine";
import { lang, t, tell } from "../text";

const progress = signal<[number, number] | undefined>(undefined);
const result = signal<Checked | undefined>(undefined);
const wrong = signal("");

async function run(): Promise<void> {
  progress.value = [0, 1];
  result.value = undefined;
  wrong.value = "";
  try {
    const url = new URL("data/answers.bin", document.baseURI).href;
    result.value = await (engine.check as (url: string, progress: (done: number, all: number) => void) => Promise<Checked>)(url, (done, all) => (progress.value = [done, all]));
  } catch (thrown) {
    wrong.value = (thrown as Error).message;
  }
  progress.value = undefined;
}

/** The page holds itself against the native engine. */
export function Check() {
  const done = result.value;
  return (
    <div class="check-page narrow">
      <div class="page-head"><h2>{t("check")}</h2></div>
      <p class="intro">{t("check_intro")}</p>
      <p><button type="button" class="primary" disabled={progress.value !== undefined} onClick={run}>{t("check_run")}</button></p>
      {progress.value !== undefined && (
        <p>
          <progress max={progress.value[1]} value={progress.value[0]} aria-label={t("check")} /> {tell("check_running", ...progress.value)}
        </p>
      )}
      {wrong.value !== "" && <p role="alert" class="issues part">{wrong.value}</p>}
      {done !== undefined && (
        <section class={`part ${done.equal === done.all ? "permitted" : "prohibited"}`}>
          <p class="headline" role="status" data-equal={done.equal} data-all={done.all} data-milliseconds={Math.round(done.milliseconds)}>
            {tell("check_done", done.equal, done.all)}
          </p>
          <p class="fine">{tell("check_time", (done.milliseconds / 1000).toFixed(2), (done.engineTime / 1000).toFixed(2))}</p>
          {done.differing.length > 0 && (
            <>
              <h3>{t("check_differ")}</h3>
              <ul>{done.differing.slice(0, 100).map((name) => <li key={name}><code>{name}</code></li>)}</ul>
            </>
          )}
        </section>
      )}
      <p class="fine">{lang.value === "zh" ? "测试向量由仓库随附，答案的摘要由原生引擎在构建时生成。" : "The vectors come with the source; the digests were made by the native engine when this page was built."}</p>
    </div>
  );
}
