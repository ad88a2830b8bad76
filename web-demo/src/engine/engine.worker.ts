// The engine, off the main thread. One message a call; the answer carries the number of the call.
import { Lexgate, type AccessRequest } from "lexgate";
import type { Calls, Checked, Law, RuleHint } from "./protocol";

/** Engines by name: `default` is the law in the package. */
const engines = new Map<string, Promise<Lexgate>>([["default", Lexgate.load()]]);

async function engine(name: string): Promise<Lexgate> {
  const found = engines.get(name);
  if (found === undefined) {
    throw new Error(`no law is loaded under the name ${name}`);
  }
  return found;
}

function law(lexgate: Lexgate): Law {
  const reference = lexgate.facts();
  const rules: Record<string, RuleHint> = {};
  for (const rule of new Set(reference.facts.flatMap((f) => f.rules))) {
    const found = lexgate.explainRule(rule);
    if (found === undefined) continue;
    const all = found.policies.some((p) => p.actions.length === 0);
    const title = found.policies.find((p) => p.rules[0] === rule)?.title ?? found.policies[0]?.title ?? found.words;
    rules[rule] = {
      text: found.text,
      citation: found.citation,
      title: title ?? found.citation,
      actions: all ? null : [...new Set(found.policies.flatMap((p) => p.actions))],
    };
  }
  return { version: lexgate.version, reference, regulations: lexgate.regulations(), rules };
}

const hex = (bytes: ArrayBuffer): string => Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, "0")).join("");

/** Every vector, answered here and held against the digest of the native engine's answer. */
async function check(url: string, progress: (done: number, all: number) => void): Promise<Checked> {
  const lexgate = await engine("default");
  const response = await fetch(url);
  if (!response.ok || response.body === null) {
    throw new Error(`${url}: ${response.status}`);
  }
  const unpacked = new Response(response.body.pipeThrough(new DecompressionStream("gzip")));
  const vectors = (await unpacked.json()) as { name: string; text?: string; base64?: string; sha256: string }[];
  const begun = performance.now();
  const encoder = new TextEncoder();
  const differing: string[] = [];
  let engineTime = 0;
  for (const [i, v] of vectors.entries()) {
    const bytes = v.text === undefined ? Uint8Array.from(atob(v.base64 ?? ""), (c) => c.charCodeAt(0)) : encoder.encode(v.text);
    const at = performance.now();
    const answer = lexgate.evaluateJson(bytes);
    engineTime += performance.now() - at;
    if (hex(await crypto.subtle.digest("SHA-256", encoder.encode(answer))) !== v.sha256) {
      differing.push(v.name);
    }
    if (i % 100 === 99) progress(i + 1, vectors.length);
  }
  progress(vectors.length, vectors.length);
  return { all: vectors.length, equal: vectors.length - differing.length, differing, milliseconds: performance.now() - begun, engineTime };
}

const calls: Calls = {
  law: async (name) => law(await engine(name)),
  async load(name, bundle) {
    const loaded = await Lexgate.load(bundle);
    const before = engines.get(name);
    engines.set(name, Promise.resolve(loaded));
    void before?.then((e) => e.dispose());
    return law(loaded);
  },
  async evaluate(name, request) {
    const lexgate = await engine(name);
    const begun = performance.now();
    const text = lexgate.evaluateJson(JSON.stringify(request));
    return { text, milliseconds: performance.now() - begun };
  },
  compare: async (name, request) => (await engine(name)).compare(request as unknown as AccessRequest),
  explain: async (name, rule) => (await engine(name)).explainRule(rule),
  check,
};

addEventListener("message", async ({ data }: MessageEvent<{ id: number; call: keyof Calls; args: unknown[] }>) => {
  const { id, call, args } = data;
  const progress = (done: number, all: number): void => postMessage({ id, progress: [done, all] });
  try {
    const value = await (calls[call] as (...args: unknown[]) => Promise<unknown>)(...args, progress);
    postMessage({ id, value });
  } catch (thrown) {
    const { message, code, texts } = thrown as { message?: string; code?: string; texts?: unknown };
    postMessage({ id, failure: { message: message ?? String(thrown), code, texts } });
  }
});
