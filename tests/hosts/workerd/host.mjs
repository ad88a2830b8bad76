// workerd, the runtime of Workers, which compiles nothing at run time.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { here, host, install, sh } from "../lab.mjs";
import { serve, workerd } from "./serve.mjs";

await host(async (tarball, requests) => {
  const server = await serve(install(tarball), join(here, "workerd/worker.js"), { suite: join(here, "suite.js") });
  try {
    const response = await fetch(server.url, { method: "POST", body: readFileSync(requests) });
    if (!response.ok) {
      throw new Error(`the worker failed: ${response.status} ${await response.text()}`);
    }
    return { version: sh(workerd(), ["--version"]).trim().split(" ").pop(), ...(await response.json()) };
  } finally {
    server.end();
  }
});
