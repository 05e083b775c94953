import { type FSWatcher, realpathSync, statSync, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Cancel, Timers } from "../../shared/host/timers.ts";

/** Editors and config-map mounts replace a file in several steps: one reload is enough for a burst of events. */
const SETTLE_MS = 100;

export interface FileWatch {
  readonly file: string;
  readonly timers: Timers;
  /** Called once after each burst of events that left the file different from what it was. */
  readonly onChange: () => void;
}

/**
 * Watches a file for new content. The folders are watched, not the file: writing in place, renaming over it and swapping a
 * symbolic link on the way to it (as Kubernetes does with `..data`) are all seen, and nothing is lost when the file is gone for a
 * moment.
 */
export function watchFile({ file, timers, onChange }: FileWatch): Cancel {
  let seen = identity(file);
  let settle: Cancel = () => {};
  let watchers: readonly FSWatcher[] = [];

  const look = (): void => {
    rearm();
    const now = identity(file);
    if (now === seen || now === undefined) return;
    seen = now;
    onChange();
  };
  const onEvent = (): void => {
    settle();
    settle = timers.after(SETTLE_MS, 0, look);
  };
  const stop = (): void => {
    for (const watcher of watchers) watcher.close();
  };
  const rearm = (): void => {
    stop();
    watchers = foldersOf(file).flatMap((folder) => watchFolder(folder, onEvent));
  };

  rearm();
  return () => {
    settle();
    stop();
  };
}

/** The folder of the path as written, and that of what it leads to: a swapped link shows in one, a write in the other. */
function foldersOf(file: string): readonly string[] {
  const folders = new Set([dirname(resolve(file))]);
  try {
    folders.add(dirname(realpathSync(file)));
  } catch {
    // The file is gone for the moment; its own folder will tell when it is back.
  }
  return [...folders];
}

function watchFolder(folder: string, onEvent: () => void): readonly FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent);
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}

/** Changes whenever the content may have: another file, another size, another time of writing. */
function identity(file: string): string | undefined {
  try {
    const { ino, size, mtimeMs } = statSync(file);
    return `${basename(realpathSync(file))} ${ino} ${size} ${mtimeMs}`;
  } catch {
    return undefined;
  }
}
