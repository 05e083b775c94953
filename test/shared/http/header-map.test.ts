import { describe, it } from "vitest";
import { HeaderMap } from "../../../shared/http/header-map.ts";

describe("HeaderMap", () => {
  const map = (): HeaderMap =>
    HeaderMap.from([
      ["X-A", "1"],
      ["x-b", "2"],
      ["x-a", "3"],
    ]);

  it("get joins all values of a name with a comma", ({ expect }) => {
    expect(map().get("x-a")).toBe("1,3");
    expect(map().values("x-a")).toEqual(["1", "3"]);
  });

  it("get joins cookies with a semicolon", ({ expect }) => {
    expect(
      HeaderMap.from([
        ["cookie", "a=1"],
        ["cookie", "b=2"],
      ]).get("cookie"),
    ).toBe("a=1; b=2");
  });

  it("add keeps one entry of an inline header and several of any other", ({ expect }) => {
    const headers = map();
    headers.add("via", "a");
    headers.add("via", "b");
    expect([headers.size, headers.get("via")]).toEqual([4, "a,b"]);
  });

  it("add joins no separator to an empty value of an inline header", ({ expect }) => {
    const headers = HeaderMap.from(["", "a", "", "b"].map((value) => ["via", value] as const));
    expect(headers.get("via")).toBe("a,b");
  });

  it("anyValue tests each value by itself and knows a missing header", ({ expect }) => {
    const answers = ["1", "3", "1,3"].map((wanted) => map().anyValue("x-a", (value) => value === wanted));
    expect([answers, map().anyValue("x-none", () => true)]).toEqual([[true, true, false], undefined]);
  });

  it("set keeps the place of the first value and drops the others", ({ expect }) => {
    const headers = map();
    headers.set("x-a", "9");
    expect(headers.toJSON()).toEqual([
      ["x-a", "9"],
      ["x-b", "2"],
    ]);
  });

  it("remove takes every value and says whether there was one", ({ expect }) => {
    const headers = map();
    expect([headers.remove("x-a"), headers.remove("x-a"), headers.size]).toEqual([true, false, 1]);
  });

  it("removeIf keeps the order of what stays", ({ expect }) => {
    const headers = map();
    headers.removeIf((_name, value) => value === "2");
    expect(headers.toJSON()).toEqual([
      ["x-a", "1"],
      ["x-a", "3"],
    ]);
  });

  it("clone shares nothing with the original", ({ expect }) => {
    const headers = map();
    headers.clone().remove("x-a");
    expect(headers.has("x-a")).toBe(true);
  });

  it("byteSize counts names and values as Envoy does", ({ expect }) => {
    expect(map().byteSize).toBe(12);
  });

  it("holds a header named __proto__ as data", ({ expect }) => {
    expect(HeaderMap.from([["__proto__", "x"]]).get("__proto__")).toBe("x");
  });
});
