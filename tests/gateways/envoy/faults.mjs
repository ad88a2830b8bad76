// What a running Envoy does when its configuration changes or goes wrong: `node faults.mjs`.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Arrivals, send, table, upstream } from "../wire.mjs";
import { Envoy, filterPath, fixtureText, freePort, jwtAuthn, listener, plugin, wasm } from "./proxy.mjs";
import { trappingFilter } from "./trap.mjs";

const bundle = readFileSync(new URL("../../../core/default.bundle", import.meta.url));
const calls = new Map(table().map((call) => [call.id, call]));
const arrivals = new Arrivals();
const behind = await upstream(arrivals);
const folder = mkdtempSync(join(tmpdir(), "lexgate-faults-"));
const port = await freePort();
const good = plugin("gateway.yaml");
const jwks = fixtureText("jwks.json");
const listeners = (told, filter) => [listener("main", port, [jwtAuthn(good.config, jwks), wasm("main", told, filter)], { route: { cluster: "upstream" } })];
const status = async (id) => (await send(calls.get(id).bytes, port)).status;
let passed = 0;
let failed = 0;

function holds(what, is, seen = "") {
  if (is) passed += 1;
  else failed += 1;
  console.log(`${is ? "passed" : "FAILED"}  ${what}${is ? "" : ` ${seen}`}`);
}

async function decides(what, id, wanted) {
  const got = await settled(id, wanted);
  holds(what, got === wanted, `(${id}: ${got} instead of ${wanted})`);
}

/** A listener that replaces another takes over in a moment. */
async function settled(id, wanted) {
  let got;
  for (let i = 0; i < 60; i += 1) {
    got = await status(id);
    if (got === wanted) break;
    await new Promise((yes) => setTimeout(yes, 50));
  }
  return got;
}

const without = (object, path) => {
  const copy = structuredClone(object);
  const names = path.split(".");
  const last = names.pop();
  delete names.reduce((at, n) => at[n], copy)[last];
  return copy;
};

const envoy = await Envoy.start({ listeners: listeners(good), clusters: { upstream: behind.port } });
try {
  await decides("a good configuration decides", "opened-allowed", 200);
  await decides("and refuses", "opened-fields", 403);

  const suspended = { ...good, status: { ...good.status, subjects: { ...good.status.subjects, "91450100MA5KDEM01F": "suspended" } } };
  holds("another status list is taken without a restart", await envoy.replace(listeners(suspended)));
  await decides("and decides", "opened-allowed", 403);
  const fewer = { ...good, config: { ...good.config, routes: good.config.routes.slice(1) } };
  holds("another configuration is taken", await envoy.replace(listeners(fewer)));
  await decides("a route that is gone is none", "opened-allowed", 404);
  holds("a bundle is taken", await envoy.replace(listeners({ ...good, bundle: bundle.toString("base64") })));
  await decides("and decides", "opened-allowed", 200);

  const flipped = Buffer.from(bundle);
  flipped[flipped.length >> 1] ^= 1;
  const stranger = JSON.parse(jwks).keys[0];
  const broken = {
    "a configuration without routes": without(good, "config.routes"),
    "an unknown member": { ...good, config: { ...good.config, fail_open: true } },
    "an unknown action": { ...good, config: { ...good.config, routes: [{ ...good.config.routes[0], action: "use_open_data" }] } },
    "a fact of the wrong type": { ...good, catalogue: { ...good.catalogue, datasets: { x: { facts: { territory: 450000 } } } } },
    "a status list without entries' words": { ...good, status: { ...good.status, subjects: { a: "banned" } } },
    "a plugin without a catalogue": without(good, "catalogue"),
    "a damaged bundle": { ...good, bundle: flipped.toString("base64") },
    "half a bundle": { ...good, bundle: bundle.subarray(0, bundle.length >> 1).toString("base64") },
    "a bundle nobody trusted has signed": { ...good, bundle: bundle.toString("base64"), trust: { publicKeys: [stranger] } },
  };
  for (const [what, told] of Object.entries(broken)) {
    holds(`${what} is refused`, (await envoy.replace(listeners(told))) === false);
    await decides("the old one goes on: it allows", "opened-allowed", 200);
    await decides("and refuses", "opened-fields", 403);
  }
  holds("a filter that is not there is refused", (await envoy.replace(listeners(good, join(folder, "none.wasm")))) === false);
  await decides("the old one goes on", "opened-allowed", 200);

  // A token that was verified for one call is no token for the next one of the same connection.
  const keep = (id) => calls.get(id).bytes.toString("latin1").replace("connection: close\r\n", "");
  const twice = await conversation([keep("opened-allowed"), keep("token-forged"), keep("token-missing")]);
  holds("on one connection each call needs its own token", twice.join() === "200,401,401", `(${twice})`);

  const stale = { ...good, status: { ...good.status, next_update: "2026-01-01" } };
  holds("a status list that is out of date is taken", await envoy.replace(listeners(stale)));
  await decides("and nothing passes", "opened-allowed", 500);

  const trap = join(folder, "trap.wasm");
  writeFileSync(trap, trappingFilter());
  holds("a filter that traps is taken", await envoy.replace(listeners({ trap: true }, trap)), envoy.logged().slice(-600));
  await new Promise((yes) => setTimeout(yes, 500));
  const before = arrivals.of("shared-allowed");
  const trapped = [await status("shared-allowed"), await status("shared-allowed"), await status("shared-allowed")];
  holds("a call on which it traps does not pass", before === undefined && trapped.every((s) => s === 0 || s >= 400) && arrivals.of("shared-allowed") === undefined, `(${trapped})`);
  console.log(`        what the caller gets then: ${trapped}`);
} finally {
  envoy.stop();
}

// From the start without a filter: nothing listens, or nothing passes.
copyFileSync(filterPath(), join(folder, "cut.wasm"));
writeFileSync(join(folder, "cut.wasm"), readFileSync(filterPath()).subarray(0, 1000));
for (const [what, file] of [["no filter", "none.wasm"], ["half a filter", "cut.wasm"]]) {
  const bare = await Envoy.start({ listeners: listeners(good, join(folder, file)), clusters: { upstream: behind.port } });
  try {
    await bare.until(async () => (await bare.stat("listener_manager.lds.update_rejected")) > 0, 30, "Envoy said nothing");
    const got = await status("product-allowed");
    holds(`${what} at the start: nothing passes`, !(got >= 200 && got < 300) && arrivals.of("product-allowed") === undefined, `(${got})`);
  } finally {
    bare.stop();
  }
}
behind.close();
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** Sends requests one after the other on one connection; the status of each answer. */
async function conversation(requests) {
  const { connect } = await import("node:net");
  const socket = connect(port, "127.0.0.1");
  const statuses = [];
  for (const request of requests) {
    socket.write(Buffer.from(request, "latin1"));
    const head = await new Promise((yes) => {
      let text = "";
      const part = (data) => {
        text += data.toString("latin1");
        const length = /content-length: (\d+)/i.exec(text);
        const end = text.indexOf("\r\n\r\n");
        const whole = end !== -1 && (length ? Buffer.byteLength(text, "latin1") >= end + 4 + Number(length[1]) : text.endsWith("0\r\n\r\n"));
        if (whole) {
          socket.off("data", part);
          yes(text);
        }
      };
      socket.on("data", part);
      setTimeout(() => yes(text), 1500);
    });
    statuses.push(Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0));
  }
  socket.destroy();
  return statuses;
}
