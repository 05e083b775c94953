import { nativeTimers } from "../host/node-timers.ts";
import { watchFile } from "../server/watch-file.ts";

/** Reads the configuration again when its file changes, and on SIGHUP. */
export interface Reloading {
  /** From now on `reload` is called; at once if there was a reason before. */
  begin(reload: () => Promise<void>): void;
  stop(): void;
}

/** To be called before the file is first read, so that no change falls between reading and watching. */
export function watchForReload(configPath: string | undefined): Reloading {
  let reload: (() => Promise<void>) | undefined;
  let isDue = false;
  const onChange = (): void => {
    isDue = true;
    void reload?.();
  };
  const stopWatching =
    configPath === undefined ? () => {} : watchFile({ file: configPath, timers: nativeTimers, onChange });
  process.on("SIGHUP", onChange);
  return {
    begin: (call) => {
      reload = call;
      if (isDue) void call();
    },
    stop: () => {
      process.off("SIGHUP", onChange);
      stopWatching();
    },
  };
}
