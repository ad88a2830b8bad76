// `lexgate serve` behind the proxies of the recipes, with their configurations as they are committed but for the ports.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { envoyPath } from "./envoy/proxy.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const fixture = (name) => join(root, "tests/gateways/fixtures", name);

/** The program: LEXGATE, or the newest build. */
export function program() {
  const folder = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  const found = [process.env.LEXGATE, ...["release", "debug"].map((p) => join(folder, p, "lexgate"))].find((p) => p && existsSync(p));
  if (found === undefined) throw new Error("build the command line first: cargo build -p lexgate-cli");
  return found;
}

export function freePort() {
  return new Promise((yes) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => yes(port));
    });
  });
}

const children = [];
process.once("exit", () => children.forEach((child) => child.kill("SIGKILL")));

/** A program that runs until `stop` is called; everything it says is kept. */
export function started(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part) => (said += part));
  const ended = new Promise((yes) => child.on("close", (code) => yes(code)));
  children.push(child);
  return { child, said: () => said, ended, stop: () => (child.kill("SIGTERM"), ended) };
}

/** Waits until a port takes connections. */
export async function answering(port, running) {
  const taken = () =>
    new Promise((yes) => {
      const socket = connect(port, "127.0.0.1", () => (socket.destroy(), yes(true)));
      socket.on("error", () => yes(false));
    });
  for (let i = 0; i < 200; i += 1) {
    if (running.child.exitCode !== null) break;
    if (await taken()) return;
    await new Promise((yes) => setTimeout(yes, 50));
  }
  throw new Error(`nothing answers on port ${port}: ${running.said()}`);
}

/** `lexgate serve` with these arguments; `port` and `stop`. */
export async function serve(args) {
  const port = await freePort();
  const running = started(program(), ["--lang", "en", "serve", "--listen", `127.0.0.1:${port}`, ...args]);
  await answering(port, running);
  return { ...running, port };
}

/** The service as a gateway of the table. */
export const gateway = (config, more = []) =>
  serve(["--catalogue", fixture("catalogue.json"), "--gateway", fixture(config), "--status", fixture("status.json"), "--grant-keys", fixture("jwks.json"), ...more]);

const recipe = (name) => readFileSync(join(root, "gateways/recipes", name), "utf8");

export const PROXIES = {
  /** nginx with the recipe. */
  async nginx(lexgate, service) {
    const folder = mkdtempSync(join(tmpdir(), "lexgate-nginx-"));
    const port = await freePort();
    const config = recipe("nginx/nginx.conf").replaceAll("127.0.0.1:8080", `127.0.0.1:${service}`).replaceAll("127.0.0.1:8181", `127.0.0.1:${lexgate}`).replaceAll("127.0.0.1:8000", `127.0.0.1:${port}`);
    // Everything nginx writes stays in the folder.
    const own = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(" ");
    writeFileSync(join(folder, "nginx.conf"), `daemon off; master_process off; pid ${folder}/pid; error_log stderr;\n${config.replace("http {", `http { access_log off; ${own}`)}`);
    writeFileSync(join(folder, "lexgate-question.conf"), recipe("nginx/lexgate-question.conf"));
    const running = started("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")], { env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } });
    await answering(port, running);
    return { ...running, port, stop: async () => (await running.stop(), rmSync(folder, { recursive: true })) };
  },
  /** Caddy with the recipe. */
  async caddy(lexgate, service) {
    const folder = mkdtempSync(join(tmpdir(), "lexgate-caddy-"));
    const port = await freePort();
    const config = recipe("caddy/Caddyfile").replaceAll("127.0.0.1:8080", `127.0.0.1:${service}`).replaceAll("127.0.0.1:8181", `127.0.0.1:${lexgate}`).replace("http://:8000", `http://:${port}`);
    writeFileSync(join(folder, "Caddyfile"), config);
    const running = started("caddy", ["run", "--adapter", "caddyfile", "--config", join(folder, "Caddyfile")], { env: { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder } });
    await answering(port, running);
    return { ...running, port, stop: async () => (await running.stop(), rmSync(folder, { recursive: true })) };
  },
  /** Envoy with the recipe for ext_authz. */
  async envoy(lexgate, service) {
    const folder = mkdtempSync(join(tmpdir(), "lexgate-envoy-"));
    const port = await freePort();
    const ports = { 8000: port, 8080: service, 8181: lexgate };
    const config = recipe("envoy/ext-authz.yaml").replace(/port_value: (\d+)/g, (_, from) => `port_value: ${ports[from]}`);
    writeFileSync(join(folder, "envoy.yaml"), config);
    const running = started(envoyPath(), ["-c", join(folder, "envoy.yaml"), "--log-level", "warn", "--concurrency", "1", "--use-dynamic-base-id"]);
    await answering(port, running);
    return { ...running, port, stop: async () => (await running.stop(), rmSync(folder, { recursive: true })) };
  },
};
