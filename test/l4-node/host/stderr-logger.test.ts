import { describe, it } from "vitest";
import { parseLogLevel, StderrLogger } from "../../../l4-node/host/stderr-logger.ts";

describe("StderrLogger", () => {
  it("log prints one line, with what is ambiguous in quotes", ({ expect }) => {
    const lines: string[] = [];
    const logger = new StderrLogger("info", (line) => lines.push(line));
    logger.log("warning", "dns_failed", {
      name: "a.example",
      reason: 'no "route"\nto host',
      tries: 2,
      none: undefined,
    });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^\[[^\]]+Z\]\[warning\] dns_failed name=a\.example reason="no \\"route\\"\\nto host" tries=2\n$/,
    );
  });

  it("log leaves out what is below its level", ({ expect }) => {
    const lines: string[] = [];
    const logger = new StderrLogger("error", (line) => lines.push(line));
    logger.log("warning", "unheard");
    logger.log("error", "heard");
    logger.log("critical", "heard");
    expect(lines).toHaveLength(2);
    new StderrLogger("off", (line) => lines.push(line)).log("critical", "unheard");
    expect(lines).toHaveLength(2);
  });
});

describe("parseLogLevel", () => {
  it("parseLogLevel knows Envoy's spellings and no others", ({ expect }) => {
    expect(parseLogLevel("warn")).toBe("warning");
    expect(parseLogLevel("debug")).toBe("debug");
    expect(parseLogLevel("loud")).toBeUndefined();
  });
});
