import { describe, it } from "vitest";
import { compileRuntimeFraction } from "../../../shared/matching/runtime-fraction.ts";
import type { FractionalPercent } from "../../../shared/schema/envoy-types.ts";

describe("compileRuntimeFraction", () => {
  it.for<readonly [FractionalPercent, yes: readonly bigint[], no: readonly bigint[]]>([
    [{}, [], [0n, 99n]],
    [{ numerator: 30 }, [0n, 29n, 129n], [30n, 99n, 130n]],
    [{ numerator: 100 }, [0n, 99n], []],
    [{ numerator: 1, denominator: "TEN_THOUSAND" }, [0n, 10_000n], [1n, 9999n]],
    [
      { numerator: 500_000, denominator: "MILLION" },
      [499_999n, 18_446_744_000_000_000_000n],
      [500_000n, 2n ** 64n - 1n],
    ],
  ])("%j holds while random modulo the denominator is below the numerator", ([defaultValue, yes, no], { expect }) => {
    const holds = compileRuntimeFraction({ defaultValue, runtimeKey: "without.effect" });
    expect(yes.filter((random) => !holds(random))).toEqual([]);
    expect(no.filter((random) => holds(random))).toEqual([]);
  });
});
