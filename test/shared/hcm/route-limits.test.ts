import { describe, it } from "vitest";
import { streamDuration } from "../../../shared/hcm/route-limits.ts";
import { HeaderMap } from "../../../shared/http/header-map.ts";

const UNLIMITED = { maxMs: 0, grpcMaxMs: undefined, grpcOffsetMs: 0 };

function timeoutSeen(route: Parameters<typeof streamDuration>[0], asked: string, managerMaxMs = 0): readonly unknown[] {
  const headers = new HeaderMap();
  headers.set("content-type", "application/grpc");
  headers.set("grpc-timeout", asked);
  return [streamDuration(route, managerMaxMs, headers), headers.get("grpc-timeout")];
}

describe("streamDuration", () => {
  it("tells a gRPC upstream the limit of the route", ({ expect }) => {
    expect(timeoutSeen({ ...UNLIMITED, maxMs: 500 }, "9S")).toEqual([500, "500m"]);
    expect(timeoutSeen({ ...UNLIMITED, grpcMaxMs: 2000 }, "9S")).toEqual([2000, "2000m"]);
  });

  it("takes the timeout away where the route lifts the connection manager's limit", ({ expect }) => {
    expect(timeoutSeen(UNLIMITED, "1S", 700)).toEqual([undefined, undefined]);
  });

  it("leaves the timeout as it came where there is no limit, readable or not", ({ expect }) => {
    expect(timeoutSeen(UNLIMITED, "1S")).toEqual([undefined, "1S"]);
    expect(timeoutSeen({ ...UNLIMITED, grpcMaxMs: 2000 }, "1x")).toEqual([undefined, "1x"]);
  });
});
