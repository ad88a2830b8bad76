// What the hosts' scripts share: the packed tarball in an empty folder, a server of files, and how a result is told.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));
export const root = resolve(here, "../..");
/** All that the package needs of a page's policy. */
export const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/** Runs a program to its end; what it printed, or an error that says what went wrong. */
export function sh(program, args, options = {}) {
  const done = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 30, timeout: 600_000, ...options });
  if (done.error ?? done.status !== 0) {
    const said = `${done.stdout ?? ""}${done.stderr ?? ""}`.slice(-2000);
    throw new Error(`${program} ${args.join(" ").slice(0, 200)}: ${done.error?.message ?? `exit ${done.status}`}\n${said}`);
  }
  return done.stdout;
}

/** An empty folder with the packed package installed, and nothing else; removed when the process ends. */
export function install(tarball, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), "lexgate-host-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  sh("npm", ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", resolve(tarball)], { cwd: folder });
  for (const [name, from] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    cpSync(from, join(folder, name), { recursive: true });
  }
  return folder;
}

/** Where the package is in such a folder. */
export const dist = (folder) => join(folder, "node_modules/lexgate/dist");

/** The executable inside a platform package: install scripts, which would link it elsewhere, do not run here. */
export function executable(scope, path) {
  const packages = join(here, "node_modules", scope);
  const found = (existsSync(packages) ? readdirSync(packages) : []).map((name) => join(packages, name, path)).find(existsSync);
  if (found === undefined) {
    throw new Error(`no ${path} in ${scope}/*: run \`cargo xtask setup\``);
  }
  return found;
}

/** The first of these programs that is there. */
export function program(...names) {
  const folders = (process.env.PATH ?? "").split(":");
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  if (found === undefined) {
    throw new Error(`${names.join(" or ")} is not installed: run \`cargo xtask setup\``);
  }
  return found;
}

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };

/**
 * Serves folders (`{"/prefix/": folder}`) on the loopback address. What a page posts to `/result` comes back from `result()`.
 * `csp` and `types` may differ from what a careful site would say.
 */
export async function serve(mounts, { csp = CSP, types = {} } = {}) {
  let tell;
  let told = new Promise((yes) => (tell = yes));
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://host").pathname);
    if (request.method === "POST" && path === "/result") {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        response.end();
        tell(JSON.parse(Buffer.concat(parts).toString("utf8")));
      });
      return;
    }
    const [prefix, folder] = Object.entries(mounts).find(([p]) => path.startsWith(p)) ?? [];
    const file = folder && join(folder, normalize(`/${path.slice(prefix.length) || "index.html"}`));
    if (!file || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    const type = { ...TYPES, ...types }[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": type, "content-security-policy": csp, "cache-control": "no-store" });
    response.end(readFileSync(file));
  });
  await new Promise((yes) => server.listen(0, "127.0.0.1", yes));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async result(milliseconds = 300_000) {
      let timer;
      const late = new Promise((_, no) => (timer = setTimeout(() => no(new Error(`the page said nothing in ${milliseconds} ms`)), milliseconds)));
      const result = await Promise.race([told, late]).finally(() => clearTimeout(timer));
      told = new Promise((yes) => (tell = yes));
      return result;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Starts a program that stays; gives a function that ends it. */
export function start(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"], ...options });
  const end = () => child.kill("SIGKILL");
  process.on("exit", end);
  return { child, end };
}

/** `host.mjs TARBALL REQUESTS ANSWERS`: runs a host, writes one line a vector and says the rest on standard output. */
export async function host(run) {
  const [tarball, requests, out] = process.argv.slice(2);
  if (!out) {
    throw new Error("usage: node host.mjs TARBALL REQUESTS ANSWERS");
  }
  const { version, answers, problems } = await run(tarball, resolve(requests));
  writeFileSync(out, answers.map((answer) => `${answer}\n`).join(""));
  console.log(JSON.stringify({ version, problems }));
}
