// CodeMirror in a shadow root: there its styles are adopted style sheets, which a policy without inline styles allows.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { complete, hover } from "./assist";
import { cedarSupport, colours } from "./cedar-language";

const theme = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--sheet)", color: "var(--ink)", fontSize: "0.92rem" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-gutters": { backgroundColor: "var(--sunk)", color: "var(--soft)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--ink) 6%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in srgb, var(--focus) 30%, transparent)",
  },
  ".cm-tooltip": { backgroundColor: "var(--sheet)", color: "var(--ink)", border: "1px solid var(--line-strong)", borderRadius: "6px", maxWidth: "min(38rem, 90vw)" },
  ".cm-tooltip .said": { padding: "0.4rem 0.7rem", fontFamily: "var(--sans)" },
  ".cm-tooltip .said p": { margin: "0.1rem 0" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--ink)", color: "var(--paper)" },
  ".cm-completionDetail": { fontStyle: "normal", marginLeft: "1em", color: "inherit", opacity: "0.75" },
  ".cm-panels": { backgroundColor: "var(--sunk)", color: "var(--ink)" },
  ".cm-panels input, .cm-panels button": { font: "inherit" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--sunk)", color: "var(--soft)", border: "1px solid var(--line)" },
  ".cm-diagnostic": { fontFamily: "var(--sans)" },
});

export interface CodeEditor {
  /** Shows a file; each keeps its own history. */
  show(path: string, text: string): void;
  /** Puts another text in the place of the one shown, as one step that can be undone. */
  replace(text: string): void;
  mark(diagnostics: Diagnostic[]): void;
  goTo(offset: number): void;
  label(text: string): void;
  destroy(): void;
}

export function createEditor(host: HTMLElement, on: (path: string, text: string) => void): CodeEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const states = new Map<string, EditorState>();
  const name = new Compartment();
  let shown = "";
  let words = "";
  const extensions = (path: string) => [
    lineNumbers(),
    foldGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ override: path.endsWith(".cedar") ? [complete] : [() => null] }),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    search({ top: true }),
    lintGutter(),
    syntaxHighlighting(colours),
    path.endsWith(".cedar") ? [cedarSupport, hover] : [],
    EditorView.lineWrapping,
    theme,
    name.of(EditorView.contentAttributes.of({ "aria-label": words, tabindex: "0" })),
    // Tab indents; Escape and then Tab leaves the editor.
    keymap.of([...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...foldKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) on(path, update.state.doc.toString());
    }),
  ];
  const view = new EditorView({ parent: root, root, state: EditorState.create({ doc: "" }) });
  return {
    show(path, text) {
      if (shown !== "") states.set(shown, view.state);
      shown = path;
      const known = states.get(path);
      // A file that was put back or imported meanwhile begins anew.
      view.setState(known !== undefined && known.doc.toString() === text ? known : EditorState.create({ doc: text, extensions: extensions(path) }));
      view.dispatch({ effects: name.reconfigure(EditorView.contentAttributes.of({ "aria-label": words, tabindex: "0" })) });
    },
    replace(text) {
      if (text !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    mark: (diagnostics) => view.dispatch(setDiagnostics(view.state, diagnostics)),
    goTo(offset) {
      const at = Math.min(offset, view.state.doc.length);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      view.focus();
    },
    label(text) {
      words = text;
      view.dispatch({ effects: name.reconfigure(EditorView.contentAttributes.of({ "aria-label": text, tabindex: "0" })) });
    },
    destroy: () => view.destroy(),
  };
}
