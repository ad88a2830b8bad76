import { readFile } from "node:fs/promises";
import { Author as Base } from "./author.js";
import { noModule } from "./errors.js";
import { toModule } from "./instance.js";

export { Workbench, type SourceFiles, type VectorOptions } from "./author.js";
export * from "./index.js";

export class Author extends Base {
  /** Loads the author module. */
  static async load(): Promise<Author> {
    const url = new URL("./lexgate-author.wasm", import.meta.url);
    const file = readFile(url).catch((cause: unknown) => {
      throw noModule(cause, url.href);
    });
    return Base.from(await toModule(file));
  }
}
