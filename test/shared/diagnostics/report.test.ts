import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { reportLines } from "../../../shared/diagnostics/report.ts";

const A = ConfigPath.root.field("a");
const B = ConfigPath.root.field("b");

/** `a` stands on line 1, `b` on line 2, the root nowhere. */
function collector(): DiagnosticCollector {
  const lines = new Map([
    ["/a", 1],
    ["/b", 2],
  ]);
  return new DiagnosticCollector({
    find(path) {
      const line = lines.get(path.pointer());
      return line === undefined ? undefined : { file: "f.yaml", line, column: 3, offset: 0 };
    },
  });
}

describe("reportLines", () => {
  it("puts diagnostics in the order of the file, marks errors, and counts", ({ expect }) => {
    const found = collector();
    found.error(B, "x.b", "second");
    found.warning(A, "x.a", "first");
    found.error(ConfigPath.root, "x.root", "nowhere");
    expect(reportLines(found.diagnostics)).toEqual([
      "error: nowhere [x.root]",
      "f.yaml:1:3 warning: a: first [x.a]",
      "f.yaml:2:3 error: b: second [x.b]",
      "2 errors, 1 warning",
    ]);
  });

  it("does not count where nothing is refused", ({ expect }) => {
    const found = collector();
    found.warning(A, "x.a", "only");
    expect(reportLines(found.diagnostics)).toEqual(["f.yaml:1:3 warning: a: only [x.a]"]);
    expect(reportLines([])).toEqual([]);
  });

  it("says once what is said twice, and not that what is unsupported cannot be compiled", ({ expect }) => {
    const found = collector();
    found.error(A, "support.unsupported", "not supported");
    found.error(A, "config.unsupported", "cannot be compiled");
    found.error(B, "config.unsupported", "a value");
    found.error(B, "config.unsupported", "a value");
    expect(reportLines(found.diagnostics)).toEqual([
      "f.yaml:1:3 error: a: not supported [support.unsupported]",
      "f.yaml:2:3 error: b: a value [config.unsupported]",
      "2 errors, 0 warnings",
    ]);
  });
});
