import module from "./lexgate.wasm";
import { Lexgate as Base, type LoadOptions } from "./lexgate.js";

export * from "./index.js";

export class Lexgate extends Base {
  /** Loads an engine: with the bundle inside the package, or with the bytes of another one, verified when `publicKeys` are given. */
  static async load(bundle?: BufferSource, options: LoadOptions = {}): Promise<Lexgate> {
    return Base.from(module, bundle, options);
  }
}
