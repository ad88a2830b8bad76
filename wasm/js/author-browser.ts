import { Author as Base } from "./author.js";
import { toModule } from "./instance.js";

export { Workbench, type SourceFiles, type VectorOptions } from "./author.js";
export * from "./index.js";

export class Author extends Base {
  /** Loads the author module. */
  static async load(): Promise<Author> {
    return Base.from(await toModule(fetch(new URL("./lexgate-author.wasm", import.meta.url)), "its address"));
  }
}
