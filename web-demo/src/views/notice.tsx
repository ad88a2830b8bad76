import { signal } from "@preact/signals";

const words = signal("");
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something for a few seconds. */
export function notice(text: string): void {
  words.value = text;
  clearTimeout(timer);
  timer = setTimeout(() => (words.value = ""), 6000);
}

export function Notice() {
  return (
    <div class={`notice ${words.value === "" ? "" : "on"}`} role="status" aria-live="polite">
      {words.value}
    </div>
  );
}
