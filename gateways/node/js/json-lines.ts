import { open, type FileHandle } from "node:fs/promises";
import type { DecisionSink } from "./events.js";

/** How a file of events is written. */
export interface JsonLinesOptions {
  /** Has the disk confirm every batch, so that a loss of power loses no event. Default: `false`; the death of the process loses none. */
  readonly sync?: boolean;
}

/**
 * A file with one event a line, appended to. Events that wait while others are being written go out together; each write is
 * whole lines, so that several processes may share a file.
 */
export function jsonLines(path: string | URL, { sync = false }: JsonLinesOptions = {}): DecisionSink {
  let file: Promise<FileHandle> | undefined;
  let waiting: { line: string; done: () => void; failed: (error: unknown) => void }[] = [];
  let writing: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        file ??= open(path, "a", 0o600);
        const handle = await file;
        await handle.appendFile(batch.map(({ line }) => `${line}\n`).join(""));
        if (sync) await handle.datasync();
        for (const { done } of batch) done();
      } catch (error) {
        // The next event tries to open the file again.
        file = undefined;
        for (const { failed } of batch) failed(error);
      }
    }
    writing = undefined;
  };

  return {
    write(line) {
      return new Promise<void>((done, failed) => {
        waiting.push({ line, done, failed });
        writing ??= drain();
      });
    },
    async close() {
      await writing;
      const handle = await file;
      file = undefined;
      await handle?.close();
    },
  };
}
