import fc from "fast-check";
import { describe, it } from "vitest";
import { parseIp, renderIp } from "../../../shared/net/ip-address.ts";

describe("parseIp", () => {
  it.for<readonly [string, readonly number[]]>([
    ["10.0.0.1", [10, 0, 0, 1]],
    ["255.255.255.255", [255, 255, 255, 255]],
    ["::", Array<number>(16).fill(0)],
    ["::1", [...Array<number>(15).fill(0), 1]],
    ["1::", [0, 1, ...Array<number>(14).fill(0)]],
    ["2001:DB8::a:0", [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0]],
    ["::ffff:1.2.3.4", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4]],
    ["1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
  ])("reads %s", ([text, bytes], { expect }) => {
    expect(parseIp(text)?.bytes).toEqual(Uint8Array.from(bytes));
  });

  it.for([
    "",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "1.2.3.04",
    "1.2.3.4 ",
    "0x1.2.3.4",
    ":",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "1:2:3:4::5:6:7:8",
    "::12345",
    "::g",
    ":1::2",
    "1.2.3.4::",
    "fe80::1%eth0",
    "[::1]",
    "::1.2.3",
    "host.example",
  ])("refuses %j", (text, { expect }) => {
    expect(parseIp(text)).toBeUndefined();
  });
});

describe("renderIp", () => {
  it.for<readonly [string, string]>([
    ["192.168.0.1", "192.168.0.1"],
    ["2001:0DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["::ffff:7f00:1", "::ffff:127.0.0.1"],
  ])("writes %s as %s (RFC 5952 section 4)", ([text, canonical], { expect }) => {
    expect(rewritten(text)).toBe(canonical);
  });

  it("writes what parseIp reads back to the same bytes", ({ expect }) => {
    const byte = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
    const address = fc.oneof(
      ...([4, 6] as const).map((family) => {
        const length = LENGTHS[family];
        return fc.array(byte, { minLength: length, maxLength: length }).map((bytes) => ({ family, bytes }));
      }),
    );
    fc.assert(
      fc.property(address, ({ family, bytes }) => {
        const written = { family, bytes: Uint8Array.from(bytes) };
        expect(parseIp(renderIp(written))).toEqual(written);
      }),
      { seed: 20_260_102, numRuns: 1000 },
    );
  });
});

const LENGTHS = { 4: 4, 6: 16 } as const;

function rewritten(text: string): string | undefined {
  const address = parseIp(text);
  return address && renderIp(address);
}
