import type { Calls } from "./protocol";
import { remote } from "./remote";

/** The engine in its worker; loading begins when this module does. */
export const engine = remote<Calls>(new Worker(new URL("./engine.worker.ts", import.meta.url), { type: "module", name: "engine" }));
