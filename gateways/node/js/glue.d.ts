/** The glue between JavaScript and the module, as wasm-bindgen generates it; `glue.js` is made by the build. */

/** A gateway inside the module. */
export interface RawGateway {
  decide(call: string, now: string): string;
  decideInFull(call: string, now: string): string;
  settings(): string;
  bundle(): string;
  free(): void;
}

/** Makes decision events; masks by default. */
export interface RawRecorder {
  record(gateway: RawGateway, request: string, occasion: string): string;
  free(): void;
}

/** What the module exports. */
export interface Api {
  readonly Gateway: {
    new (config: string, catalogue: string, status: string, bundle?: Uint8Array, trust?: string): RawGateway;
  };
  readonly Recorder: { new (options: string): RawRecorder };
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

/** A new copy of the glue, for one instance. */
export declare function createGlue(): Api;
/** The module name under which the glue is imported. */
export declare const GLUE_NAME: string;
