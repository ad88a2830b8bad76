// Parser, validator and vectors of the policies, off the main thread; with the sources the page was built from.
import { Author, type SourceFiles, type Workbench } from "lexgate/author";
import type { AuthorCalls, Opened, Progress } from "./author-protocol";

interface Ready {
  author: Author;
  policies: SourceFiles;
  vectors: SourceFiles;
}
let ready: Promise<Ready> = Promise.reject(new Error("nothing is opened yet"));
ready.catch(() => undefined);

async function unpack(url: string): Promise<{ policies: SourceFiles; vectors: SourceFiles }> {
  const response = await fetch(url);
  if (!response.ok || response.body === null) {
    throw new Error(`${url}: ${response.status}`);
  }
  return (await new Response(response.body.pipeThrough(new DecompressionStream("gzip"))).json()) as { policies: SourceFiles; vectors: SourceFiles };
}

/** The bundle of the sources as they came, made once. */
let base: Uint8Array | undefined;

async function compiled<T>(edits: SourceFiles, quick: boolean, use: (workbench: Workbench) => T): Promise<T> {
  const { author, policies } = await ready;
  const workbench = author.compile({ ...policies, ...edits }, { quick });
  try {
    return use(workbench);
  } finally {
    workbench.dispose();
  }
}

const calls: AuthorCalls = {
  async open(url): Promise<Opened> {
    ready = Promise.all([Author.load(), unpack(url)]).then(([author, sources]) => ({ author, ...sources }));
    const { policies } = await ready;
    return { policies };
  },
  check: (edits, quick) => compiled(edits, quick, (w) => w.findings),
  build: (edits) => compiled(edits, false, ({ findings, bundle }) => ({ findings, bundle })),
  async format(text) {
    return (await ready).author.format(text);
  },
  async run(edits, progress) {
    const { author, vectors } = await ready;
    base ??= await compiled({}, true, (w) => w.bundle);
    const before = base;
    // Without Cedar's validator: it takes longer than all vectors, and the list of findings has its word anyway.
    return compiled(edits, true, (workbench) => {
      const { findings, bundle } = workbench;
      if (bundle === undefined || before === undefined) return { findings };
      const begun = performance.now();
      const { reports, coverage, passed, failed } = workbench.runVectors(vectors, { onProgress: progress });
      const milliseconds = performance.now() - begun;
      const failures = reports.filter((r) => r.problems.length > 0).map(({ name, problems, summary }) => ({ name, problems, summary }));
      const difference = author.diff(before as Uint8Array<ArrayBuffer>, bundle as Uint8Array<ArrayBuffer>, vectors);
      return { findings, bundle, run: { passed, failed, milliseconds, failures, difference, coverage } };
    });
  },
};

addEventListener("message", async ({ data }: MessageEvent<{ id: number; call: keyof AuthorCalls; args: unknown[] }>) => {
  const { id, call, args } = data;
  const progress: Progress = (done, all) => postMessage({ id, progress: [done, all] });
  try {
    postMessage({ id, value: await (calls[call] as (...args: unknown[]) => Promise<unknown>)(...args, progress) });
  } catch (thrown) {
    const { message, code, texts, help } = thrown as { message?: string; code?: string; texts?: unknown; help?: string };
    postMessage({ id, failure: { message: help ? `${message ?? ""} ${help}` : (message ?? String(thrown)), code, texts } });
  }
});
