// The declarations hold in a strict project, however it resolves modules, and refuse what is wrong.
import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { here, install, sh } from "../lab.mjs";
import { tarball } from "./given.mjs";

const folder = install(tarball);
cpSync(join(here, "node_modules/@types/node"), join(folder, "node_modules/@types/node"), { recursive: true });
cpSync(join(here, "node_modules/undici-types"), join(folder, "node_modules/undici-types"), { recursive: true });

const body = (load) => `
async function main(): Promise<string> {
  const lexgate = await ${load};
  const request: AccessRequest = {
    subject: { type: "MarketEntity", id: "c-1" },
    action: { name: "obtain_opened_data" },
    resource: { type: "Dataset", id: "d-1", properties: { territory: "450100", opening_type: "conditional" } },
    context: { time: { now: "2026-05-18" } },
  };
  const answer: AccessResponse = lexgate.evaluate(request);
  const all: AccessResponse[] = lexgate.evaluateBatch([request]);
  const text: string = lexgate.evaluateJson(new Uint8Array());
  const rule: string | undefined = lexgate.explainRule("gx-bigdata/41/4b")?.rule;
  const outcome: "permitted" | "conditional" | "prohibited" | "undetermined" = answer.context.outcome;
  const remedies: string[] = answer.context.missing.map((m) => m.remedy.zh);
  // @ts-expect-error: there is no such action
  const wrongAction: AccessRequest = { ...request, action: { name: "obtain_open_data" } };
  // @ts-expect-error: there is no such outcome
  const wrong = answer.context.outcome === "allowed";
  // @ts-expect-error: there is no such kind of actor
  const wrongKind: AccessRequest = { ...request, subject: { type: "Company", id: "c-1" } };
  // @ts-expect-error: there is no such type
  const wrongValue: AccessRequest = { ...request, resource: { type: "Dataset", id: "d-1", properties: { opening_type: "open" } } };
  lexgate.dispose();
  return [all.length, text, rule, outcome, remedies, wrong, wrongAction, wrongKind, wrongValue, lexgate.version.bundle.sha256].join();
}
main().catch((error: unknown) => console.log(error instanceof LexgateError ? error.code : error));
`;
const author = `
import { Author, type SourceFinding } from "lexgate/author";
async function edit(): Promise<readonly SourceFinding[]> {
  const author = await Author.load();
  const workbench = author.compile({ "store.toml": "" });
  const run = workbench.runVectors({}, { onProgress: (done, all) => console.log(done, all) });
  console.log(run.failed, author.format(""), workbench.bundle?.length);
  return workbench.findings;
}
edit().catch(console.error);
`;
const imports = 'import { Lexgate, LexgateError, type AccessRequest, type AccessResponse } from "lexgate";';
const manual = 'import { Lexgate, LexgateError, type AccessRequest, type AccessResponse } from "lexgate/manual";';
const sources = {
  "main": imports + body("Lexgate.load()"),
  "manual": manual + body("Lexgate.load(new Response())"),
  "author": author,
};

const strict = {
  strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true, noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: false, skipLibCheck: false, noEmit: true, target: "ES2022",
};
const projects = {
  "node16, ESM": { options: { module: "node16", moduleResolution: "node16", types: ["node"], lib: ["ES2022", "DOM"] }, ext: "mts" },
  "node16, CommonJS": { options: { module: "node16", moduleResolution: "node16", types: ["node"], lib: ["ES2022", "DOM"] }, ext: "cts" },
  "bundler": { options: { module: "esnext", moduleResolution: "bundler", types: [], lib: ["ES2022", "DOM"] }, ext: "ts" },
  "bundler, Workers": { options: { module: "esnext", moduleResolution: "bundler", customConditions: ["workerd"], types: [], lib: ["ES2022", "DOM"] }, ext: "ts" },
};

for (const [name, { options, ext }] of Object.entries(projects)) {
  test(name, () => {
    const files = Object.entries(sources).map(([file, text]) => {
      writeFileSync(join(folder, `${file}.${ext}`), text);
      return `${file}.${ext}`;
    });
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { ...strict, ...options }, files }));
    sh(process.execPath, [join(here, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json"], { cwd: folder });
  });
}

test("a project that is wrong fails", () => {
  writeFileSync(join(folder, "wrong.mts"), `${imports}\nexport const n: number = (await Lexgate.load()).version;\n`);
  const compilerOptions = { ...strict, ...projects["node16, ESM"].options };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["wrong.mts"] }));
  assert.throws(() => sh(process.execPath, [join(here, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.json"], { cwd: folder }), /TS2322/);
});
