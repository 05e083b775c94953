import fc from "fast-check";
import { describe, it } from "vitest";
import { normalizeTimestamp, parseDuration, renderDuration, renderTimestamp } from "../../../shared/schema/duration.ts";

describe("parseDuration", () => {
  it.for([
    ["0s", 0, 0],
    ["1.5s", 1, 500_000_000],
    ["-1.000000001s", -1, -1],
    ["0.123456789s", 0, 123_456_789],
    ["315576000000s", 315_576_000_000, 0],
  ] as const)("parseDuration reads %s", ([text, seconds, nanos], { expect }) => {
    expect(parseDuration(text)).toEqual({ seconds, nanos });
  });

  it.for(["", "1", "1ms", ".5s", "1.s", "+1s", "1 s", "1e3s", "0.1234567891s", "315576000001s", "s"])(
    "parseDuration refuses %j",
    (text, { expect }) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it("parseDuration reads what renderDuration wrote", ({ expect }) => {
    const parts = fc.tuple(fc.nat(), fc.nat({ max: 999_999_999 }), fc.constantFrom(1, -1));
    fc.assert(
      fc.property(parts, ([seconds, nanos, sign]) => {
        const duration = { seconds: seconds * sign + 0, nanos: nanos * sign + 0 };
        expect(parseDuration(renderDuration(duration))).toEqual(duration);
      }),
      { seed: 20260131 },
    );
  });
});

describe("normalizeTimestamp", () => {
  it.for([
    ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"],
    ["2026-01-31T01:30:00.5+02:00", "2026-01-30T23:30:00.500Z"],
    ["2024-02-29T00:00:00.000001-00:30", "2024-02-29T00:30:00.000001Z"],
    ["1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"],
    ["9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"],
  ] as const)("normalizeTimestamp gives %s in UTC", ([text, expected], { expect }) => {
    expect(normalizeTimestamp(text)).toBe(expected);
  });

  it.for([
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-01-31",
    "2026-01-31T24:00:00Z",
    "2026-01-31t12:00:00z",
  ])("normalizeTimestamp refuses %s", (text, { expect }) => {
    expect(normalizeTimestamp(text)).toBeUndefined();
  });

  it("renderTimestamp agrees with the calendar of the platform", ({ expect }) => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
        const expected = new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
        expect(renderTimestamp({ seconds, nanos: 0 })).toBe(expected);
      }),
      { seed: 20260131, numRuns: 1000 },
    );
  });
});
