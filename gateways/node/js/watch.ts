import { watch as watchFolder, type FSWatcher } from "node:fs";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Gateway } from "./gateway.js";
import { read, type Files } from "./node.js";

/** What is told while files are watched. */
export interface WatchOptions {
  /** New sources are in force. */
  readonly onReload?: (generation: number) => void;
  /** New sources were refused; the old ones stay in force. */
  readonly onRefused?: (error: unknown) => void;
  /** How long the files have to be quiet, in milliseconds: several of them change together. Default: 100. */
  readonly quiet?: number;
}

/** Files being watched. */
export interface Watching {
  /** Stops watching. */
  close(): void;
}

/**
 * Reloads a gateway when its files change. The folders are watched, not the files, so that files that are moved into place
 * are seen. Write a new file beside the old one and rename it: then nobody reads half of it.
 */
export function watch(gateway: Gateway, files: Partial<Files>, { onReload, onRefused, quiet = 100 }: WatchOptions = {}): Watching {
  const paths = Object.values(files).map((file) => (file instanceof URL ? fileURLToPath(file) : (file as string)));
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  const reload = async (): Promise<void> => {
    try {
      gateway.reload(await read(files));
      onReload?.(gateway.generation);
    } catch (error) {
      onRefused?.(error);
    }
  };
  const changed = (): void => {
    clearTimeout(timer);
    // One after the other, so that an older reading never replaces a newer one.
    timer = setTimeout(() => (running = running.then(reload)), quiet);
  };
  const watchers: FSWatcher[] = [...new Set(paths.map((path) => dirname(path)))].map((folder) => {
    const names = new Set(paths.filter((path) => dirname(path) === folder).map((path) => basename(path)));
    return watchFolder(folder, { persistent: false }, (_event, name) => {
      if (name === null || names.has(name)) changed();
    });
  });
  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
