/** The glue of the author module, as wasm-bindgen generates it; `author-glue.js` is made by the build. */

/** Sources that were compiled. */
export interface Workbench {
  findings(): string;
  bundle(): Uint8Array | undefined;
  runVectors(vectors: string, progress?: (done: number, all: number) => void): string;
  free(): void;
}

/** What the module exports. */
export interface AuthorApi {
  readonly Workbench: { compile(sources: string, quick: boolean): Workbench };
  formatPolicies(text: string): string;
  schema(bundle: Uint8Array): string;
  diffBundles(before: Uint8Array, after: Uint8Array, vectors: string): string;
}

/** A new copy of the glue, for one instance. */
export declare function createGlue(): AuthorApi;
/** The module name under which the glue is imported. */
export declare const GLUE_NAME: string;
