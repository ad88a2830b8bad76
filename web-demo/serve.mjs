// Serves the built folder on the loopback address, as a careful site would: `node serve.mjs FOLDER [PORT]`.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, resolve } from "node:path";
import { CSP } from "./csp.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".bin": "application/octet-stream",
};

/** Starts the server; gives its address and what closes it. */
export function serve(folder, port = 0) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://host").pathname));
    const file = join(resolve(folder), path.endsWith("/") ? `${path}index.html` : path);
    if (!file.startsWith(resolve(folder)) || file.endsWith(".br") || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404, { "content-type": "text/plain", "content-security-policy": CSP }).end("not found\n");
      return;
    }
    const packed = /\bbr\b/.test(request.headers["accept-encoding"] ?? "") && existsSync(`${file}.br`);
    const sent = packed ? `${file}.br` : file;
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": statSync(sent).size,
      ...(packed ? { "content-encoding": "br" } : {}),
      vary: "accept-encoding",
      // What carries a digest in its name never changes.
      "cache-control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      "content-security-policy": `${CSP}; frame-ancestors 'none'`,
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
    if (request.method === "HEAD") response.end();
    else createReadStream(sent).pipe(response);
  });
  return new Promise((yes, no) => {
    server.on("error", no);
    server.listen(port, "127.0.0.1", () => {
      const close = () => {
        server.closeAllConnections();
        server.close();
      };
      yes({ url: `http://127.0.0.1:${server.address().port}/`, close });
    });
  });
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const [folder = "dist", port = "4173"] = process.argv.slice(2);
  const { url } = await serve(folder, Number(port)).catch((e) => (e.code === "EADDRINUSE" ? serve(folder) : Promise.reject(e)));
  console.log(`The workbench is at ${url}\nStop it with Ctrl+C.`);
}
