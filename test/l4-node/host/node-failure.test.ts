import { describe, it } from "vitest";
import { classifyNodeFailure, isWouldBlock, renderConnectError } from "../../../l4-node/host/node-failure.ts";

function failed(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

describe("classifyNodeFailure", () => {
  it.for([
    ["ECONNREFUSED", "refused"],
    ["ENOENT", "refused"],
    ["ECONNRESET", "reset"],
    ["EPIPE", "reset"],
    ["ETIMEDOUT", "timeout"],
    ["EHOSTUNREACH", "unreachable"],
    ["ENETUNREACH", "unreachable"],
    ["EMFILE", "resources"],
    ["EADDRNOTAVAIL", "resources"],
    ["EACCES", "denied"],
    ["ENOTFOUND", "name_not_found"],
    ["ESOMETHING", "other"],
  ] as const)("%s is %s", ([code, reason], { expect }) => {
    expect(classifyNodeFailure(failed(code))).toBe(reason);
  });

  it("takes anything that was thrown", ({ expect }) => {
    expect([undefined, "ECONNRESET", { code: "ECONNRESET" }, new Error("plain")].map(classifyNodeFailure)).toEqual(
      Array.from({ length: 4 }, () => "other"),
    );
  });
});

describe("renderConnectError", () => {
  it("words it as Envoy does", ({ expect }) => {
    expect(renderConnectError(failed("ECONNREFUSED"))).toBe("delayed_connect_error: Connection refused");
  });

  it("falls back to the code", ({ expect }) => {
    expect(renderConnectError(failed("EXOTIC"))).toBe("delayed_connect_error: EXOTIC");
  });
});

describe("isWouldBlock", () => {
  it("knows a full buffer from a broken connection", ({ expect }) => {
    expect([isWouldBlock(failed("EAGAIN")), isWouldBlock(failed("EPIPE"))]).toEqual([true, false]);
  });
});
