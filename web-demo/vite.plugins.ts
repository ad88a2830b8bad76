import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { join, relative, sep } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin } from "vite";
import { CSP } from "./csp.mjs";

// What both builds do: the workbench first, then the widget, which also finishes the folder.

/** The policy stands in the page as well, so that it holds wherever the folder is served from. */
export const policy: Plugin = {
  name: "content-security-policy",
  // The development server injects scripts of its own; only what is built is strict.
  transformIndexHtml: (html, { server }) => html.replace("%CSP%", server ? "" : CSP),
};

const all = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((f) => f.isFile())
    .map((f) => join(f.parentPath ?? f.path, f.name))
    .sort();

/** What has to be on the machine for the page to work offline. The editor and the vectors come when they are first used. */
const isFirst = (name: string): boolean => !/(^|\/)(editor|author|lexgate-author)|\.bin$|\.br$|portal|widget|sw\.js|\.map$/.test(name);

export const finish: Plugin = {
  name: "service-worker-and-brotli",
  apply: "build",
  closeBundle() {
    const dist = join(import.meta.dirname, "dist");
    const names = all(dist).map((f) => relative(dist, f).split(sep).join("/"));
    const first = names.filter(isFirst).filter((n) => n !== "index.html");
    const version = createHash("sha256");
    for (const name of names.filter((n) => !n.endsWith(".br") && n !== "sw.js")) version.update(name).update(readFileSync(join(dist, name)));
    const sw = readFileSync(join(import.meta.dirname, "src/sw.js"), "utf8")
      .replace('"%VERSION%"', JSON.stringify(version.digest("hex").slice(0, 16)))
      .replace('"%FIRST%"', first.map((n) => JSON.stringify(n)).join(", "));
    writeFileSync(join(dist, "sw.js"), sw);
    for (const name of [...names, "sw.js"].filter((n) => /\.(js|css|html|svg|json|wasm|webmanifest)$/.test(n))) {
      const bytes = readFileSync(join(dist, name));
      // The large module takes a quarter of a minute at the last step, for three percent.
      const quality = bytes.length > 2_000_000 ? 9 : 11;
      const options = { params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
      writeFileSync(join(dist, `${name}.br`), brotliCompressSync(bytes, options));
    }
  },
};

