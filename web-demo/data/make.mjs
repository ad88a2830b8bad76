// What the page is given besides the package: `node data/make.mjs REQUESTS ANSWERS`, the vectors as requests and the native
// engine's answers to them, one line each. Writes src/generated (part of the page) and public/data (fetched when wanted).
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { CASES, FAMILIES } from "./gallery.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const [requestFile, answerFile] = process.argv.slice(2);
if (!answerFile) {
  throw new Error("usage: node data/make.mjs REQUESTS ANSWERS");
}

const lines = (file) => readFileSync(file, "utf8").split("\n").filter(Boolean);
const answers = lines(answerFile);
const vectors = lines(requestFile).map((line, i) => {
  const { name, request } = JSON.parse(line);
  return { name, request, bytes: Buffer.from(request, "base64"), answer: answers[i] };
});
if (vectors.length !== answers.length) {
  throw new Error(`${vectors.length} requests and ${answers.length} answers`);
}

/** The request as text where it is text, so that it packs well. */
function asText(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const named = new Map(vectors.map((v) => [v.name, v]));
const families = new Set(FAMILIES.map((f) => f.id));
const cases = CASES.map(({ vector, who, what, family, ...words }) => {
  const found = named.get(vector);
  if (!found || !families.has(family)) {
    throw new Error(`the gallery names a vector or family that is not there: ${vector}, ${family}`);
  }
  const request = JSON.parse(found.bytes.toString("utf8"));
  request.subject.id = who.zh;
  request.resource.id = what.zh;
  for (const table of [request.subject.properties, request.resource.properties, ...Object.values(request.context)]) {
    for (const [fact, value] of typeof table === "object" && table !== null ? Object.entries(table) : []) {
      // Vectors say "unknown" to take a fact of their base back; in the form that is no statement at all.
      if (value === "unknown") delete table[fact];
    }
  }
  return { ...words, who, what, family, text: vector.split(":")[0], request };
});

/** The lists of a calendar file: quoted dates under `holidays` and `workdays`. */
function calendar(file) {
  const text = readFileSync(file, "utf8").replace(/#.*$/gm, "");
  const list = (name) => [...(text.match(new RegExp(`${name}\\s*=\\s*\\[([^\\]]*)\\]`))?.[1] ?? "").matchAll(/"([\d-]+)"/g)].map((m) => m[1]);
  return { holidays: list("holidays"), workdays: list("workdays") };
}

function files(folder, wanted) {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((f) => f.isFile());
  const paths = all.map((f) => join(f.parentPath ?? f.path, f.name)).sort();
  const entries = paths.map((p) => [relative(folder, p).split(sep).join("/"), p]).filter(([name]) => wanted(name));
  return Object.fromEntries(entries.map(([name, p]) => [name, readFileSync(p, "utf8")]));
}

/** What each duty of each text asks, in words: an answer that compares texts names duties by their type alone. */
function duties(sources) {
  const found = {};
  for (const [name, text] of Object.entries(sources).filter(([n]) => n.endsWith(".cedar"))) {
    for (const policy of text.split(/^@id\(/m)) {
      const of = (annotation) => policy.match(new RegExp(`^@${annotation}\\("((?:[^"\\\\]|\\\\.)*)"\\)`, "m"))?.[1];
      const [type, zh, en] = [of("duty"), of("zh"), of("en")];
      if (type && zh && en) (found[name.split("/")[0]] ??= {})[type] ??= { zh, en };
    }
  }
  return found;
}

const isSource = (name) => /\.(toml|cedar)$/.test(name) && !name.startsWith("calendars/");
const out = { generated: join(here, "../src/generated"), data: join(here, "../public/data") };
for (const folder of Object.values(out)) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}
const write = (folder, name, value) => writeFileSync(join(folder, name), JSON.stringify(value));
// Packed here: a static server need not know how, and one vector has ten megabytes of the same letter.
const pack = (name, value) => writeFileSync(join(out.data, name), gzipSync(JSON.stringify(value), { level: 9 }));

write(out.generated, "gallery.json", { families: FAMILIES, cases });
write(out.generated, "calendar.json", calendar(join(root, "policies/calendars/cn.toml")));
const policies = files(join(root, "policies"), isSource);
write(out.generated, "duties.json", duties(policies));
write(out.generated, "counts.json", { vectors: vectors.length });
pack(
  "answers.bin",
  vectors.map(({ name, request, bytes, answer }) => {
    const text = asText(bytes);
    const sha256 = createHash("sha256").update(answer).digest("hex");
    return text === undefined ? { name, base64: request, sha256 } : { name, text, sha256 };
  }),
);
pack("sources.bin", { policies, vectors: files(join(root, "tests/vectors"), isSource) });
console.log(`${cases.length} cases, ${vectors.length} vectors`);
