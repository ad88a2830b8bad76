// A gateway that forwards what it allows: `node soak-worker.mjs FOLDER NAME UPSTREAM-PORT`. Says what happens to it, a line of JSON each.
import { Agent, createServer, request as forward } from "node:http";
import { join } from "node:path";
import express from "express";
import { Gateway, jsonLines, watch } from "lexgate-gateway";
import { lexgate } from "lexgate-gateway/express";

const [folder, name, upstream] = process.argv.slice(2);
const say = (what) => console.log(JSON.stringify({ name, at: Date.now(), ...what }));
const file = (base) => join(folder, base);
const files = { config: file("gateway.yaml"), catalogue: file("catalogue.json"), status: file("status.json"), keys: file("jwks.json"), bundle: file("lexgate.bundle") };

const options = {
  events: { sink: jsonLines(file(`decisions-${name}.jsonl`)), decisionId: (call) => `${call.headers[call.headers.findIndex((h) => h.toLowerCase() === "x-call") + 1]}` },
};
const gateway = await Gateway.open(files, options).catch((error) => {
  // With sources that are broken at this moment there is no gateway; whoever watches over this process starts it again.
  say({ unborn: error.code ?? String(error) });
  process.exit(1);
});
watch(gateway, files, {
  quiet: 30,
  onReload: () => say({ reloaded: gateway.bundle.version, status: JSON.parse(gateway.sources.status).as_of }),
  onRefused: (error) => say({ refused: error.code ?? String(error) }),
});

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const app = express();
app.disable("x-powered-by");
app.use(lexgate(gateway));
app.use((request, response) => {
  const onward = forward({ port: upstream, host: "127.0.0.1", agent, method: request.method, path: request.originalUrl, headers: request.headers }, (answer) => {
    response.writeHead(answer.statusCode, { "content-type": "application/json" });
    answer.pipe(response).on("error", () => response.destroy());
  });
  onward.on("error", () => (response.headersSent ? response.destroy() : response.status(502).end()));
  request.pipe(onward);
});
const server = createServer(app).listen(0, "127.0.0.1", () => {
  say({ port: server.address().port, status: JSON.parse(gateway.sources.status).as_of });
});
setInterval(() => say({ rss: process.memoryUsage().rss, heap: process.memoryUsage().heapUsed }), 2000);
