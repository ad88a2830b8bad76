// The table against gateways/workers in workerd, the runtime of Workers.
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Arrivals, fixture, GATEWAYS, here, run, upstream } from "./wire.mjs";

const packages = createRequire(join(here, "package.json"));
const workerd = packages.resolve("@cloudflare/workerd-linux-64/bin/workerd");
const gateway = join(here, "../../gateways");

/** Starts the worker as it stands in gateways/workers, on a free port, with other files and another upstream. */
export async function start(folder, files, upstreamPort) {
  const dist = join(gateway, "node/dist");
  cpSync(join(gateway, "workers/worker.js"), join(folder, "worker.js"));
  for (const name of ["workers.js", "lexgate-gateway.wasm"]) cpSync(join(dist, name), join(folder, name));
  for (const [name, from] of Object.entries(files)) cpSync(from, join(folder, name));
  const config = readFileSync(join(gateway, "workers/config.capnp"), "utf8");
  writeFileSync(join(folder, "config.capnp"), config.replace("127.0.0.1:8081", `127.0.0.1:${upstreamPort}`).replace("127.0.0.1:8080", "127.0.0.1:0"));
  const child = spawn(workerd, ["serve", "--control-fd=1", "config.capnp"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  process.on("exit", () => child.kill("SIGKILL"));
  const port = await new Promise((yes, no) => {
    let said = "";
    child.stdout.on("data", (part) => {
      said += part;
      const line = said.includes("\n") ? JSON.parse(said.split("\n")[0]) : {};
      if (line.port) yes(line.port);
    });
    child.on("exit", (code) => no(new Error(`workerd ended with ${code}: ${said}`)));
  });
  return { port, child };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const arrivals = new Arrivals();
  const behind = await upstream(arrivals);
  const ports = {};
  for (const [name, config] of Object.entries(GATEWAYS)) {
    const folder = mkdtempSync(join(tmpdir(), "lexgate-worker-"));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    const files = { "gateway.yaml": fixture(config), "catalogue.json": fixture("catalogue.json"), "status.json": fixture("status.json"), "jwks.json": fixture("jwks.json") };
    ports[name] = (await start(folder, files, behind.port)).port;
  }
  await run("workers", ports, arrivals);
  process.exit(0);
}
