import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { nativeTimers } from "../../../l4-node/host/node-timers.ts";
import { watchFile } from "../../../l4-node/server/watch-file.ts";
import type { Cancel } from "../../../shared/host/timers.ts";

const DEADLINE_MS = 10_000;

describe("watchFile", () => {
  let folder = "";
  let stop: Cancel = () => {};

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "nuncio-watch-"));
  });
  afterEach(async () => {
    stop();
    await rm(folder, { recursive: true });
  });

  /** Starts watching, and resolves with the call that the change makes. */
  function changeOf(file: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("no change was seen")), DEADLINE_MS);
      const onChange = (): void => {
        clearTimeout(late);
        resolve();
      };
      stop = watchFile({ file, timers: nativeTimers, onChange });
    });
  }

  it("watchFile sees a file written in place", async () => {
    const file = join(folder, "envoy.yaml");
    await writeFile(file, "a: 1");
    const changed = changeOf(file);
    await writeFile(file, "a: 22");
    await changed;
  });

  it("watchFile sees another file renamed over it", async () => {
    const file = join(folder, "envoy.yaml");
    await writeFile(file, "a: 1");
    const changed = changeOf(file);
    await writeFile(join(folder, "new"), "a: 2");
    await rename(join(folder, "new"), file);
    await changed;
  });

  it("watchFile sees a file that was removed and written anew", async () => {
    const file = join(folder, "envoy.yaml");
    await writeFile(file, "a: 1");
    const changed = changeOf(file);
    await rm(file);
    await writeFile(file, "a: 2");
    await changed;
  });

  it("watchFile sees a swapped link on the way to the file, as Kubernetes mounts config maps", async () => {
    await mkdir(join(folder, "..1"));
    await mkdir(join(folder, "..2"));
    await writeFile(join(folder, "..1", "envoy.yaml"), "a: 1");
    await writeFile(join(folder, "..2", "envoy.yaml"), "a: 2");
    await symlink("..1", join(folder, "..data"));
    const file = join(folder, "envoy.yaml");
    await symlink(join("..data", "envoy.yaml"), file);
    const changed = changeOf(file);
    await symlink("..2", join(folder, "..tmp"));
    await rename(join(folder, "..tmp"), join(folder, "..data"));
    await changed;
  });

  it("watchFile says nothing about other files of the folder", async ({ expect }) => {
    const file = join(folder, "envoy.yaml");
    await writeFile(file, "a: 1");
    const changes: string[] = [];
    stop = watchFile({ file, timers: nativeTimers, onChange: () => changes.push("envoy.yaml") });
    await writeFile(join(folder, "other.yaml"), "b: 1");
    // A second watcher that is told of a change has been through the same wait as the first.
    const other = join(folder, "third.yaml");
    await writeFile(other, "c: 1");
    const first = stop;
    const changed = changeOf(other);
    await writeFile(other, "c: 22");
    await changed;
    first();
    expect(changes).toEqual([]);
  });
});
