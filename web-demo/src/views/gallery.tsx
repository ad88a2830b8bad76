import { signal } from "@preact/signals";
import { cases, families, origin, start } from "../state";
import { lang, say, t } from "../text";
import { textName } from "./names";

const family = signal(families[0]?.id ?? "");

/** Cases to begin with, by what they are about. */
export function Gallery() {
  return (
    <section class="gallery" aria-labelledby="gallery-title">
      <div class="gallery-head">
        <h2 id="gallery-title">{t("gallery")}</h2>
        <div class="chips" role="group" aria-label={t("gallery")}>
          {families.map((f) => (
            <button key={f.id} type="button" class="chip" aria-pressed={family.value === f.id} onClick={() => (family.value = f.id)}>
              {say(f)}
            </button>
          ))}
        </div>
      </div>
      <ul class="cards">
        {cases
          .filter((c) => c.family === family.value)
          .map((c) => (
            <li key={c.id}>
              <button type="button" class="card" aria-pressed={origin.value === c.id} onClick={() => start(c.id)}>
                <span class="card-title">{lang.value === "zh" ? c.zh : c.en}</span>
                <span class="card-text">{textName(c.text)}</span>
              </button>
            </li>
          ))}
        <li>
          <button type="button" class="card card-blank" aria-pressed={origin.value === ""} onClick={() => start("")}>
            <span class="card-title">{t("blank")}</span>
          </button>
        </li>
      </ul>
    </section>
  );
}
