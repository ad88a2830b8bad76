// The sources inside a bundle, when it carries them (docs/bundle.md). The engine verifies every digest when it loads the
// bundle; this only cuts the files out of it afterwards.
interface Manifest {
  files: { path: string; size: number }[];
}

/** Source files by path; nothing when the bundle carries none. */
export function sourcesOf(bundle: Uint8Array): Record<string, string> | undefined {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const [manifestSize, signaturesSize] = [view.getUint32(10, true), view.getUint32(14, true)];
  const text = new TextDecoder("utf-8", { fatal: true });
  const manifest = JSON.parse(text.decode(bundle.subarray(50, 50 + manifestSize))) as Manifest;
  const sources: Record<string, string> = {};
  let at = 50 + manifestSize + signaturesSize;
  for (const { path, size } of manifest.files) {
    if (path.startsWith("sources/")) sources[path.slice("sources/".length)] = text.decode(bundle.subarray(at, at + size));
    at += size;
  }
  return Object.keys(sources).length > 0 ? sources : undefined;
}
