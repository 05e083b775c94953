import fc from "fast-check";
import { describe, it } from "vitest";
import { compileTimeFormat } from "../../../shared/formatter/time-format.ts";

const TIME = Date.UTC(2026, 0, 2, 13, 4, 5, 60);

function render(format: string, wallMs = TIME): string {
  const compiled = compileTimeFormat(format);
  return compiled.ok ? compiled.value(wallMs) : compiled.error;
}

describe("compileTimeFormat", () => {
  it.for([
    ["%Y-%m-%dT%H:%M:%E3SZ", "2026-01-02T13:04:05.060Z"],
    ["%F %T", "2026-01-02 13:04:05"],
    ["%D %R", "01/02/26 13:04"],
    ["%a %A %b %B %h", "Fri Friday Jan January Jan"],
    ["%c", "Fri Jan  2 13:04:05 2026"],
    ["%C %y %e %j %k %l", "20 26  2 002 13  1"],
    ["%I:%M %p|%r", "01:04 PM|01:04:05 PM"],
    ["%u %w %x %X", "5 5 01/02/26 13:04:05"],
    ["%s", "1767359045"],
    ["%f %1f %3f %6f %9f", "060000000 0 060 060000 060000000"],
    ["%E0S %E2S %E6S %E*S", "05 05.06 05.060000 05.06"],
    ["%E3f %E*f", "060 06"],
    ["%z %Ez %Z", "+0000 +00:00 UTC"],
    ["100%%%n%t", "100%\n\t"],
    ["é", "é"],
  ] as const)("renders %s as %j", ([format, text], { expect }) => {
    expect(render(format)).toBe(text);
  });

  it.for([
    [Date.UTC(2024, 1, 29), "2024-02-29 060 4"],
    [Date.UTC(2024, 11, 31), "2024-12-31 366 2"],
    [Date.UTC(2023, 11, 31), "2023-12-31 365 0"],
    [Date.UTC(2000, 1, 29), "2000-02-29 060 2"],
    [Date.UTC(1900, 2, 1), "1900-03-01 060 4"],
    [0, "1970-01-01 001 4"],
    [-1, "1969-12-31 365 3"],
  ] as const)("knows the calendar at %d: %s", ([wallMs, text], { expect }) => {
    expect(render("%F %j %w", wallMs)).toBe(text);
  });

  it("agrees with the platform on every time", ({ expect }) => {
    const wallMs = fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31) });
    const property = fc.property(wallMs, (time) => {
      expect(render("%Y-%m-%dT%H:%M:%E3SZ", time)).toBe(new Date(time).toISOString());
    });
    fc.assert(property, { seed: 20_260_104, numRuns: 2000 });
  });

  it("renders whole seconds without a fraction", ({ expect }) => {
    expect(render("%E*S %E*f", Date.UTC(2026, 0, 1))).toBe("00 0");
  });

  it.for([
    ["%Q", "the conversion %Q in the time format %Q is not implemented"],
    ["%E16S", "the conversion %E16S in the time format %E16S is not implemented"],
    ["%Y%", "the time format %Y% ends inside a conversion"],
  ] as const)("refuses %s", ([format, reason], { expect }) => {
    expect(render(format)).toBe(reason);
  });
});
