// What both browsers have to show: all vectors under a strict policy, then the same without the right media type.
import { cpSync, writeFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { dist, here, install, serve } from "../lab.mjs";

/** The folder of the page with requests in it, and the package beside it. */
export function site(tarball, requests) {
  const folder = install(tarball, { site: join(here, "page"), "site/suite.js": join(here, "suite.js") });
  cpSync(requests, join(folder, "site/requests.jsonl"));
  return { folder, mounts: { "/lexgate/": dist(folder), "/": join(folder, "site") } };
}

/** Opens the page once for each way of serving it. `open(url)` shows a page and gives a function that closes it. */
export async function run(tarball, requests, open) {
  const { folder, mounts } = site(tarball, requests);
  const visit = async (options) => {
    const server = await serve(mounts, options);
    const close = await open(server.url);
    try {
      return await server.result();
    } finally {
      await close();
      server.close();
    }
  };
  const { answers, problems, failure } = await visit();
  if (failure) {
    throw new Error(`the page failed: ${failure.message}`);
  }
  writeFileSync(join(folder, "site/requests.jsonl"), some(requests));
  const untyped = await visit({ types: { ".wasm": "application/octet-stream" } });
  if (untyped.failure || untyped.answers.length === 0) {
    problems.push(`served without application/wasm: ${untyped.failure?.message ?? "no answers"}`);
  }
  const forbidden = await visit({ csp: "default-src 'self'" });
  if (forbidden.failure?.code !== "module-not-loaded") {
    problems.push(`where the policy forbids WebAssembly, load has to say module-not-loaded, not ${JSON.stringify(forbidden.failure)}`);
  }
  return { answers, problems };
}

/** Twenty requests, from the beginning to the end. */
export function some(requests) {
  const lines = readFileSync(requests, "utf8").split("\n").filter(Boolean);
  const step = Math.ceil(lines.length / 20);
  return lines.filter((_, i) => i % step === 0).join("\n");
}
