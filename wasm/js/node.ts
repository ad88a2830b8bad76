import { readFile } from "node:fs/promises";
import { noModule } from "./errors.js";
import { toModule } from "./instance.js";
import { Lexgate as Base, type LoadOptions } from "./lexgate.js";

export * from "./index.js";

const url = new URL("./lexgate.wasm", import.meta.url);
let compiled: Promise<WebAssembly.Module> | undefined;

/** The module beside this file, compiled once. */
function module(): Promise<WebAssembly.Module> {
  compiled ??= readFile(url).then(
    (bytes) => toModule(bytes),
    (cause: unknown) => {
      compiled = undefined;
      throw noModule(cause, url.href);
    },
  );
  return compiled;
}

export class Lexgate extends Base {
  /** Loads an engine: with the bundle inside the package, or with the bytes of another one, verified when `publicKeys` are given. */
  static async load(bundle?: BufferSource, options: LoadOptions = {}): Promise<Lexgate> {
    return Base.from(await module(), bundle, options);
  }
}
