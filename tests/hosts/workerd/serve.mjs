// A worker in the real runtime, with the package's workerd entry and its module.
import { join } from "node:path";
import { cpSync, writeFileSync } from "node:fs";
import { dist, executable, start } from "../lab.mjs";

export const workerd = () => executable("@cloudflare", "bin/workerd");

/** Serves `worker` (a file) from a folder with the package; `modules` are further ones by name. Gives address and end. */
export async function serve(folder, worker, modules = {}) {
  cpSync(dist(folder), join(folder, "dist"), { recursive: true });
  // The configuration language knows the escapes of C; these paths need none.
  const all = { "worker.js": worker, lexgate: join(folder, "dist/workerd.js"), ...modules };
  const names = Object.keys(all).map((name, i) => {
    cpSync(all[name], join(folder, `module-${i}.js`));
    return `(name = "${name}", esModule = embed "module-${i}.js")`;
  });
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [${names.join(", ")}, (name = "lexgate.wasm", wasm = embed "dist/lexgate.wasm")],
    compatibilityDate = "2026-11-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  );
  const { child, end } = start(workerd(), ["serve", "--control-fd=1", "config.capnp"], { cwd: folder });
  // The runtime says on the control channel which port it got.
  const port = await new Promise((yes, no) => {
    let said = "";
    child.stdout.on("data", (part) => {
      said += part;
      const { port } = said.includes("\n") ? JSON.parse(said.split("\n")[0]) : {};
      if (port) yes(port);
    });
    child.on("exit", (code) => no(new Error(`workerd ended with ${code}: ${said}`)));
  });
  return { url: `http://127.0.0.1:${port}`, end };
}
