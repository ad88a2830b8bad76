import { disposed, fromThrown, noModule, poisoned, trapped, LexgateError } from "./errors.js";

/** The glue that wasm-bindgen generates, one copy an instance; its classes are reached through `Api`. */
export type CreateGlue<Api> = () => Api & { __wbg_set_wasm(exports: WebAssembly.Exports): void };

/** What a module can be made from. */
export type ModuleSource = WebAssembly.Module | BufferSource | Response | PromiseLike<WebAssembly.Module | BufferSource | Response>;

// A module made in another realm is no instance of this realm's `WebAssembly.Module`; its tag is the same.
const isModule = (source: unknown): boolean => Object.prototype.toString.call(source) === "[object WebAssembly.Module]";

/** Compiles what is given, while it arrives if it is a response. */
export async function toModule(source: ModuleSource, where = "the source given"): Promise<WebAssembly.Module> {
  try {
    const given = await source;
    if (isModule(given)) {
      return given as WebAssembly.Module;
    }
    if (typeof Response === "function" && given instanceof Response) {
      if (!given.ok) {
        throw new Error(`${given.status} ${given.statusText}`);
      }
      const streams = typeof WebAssembly.compileStreaming === "function" && given.headers.get("content-type")?.startsWith("application/wasm");
      return streams ? await WebAssembly.compileStreaming(given) : await WebAssembly.compile(await given.arrayBuffer());
    }
    return await WebAssembly.compile(given as BufferSource);
  } catch (cause) {
    throw cause instanceof LexgateError ? cause : noModule(cause, where);
  }
}

/**
 * One instance of the module with a memory of its own. When a call stops in the middle (a trap, or the stack at its end), the
 * instance is not used again: its memory may be half-written.
 */
export class Instance<Api> {
  private api: Api | undefined;
  private stopped = false;

  private constructor(api: Api) {
    this.api = api;
  }

  /** Instantiates a compiled module. */
  static async of<Api>(module: WebAssembly.Module, createGlue: CreateGlue<Api>, glueName: string): Promise<Instance<Api>> {
    const glue = createGlue();
    try {
      const instance = await WebAssembly.instantiate(module, { [glueName]: glue as unknown as WebAssembly.ModuleImports });
      glue.__wbg_set_wasm(instance.exports);
      (instance.exports["__wbindgen_start"] as () => void)();
    } catch (cause) {
      throw noModule(cause, "the compiled module");
    }
    return new Instance<Api>(glue);
  }

  /** Calls into the module. */
  call<T>(f: (api: Api) => T): T {
    if (this.stopped) {
      throw poisoned();
    }
    if (this.api === undefined) {
      throw disposed();
    }
    try {
      return f(this.api);
    } catch (thrown) {
      if (typeof thrown === "string") {
        throw fromThrown(thrown);
      }
      this.stopped = true;
      this.api = undefined;
      throw trapped(thrown);
    }
  }

  /** Lets go of the instance. */
  dispose(): void {
    this.api = undefined;
  }
}
