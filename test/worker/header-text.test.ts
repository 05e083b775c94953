import { describe, it } from "vitest";
import { valueFromPlatform, valueToPlatform } from "../../worker/adapt/header-text.ts";

describe("header text", () => {
  it("valueFromPlatform gives the bytes of UTF-8, one code unit each", ({ expect }) => {
    expect(valueFromPlatform("caf\u00e9")).toBe("caf\u00c3\u00a9");
  });

  it.for(["plain", "caf\u00e9", "\u65e5\u672c", "\u{1f600}", ""])(
    "valueToPlatform gives back %s",
    (text, { expect }) => {
      expect(valueToPlatform(valueFromPlatform(text))).toBe(text);
    },
  );
});
