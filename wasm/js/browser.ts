import { noModule } from "./errors.js";
import { toModule } from "./instance.js";
import { Lexgate as Base, type LoadOptions } from "./lexgate.js";

export * from "./index.js";

let compiled: Promise<WebAssembly.Module> | undefined;

/** The module beside this file, compiled while it arrives and once. Bundlers know this form of address and copy the file. */
function module(): Promise<WebAssembly.Module> {
  compiled ??= toModule(
    fetch(new URL("./lexgate.wasm", import.meta.url)).catch((cause: unknown) => {
      throw noModule(cause, "its address");
    }),
    "its address",
  ).catch((cause: unknown) => {
    compiled = undefined;
    throw cause;
  });
  return compiled;
}

export class Lexgate extends Base {
  /** Loads an engine: with the bundle inside the package, or with the bytes of another one, verified when `publicKeys` are given. */
  static async load(bundle?: BufferSource, options: LoadOptions = {}): Promise<Lexgate> {
    return Base.from(await module(), bundle, options);
  }
}
