export function EditorView() {
  return <p />;
}
