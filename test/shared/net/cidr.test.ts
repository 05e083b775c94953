import fc from "fast-check";
import { describe, it } from "vitest";
import { DiagnosticCollector } from "../../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../../shared/diagnostics/config-path.ts";
import { CidrMap, type CidrRange, compileCidrRange, compileCidrSet } from "../../../shared/net/cidr.ts";
import type { IpAddress } from "../../../shared/net/ip-address.ts";

const ipv4 = (bytes: readonly number[]): IpAddress => ({ family: 4, bytes: Uint8Array.from(bytes) });

describe("compileCidrSet", () => {
  const inside = compileCidrSet(
    [
      { addressPrefix: "10.0.0.0", prefixLen: 8 },
      { addressPrefix: "192.168.1.77", prefixLen: 28 },
      { addressPrefix: "2001:db8::", prefixLen: 33 },
      { addressPrefix: "::1", prefixLen: 128 },
    ],
    ConfigPath.root,
    new DiagnosticCollector(),
  );

  it.for(["10.255.0.1", "192.168.1.64", "192.168.1.79", "2001:db8:7fff::1", "::1"])(
    "holds %s",
    (address, { expect }) => {
      expect(inside(address)).toBe(true);
    },
  );

  it.for(["11.0.0.0", "192.168.1.80", "192.168.1.63", "2001:db8:8000::", "::2", "::ffff:10.0.0.1", "10.0.0.1:80", ""])(
    "does not hold %j",
    (address, { expect }) => {
      expect(inside(address)).toBe(false);
    },
  );

  it("reports an address that is none, and goes on", ({ expect }) => {
    const diagnostics = new DiagnosticCollector();
    const ranges = [{ addressPrefix: "10.0.0", prefixLen: 8 }, { addressPrefix: "0.0.0.0" }];
    expect(compileCidrSet(ranges, ConfigPath.root.field("ranges"), diagnostics)("1.2.3.4")).toBe(true);
    expect(diagnostics.diagnostics.map((found) => [found.code, found.path.render(), found.message])).toEqual([
      ["config.address", "ranges[0].address_prefix", "malformed IP address: 10.0.0"],
    ]);
  });
});

describe("compileCidrRange", () => {
  it("takes a length beyond the address for the whole address", ({ expect }) => {
    const range = compileCidrRange(
      { addressPrefix: "10.0.0.1", prefixLen: 64 },
      ConfigPath.root,
      new DiagnosticCollector(),
    );
    expect(range).toEqual({ address: ipv4([10, 0, 0, 1]), prefixLength: 32 });
  });
});

describe("CidrMap", () => {
  it("replaces the value of the same block, whatever the bits beyond its prefix", ({ expect }) => {
    const map = new CidrMap<string>();
    map.set({ address: ipv4([10, 1, 2, 3]), prefixLength: 8 }, "first");
    map.set({ address: ipv4([10, 9, 9, 9]), prefixLength: 8 }, "second");
    expect([map.size, map.get({ address: ipv4([10, 0, 0, 0]), prefixLength: 8 })]).toEqual([1, "second"]);
  });

  it("longestMatch gives the longest block that holds the address", ({ expect }) => {
    const byte = fc.constantFrom(0, 1, 0x80, 0xff);
    const address = fc.tuple(byte, byte, byte, byte).map(ipv4);
    const range = fc.record({ address, prefixLength: fc.integer({ min: 0, max: 32 }) });
    fc.assert(
      fc.property(fc.array(range, { maxLength: 12 }), address, (ranges, wanted) => {
        const map = new CidrMap<number>();
        for (const each of ranges) map.set(each, each.prefixLength);
        const lengths = ranges.filter((each) => holds(each, wanted)).map((each) => each.prefixLength);
        expect(map.longestMatch(wanted)).toBe(lengths.toSorted((a, b) => a - b).at(-1));
      }),
      { seed: 20_260_103, numRuns: 1000 },
    );
  });
});

/** The definition: as many leading bits equal as the prefix is long. */
function holds({ address, prefixLength }: CidrRange, wanted: IpAddress): boolean {
  const bits = ({ bytes }: IpAddress): string => [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits(wanted).startsWith(bits(address).slice(0, prefixLength));
}
