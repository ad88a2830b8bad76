import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Gateway as Base, type GatewayOptions, type Sources } from "./gateway.js";

export * from "./index.js";
export { jsonLines, type JsonLinesOptions } from "./json-lines.js";
export { watch, type WatchOptions, type Watching } from "./watch.js";

/** Where the sources of a gateway are. */
export interface Files {
  readonly config: string | URL;
  readonly catalogue: string | URL;
  readonly status: string | URL;
  readonly keys: string | URL;
  readonly bundle?: string | URL;
  readonly trust?: string | URL;
}

let compiled: WebAssembly.Module | undefined;

/** The module beside this file, compiled once. */
function module(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL("./lexgate-gateway.wasm", import.meta.url)));
  return compiled;
}

/** Reads the sources. */
export async function read(files: Partial<Files>): Promise<Partial<Sources>> {
  const all = Object.entries(files).map(async ([name, file]) => {
    const bytes = await readFile(file as string | URL);
    return [name, name === "bundle" ? new Uint8Array(bytes) : bytes.toString("utf8")] as const;
  });
  return Object.fromEntries(await Promise.all(all)) as Partial<Sources>;
}

export class Gateway extends Base {
  /**
   * Makes a gateway from its sources.
   *
   * @throws GatewayError when something is wrong with them.
   */
  static from(sources: Sources, options: GatewayOptions = {}): Gateway {
    return new Gateway(module(), sources, options);
  }

  /**
   * Makes a gateway from files.
   *
   * @throws GatewayError when something is wrong with them, and what Node throws when one cannot be read.
   */
  static async open(files: Files, options: GatewayOptions = {}): Promise<Gateway> {
    return new Gateway(module(), (await read(files)) as Sources, options);
  }
}
