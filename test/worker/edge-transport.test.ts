import { afterEach, describe, it, vi } from "vitest";
import type { UpstreamHost } from "../../shared/host/upstream-host.ts";
import type {
  Cancellation,
  UpstreamOutcome,
  UpstreamRequest,
  UpstreamTarget,
} from "../../shared/host/upstream-transport.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import type { Address } from "../../shared/net/address.ts";
import { EdgeTransport } from "../../worker/host/edge-transport.ts";

const NEVER: Cancellation = { cancelled: undefined, onCancel: () => undefined };

function target(address: Address, tls = false): UpstreamTarget {
  const counters = {
    cxActive: 0,
    cxConnectFail: 0,
    cxTotal: 0,
    rqActive: 0,
    rqError: 0,
    rqSuccess: 0,
    rqTimeout: 0,
    rqTotal: 0,
  };
  const host: UpstreamHost = {
    address: "port" in address ? `${address.host}:${address.port}` : "",
    target: address,
    hostname: "",
    weight: 1,
    priority: 0,
    locality: { region: "", zone: "", subZone: "" },
    health: "healthy",
    metadata: {},
    counters,
  };
  return { clusterName: "app", host, connectTimeoutMs: 5000, tls };
}

function request(headers: Readonly<Record<string, string>> = {}): UpstreamRequest {
  const all = { ":method": "GET", ":path": "/x?q=1", ":authority": "public.example", ...headers };
  return { headers: HeaderMap.from(Object.entries(all)), body: undefined, onBodySent: () => undefined };
}

function statusIn(outcome: UpstreamOutcome): string | undefined {
  return outcome.kind === "failure" ? undefined : outcome.headers.get(":status");
}

const API: Address = { kind: "name", host: "api.example.com", port: 443 };

describe("EdgeTransport", () => {
  afterEach(() => vi.restoreAllMocks());

  it("sends to a name with TLS by https, follows nothing, and says the host it could not write", async ({ expect }) => {
    const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok", { status: 201 }));
    const outcome = await new EdgeTransport(() => ({})).exchange(target(API, true), request(), NEVER);
    const [[url, init]] = fetched.mock.calls as [Parameters<typeof fetch>];
    expect([url, init?.method, init?.redirect]).toEqual(["https://api.example.com:443/x?q=1", "GET", "manual"]);
    expect(new Headers(init?.headers).get("x-forwarded-host")).toBe("public.example");
    expect(statusIn(outcome)).toBe("201");
  });

  it("sends to a binding under the request's own host", async ({ expect }) => {
    const seen: string[] = [];
    const binding = { fetch: async (url: string) => (seen.push(url), new Response(null, { status: 204 })) };
    const internal: Address = { kind: "internal", listener: "SHOP", endpointId: "" };
    await new EdgeTransport(() => ({ SHOP: binding })).exchange(target(internal), request(), NEVER);
    expect(seen).toEqual(["http://public.example/x?q=1"]);
  });

  it("fails without sending anything where the binding does not exist", async ({ expect }) => {
    const internal: Address = { kind: "internal", listener: "SHOP", endpointId: "" };
    const outcome = await new EdgeTransport(() => ({})).exchange(target(internal), request(), NEVER);
    expect(outcome).toMatchObject({
      kind: "failure",
      sent: "nothing",
      transportReason: "no service binding named SHOP",
    });
  });

  it("turns an error of fetch into a failure", async ({ expect }) => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("Network connection lost."));
    const outcome = await new EdgeTransport(() => ({})).exchange(target(API), request(), NEVER);
    expect(outcome).toMatchObject({ kind: "failure", reason: "connection termination", sent: "partial" });
  });

  it("drops an answer that comes after the request was given up", async ({ expect }) => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("late"));
    const gone: Cancellation = { cancelled: "local reset", onCancel: () => undefined };
    const outcome = await new EdgeTransport(() => ({})).exchange(target(API), request(), gone);
    expect(outcome).toMatchObject({ kind: "failure", reason: "local reset" });
  });
});
