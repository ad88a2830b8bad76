import type { Failure, Progress } from "./protocol";

/** An error of a worker, with its code and both languages where it has them. */
export class RemoteError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}

interface Waiting {
  yes(value: unknown): void;
  no(error: Error): void;
  progress: Progress | undefined;
}

/** Calls of a worker as functions. A last argument that is a function hears of progress. */
export function remote<T extends object>(worker: Worker): T {
  const waiting = new Map<number, Waiting>();
  let last = 0;
  worker.addEventListener("message", ({ data }: MessageEvent<{ id: number; value?: unknown; failure?: Failure; progress?: [number, number] }>) => {
    const call = waiting.get(data.id);
    if (data.progress !== undefined) {
      call?.progress?.(...data.progress);
      return;
    }
    waiting.delete(data.id);
    if (data.failure === undefined) call?.yes(data.value);
    else call?.no(new RemoteError(data.failure));
  });
  // The script itself did not load or stopped: nobody may wait for ever.
  worker.addEventListener("error", (event) => {
    const error = new RemoteError({ message: event.message || "the worker could not be started", code: "worker-failed" });
    for (const call of waiting.values()) call.no(error);
    waiting.clear();
  });
  return new Proxy({} as T, {
    get: (_, call: string) => {
      return (...args: unknown[]) =>
        new Promise((yes, no) => {
          const progress = typeof args.at(-1) === "function" ? (args.pop() as Progress) : undefined;
          const id = ++last;
          waiting.set(id, { yes, no, progress });
          worker.postMessage({ id, call, args });
        });
    },
  });
}
