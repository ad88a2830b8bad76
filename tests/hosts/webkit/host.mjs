// WebKit in its GTK port, which stands in for Safari: driven over WebDriver, on a display of its own. On demand, and on Debian
// only: apt-get install webkit2gtk-driver xvfb xauth.
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { host, program, start } from "../lab.mjs";
import { run } from "../page/browser.mjs";

/** The browser that comes with the driver: /usr/lib/ARCHITECTURE/webkit2gtk-VERSION/MiniBrowser. */
function miniBrowser() {
  const architectures = readdirSync("/usr/lib").filter((name) => name.endsWith("-linux-gnu"));
  const folders = architectures.flatMap((name) => readdirSync(`/usr/lib/${name}`).map((inner) => `/usr/lib/${name}/${inner}`));
  const found = folders.filter((folder) => /\/webkit2gtk-4\.\d$/.test(folder)).map((folder) => `${folder}/MiniBrowser`).find((file) => existsSync(file));
  if (!found) {
    throw new Error("there is no MiniBrowser: apt-get install webkit2gtk-driver xvfb xauth");
  }
  return found;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((yes) => server.once("listening", yes));
  const { port } = server.address();
  await new Promise((yes) => server.close(yes));
  return port;
}

/** One call of the WebDriver protocol, with a time limit: a driver that hangs must not hang the run. */
async function call(url, method, body) {
  const response = await fetch(url, { method, body: body && JSON.stringify(body), signal: AbortSignal.timeout(60_000) });
  const { value } = await response.json();
  if (!response.ok) {
    throw new Error(`${method} ${url}: ${JSON.stringify(value)}`);
  }
  return value;
}

await host(async (tarball, requests) => {
  const port = await freePort();
  const env = { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", WEBKIT_DISABLE_DMABUF_RENDERER: "1", LIBGL_ALWAYS_SOFTWARE: "1" };
  // A group of its own: xvfb-run leaves display and driver behind when it alone is ended.
  const { child } = start(program("xvfb-run"), ["-a", program("WebKitWebDriver"), `--port=${port}`], { env, detached: true });
  const end = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  process.on("exit", end);
  const driver = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await fetch(`${driver}/status`).then((r) => r.ok, () => false)); tries += 1) {
    if (tries > 200) throw new Error("WebKitWebDriver does not answer");
    await new Promise((yes) => setTimeout(yes, 100));
  }
  const options = { "webkitgtk:browserOptions": { binary: miniBrowser(), args: ["--automation"] } };
  const { sessionId, capabilities } = await call(`${driver}/session`, "POST", { capabilities: { alwaysMatch: options } });
  try {
    const result = await run(tarball, requests, async (url) => {
      await call(`${driver}/session/${sessionId}/url`, "POST", { url });
      return () => call(`${driver}/session/${sessionId}/url`, "POST", { url: "about:blank" });
    });
    return { version: capabilities.browserVersion, ...result };
  } finally {
    await call(`${driver}/session/${sessionId}`, "DELETE").catch(() => undefined);
    end();
  }
});
