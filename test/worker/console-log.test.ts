import { afterEach, describe, it, vi } from "vitest";
import { consoleLogs } from "../../worker/host/console-log.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("consoleLogs", () => {
  it.for([
    [{ kind: "console", stream: "stdout" }, "log"],
    [{ kind: "console", stream: "stderr" }, "error"],
    [{ kind: "file", path: "/var/log/access.log" }, "log"],
  ] as const)("sends lines for %j to console.%s", ([target, level], { expect }) => {
    const record = vi.spyOn(console, level).mockReturnValue(undefined);
    consoleLogs.open(target).write("GET /\n");
    expect(record.mock.calls).toEqual([["GET /"]]);
  });

  it("gives the platform text, where the core has bytes", ({ expect }) => {
    const record = vi.spyOn(console, "log").mockReturnValue(undefined);
    consoleLogs.open({ kind: "console", stream: "stdout" }).write("\u00c3\u00a9 \u00ff");
    expect(record.mock.calls).toEqual([["é \ufffd"]]);
  });
});
