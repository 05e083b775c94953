import { describe, it } from "vitest";
import { parseScript } from "./script.ts";

describe("parseScript", () => {
  it("without words is a plain answer", ({ expect }) => {
    const step = { action: "answer", status: 200, delayMs: 0, bodySize: undefined, chunked: false };
    expect(parseScript("", 0)).toEqual({ ...step, headers: [] });
  });

  it("has a step for each attempt, the last for all further ones", ({ expect }) => {
    const statuses = [0, 1, 2, 9].map((attempt) => parseScript("503;502;200", attempt).status);
    expect(statuses).toEqual([503, 502, 200, 200]);
  });

  it("reads every word of a step", ({ expect }) => {
    expect(parseScript("404 delay=20 body=5 chunked x-a:b+c", 0)).toEqual({
      action: "answer",
      status: 404,
      delayMs: 20,
      bodySize: 5,
      chunked: true,
      headers: [["x-a", "b c"]],
    });
    expect(["reset", "close", "stall", "short"].map((word) => parseScript(word, 0).action)).toEqual([
      "reset",
      "close",
      "stall",
      "short",
    ]);
  });
});
