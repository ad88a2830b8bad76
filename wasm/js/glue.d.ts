/** The glue between JavaScript and the module, as wasm-bindgen generates it; `glue.js` is made by the build. */

/** An engine inside the module. */
export interface Engine {
  evaluateText(request: string): string;
  evaluateBytes(request: Uint8Array): string;
  evaluateObject(request: unknown): unknown;
  evaluateBatchText(batch: string): string;
  compareText(request: string): string;
  facts(): string;
  regulations(): string;
  explainRule(id: string): string | undefined;
  version(): string;
  free(): void;
}

/** What the module exports. */
export interface Api {
  readonly Engine: {
    embedded(lenient: boolean): Engine;
    fromBundle(bundle: Uint8Array, lenient: boolean): Engine;
    verified(bundle: Uint8Array, trust: string, lenient: boolean): Engine;
  };
}

/** A new copy of the glue, for one instance. */
export declare function createGlue(): Api;
/** The module name under which the glue is imported. */
export declare const GLUE_NAME: string;
