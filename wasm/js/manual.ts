import { toModule, type ModuleSource } from "./instance.js";
import { Lexgate as Base, type LoadOptions } from "./lexgate.js";

export * from "./index.js";
export type { ModuleSource } from "./instance.js";

export class Lexgate extends Base {
  /**
   * Loads an engine from a module of your own: the bytes of `lexgate/module.wasm`, a response that holds them, or a compiled
   * `WebAssembly.Module`. With `bundle`, that one decides and not the one inside the module.
   */
  static async load(module: ModuleSource, bundle?: BufferSource, options: LoadOptions = {}): Promise<Lexgate> {
    return Base.from(await toModule(module), bundle, options);
  }
}
