import { describe, it } from "vitest";
import { durationMs } from "../../../shared/base/duration-ms.ts";

describe("durationMs", () => {
  const table = [
    ["0s", 0],
    ["5s", 5000],
    ["0.250s", 250],
    ["1.001s", 1001],
    ["0.290s", 290],
    ["0.000999s", 0],
    ["1.999999999s", 1999],
    ["315576000000s", 315_576_000_000_000],
    ["-1.500s", -1500],
  ] as const;
  it.for(table)("%s is %d ms", ([text, milliseconds], { expect }) => {
    expect(durationMs(text)).toBe(milliseconds);
  });
});
