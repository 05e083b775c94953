import { describe, it } from "vitest";
import { planRequests } from "./planned-request.ts";
import { requestText } from "./raw-client.ts";
import { loadRigConfig } from "./rig-config.ts";

const { traffic } = loadRigConfig("prefix-routes");

describe("planRequests", () => {
  it("gives the same requests for the same seed and others for another", ({ expect }) => {
    const first = planRequests("a", traffic, 50, 1);
    expect(planRequests("a", traffic, 50, 1)).toEqual(first);
    expect(planRequests("a", traffic, 50, 2)).not.toEqual(first);
    expect(planRequests("b", traffic, 50, 1)).not.toEqual(first);
  });

  it("draws every method and path of the traffic", ({ expect }) => {
    const requests = planRequests("a", traffic, 500, 1);
    expect(new Set(requests.map(({ method }) => method))).toEqual(new Set(traffic.methods));
    const reached = traffic.paths.filter((path) => requests.some(({ target }) => target.startsWith(path)));
    expect(reached).toEqual(traffic.paths);
  });

  it("sends some headers sometimes, others always, and a list as lines", ({ expect }) => {
    const headers = { "x-some": ["1"] };
    const always = { "x-all": [["a", "b"]] };
    const requests = planRequests("a", { ...traffic, headers, always }, 100, 1);
    const count = (name: string): number =>
      requests.flatMap((one) => one.headers).filter(([key]) => key === name).length;
    expect(count("x-all")).toBe(200);
    expect(count("x-some")).toBeGreaterThan(20);
    expect(count("x-some")).toBeLessThan(80);
  });

  it("half of the paths are hostile where that is asked for", ({ expect }) => {
    const requests = planRequests("a", { ...traffic, hostile: true }, 200, 1);
    const hostile = requests.filter(({ target }) => /%|\\|\.\.|#|\||^[^/]/.test(target)).length;
    expect(hostile).toBeGreaterThan(50);
  });
});

describe("requestText", () => {
  it("frames a body by its length or in one chunk", ({ expect }) => {
    const request = { method: "POST", target: "/x", headers: [["host", "h"]], body: "abc" } as const;
    expect(requestText({ ...request, chunked: false })).toBe(
      "POST /x HTTP/1.1\r\nhost: h\r\ncontent-length: 3\r\n\r\nabc",
    );
    expect(requestText({ ...request, chunked: true })).toBe(
      "POST /x HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    );
  });
});
