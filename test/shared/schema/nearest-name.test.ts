import { describe, it } from "vitest";
import { nearestName } from "../../../shared/schema/nearest-name.ts";

describe("nearestName", () => {
  const known = ["connect_timeout", "cluster", "clusters", "name", "type"];

  it.for([
    ["conect_timeout", "connect_timeout"],
    ["timeout_connect", undefined],
    ["clutser", "cluster"],
    ["NAME", "name"],
    ["clusterss", "clusters"],
    ["x", undefined],
    ["", undefined],
    ["a".repeat(1_000_000), undefined],
  ] as const)("nearestName gives for %s the name %s", ([wrong, expected], { expect }) => {
    expect(nearestName(wrong, known)).toBe(expected);
  });

  it("nearestName prefers the first of equally near names", ({ expect }) => {
    expect(nearestName("hat", ["cat", "bat"])).toBe("cat");
  });
});
