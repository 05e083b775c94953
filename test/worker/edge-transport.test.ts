import { afterEach, describe, it, vi } from "vitest";
import type { UpstreamHost } from "../../shared/host/upstream-host.ts";
import { UnwatchedHost } from "../../shared/upstream/unwatched-host.ts";
import type {
  Cancellation,
  UpstreamOutcome,
  UpstreamRequest,
  UpstreamTarget,
  UpstreamTransport,
} from "../../shared/host/upstream-transport.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import type { Address } from "../../shared/net/address.ts";
import { type Bindings, EdgeTransport } from "../../worker/host/edge-transport.ts";

const NO_SOCKETS: UpstreamTransport = {
  exchange: () => ({ kind: "failure", reason: "local reset", sent: "nothing", reusedConnection: false }),
};

function exits(bindings: Bindings = {}, sockets: UpstreamTransport = NO_SOCKETS): EdgeTransport {
  return new EdgeTransport(() => bindings, sockets);
}

const NEVER: Cancellation = { cancelled: undefined, onCancel: () => undefined };

function target(address: Address, tls = false, exit?: string): UpstreamTarget {
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
    localityWeight: 0,
    health: "healthy",
    healthFlags: [],
    isExcluded: false,
    edsStatus: "UNKNOWN",
    monitor: new UnwatchedHost(),
    metadata: exit === undefined ? {} : { "nuncio.edge": { exit } },
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

const SHOP: Address = { kind: "internal", listener: "SHOP", endpointId: "" };
const API: Address = { kind: "name", host: "api.example.com", port: 443 };

describe("EdgeTransport", () => {
  afterEach(() => vi.restoreAllMocks());

  it("sends to a name with TLS by https, follows nothing, and says the host it could not write", async ({ expect }) => {
    const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok", { status: 201 }));
    const outcome = await exits().exchange(target(API, true), request(), NEVER);
    const [[url, init]] = fetched.mock.calls as [Parameters<typeof fetch>];
    expect([url, init?.method, init?.redirect]).toEqual(["https://api.example.com:443/x?q=1", "GET", "manual"]);
    expect(new Headers(init?.headers).get("x-forwarded-host")).toBe("public.example");
    expect(statusIn(outcome)).toBe("201");
  });

  it("sends to a binding under the request's own host", async ({ expect }) => {
    const seen: string[] = [];
    const binding = { fetch: async (url: string) => (seen.push(url), new Response(null, { status: 204 })) };
    await exits({ SHOP: binding }).exchange(target(SHOP), request(), NEVER);
    expect(seen).toEqual(["http://public.example/x?q=1"]);
  });

  it.for(["@evil.example/x", "80/x", "", "/public/../secret", "/public/%2e%2E/secret", "/a\\b", "/a#b", "/a b"])(
    "does not fetch a rewritten path that fetch would read as another one: %j",
    async (path, { expect }) => {
      const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok"));
      const outcome = await exits().exchange(target(API), request({ ":path": path }), NEVER);
      expect(outcome).toMatchObject({ kind: "failure", reason: "protocol error", sent: "nothing" });
      expect(fetched).not.toHaveBeenCalled();
    },
  );

  it.for(["public.example@inside.example", "inside%2eexample", "inside.example/admin?", "a b", "127.1"])(
    "does not send to a binding under a host that a URL would read as another one: %j",
    async (authority, { expect }) => {
      const seen: string[] = [];
      const binding = { fetch: async (url: string) => (seen.push(url), new Response("ok")) };
      const outcome = await exits({ SHOP: binding }).exchange(
        target(SHOP),
        request({ ":authority": authority }),
        NEVER,
      );
      expect(outcome).toMatchObject({ kind: "failure", sent: "nothing" });
      expect(seen).toEqual([]);
    },
  );

  it.for(["Public.Example", "public.example:80", "public.example:8080", "[::1]:80", "10.0.0.1"])(
    "sends to a binding under %s",
    async (authority, { expect }) => {
      const binding = { fetch: async () => new Response("ok") };
      const outcome = await exits({ SHOP: binding }).exchange(
        target(SHOP),
        request({ ":authority": authority }),
        NEVER,
      );
      expect(statusIn(outcome)).toBe("200");
    },
  );

  it("fails without sending anything where the binding does not exist", async ({ expect }) => {
    const outcome = await exits().exchange(target(SHOP), request(), NEVER);
    expect(outcome).toMatchObject({
      kind: "failure",
      sent: "nothing",
      transportReason: "no service binding named SHOP",
    });
  });

  it("turns an error of fetch into a failure", async ({ expect }) => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new Error("Network connection lost."));
    const outcome = await exits().exchange(target(API), request(), NEVER);
    expect(outcome).toMatchObject({ kind: "failure", reason: "connection termination", sent: "partial" });
  });

  it("drops an answer that comes after the request was given up", async ({ expect }) => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("late"));
    const gone: Cancellation = { cancelled: "local reset", onCancel: () => undefined };
    const outcome = await exits().exchange(target(API), request(), gone);
    expect(outcome).toMatchObject({ kind: "failure", reason: "local reset" });
  });

  it("connects to the other name of the zone under the request's own host", async ({ expect }) => {
    const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok"));
    await exits().exchange(target(API, true, "resolve_override"), request(), NEVER);
    const [[url, init]] = fetched.mock.calls as [Parameters<typeof fetch>];
    expect([url, init?.cf]).toEqual(["https://public.example/x?q=1", { resolveOverride: "api.example.com" }]);
    expect(new Headers(init?.headers).has("x-forwarded-host")).toBe(false);
  });

  it("sends to a VPC service under the request's own host, with TLS where the cluster has it", async ({ expect }) => {
    const seen: unknown[] = [];
    const binding = { fetch: async (url: string, init: RequestInit) => (seen.push(url, init.cf), new Response("ok")) };
    const transport = exits({ SHOP: binding });
    await transport.exchange(target(SHOP, true, "vpc_service"), request(), NEVER);
    expect(seen).toEqual(["https://public.example/x?q=1", undefined]);
  });

  it("takes whatever a VPC service throws for a connection that never was", async ({ expect }) => {
    const binding = { fetch: () => Promise.reject(new Error("Network connection lost.")) };
    const transport = exits({ SHOP: binding });
    const outcome = await transport.exchange(target(SHOP, false, "vpc_service"), request(), NEVER);
    expect(outcome).toMatchObject({ reason: "remote connection failure", sent: "nothing" });
  });

  it("reads an answer of the platform in the upstream's place as the failure that it stands for", async ({
    expect,
  }) => {
    const headers = { server: "cloudflare", "cf-ray": "8f00" };
    vi.spyOn(globalThis, "fetch").mockImplementation(
      async () => new Response("error code: 521", { status: 521, headers }),
    );
    const outcome = await exits().exchange(target(API), request(), NEVER);
    expect(outcome).toMatchObject({ kind: "failure", reason: "remote connection failure", sent: "nothing" });
  });

  it("hands what leaves by a TCP connection to the transport for that", async ({ expect }) => {
    const outcome: UpstreamOutcome = {
      kind: "response",
      headers: HeaderMap.from([[":status", "299"]]),
      body: undefined,
    };
    const answered = await exits({}, { exchange: () => outcome }).exchange(
      target(API, false, "connect"),
      request(),
      NEVER,
    );
    expect(answered).toBe(outcome);
  });

  it("tells the host by its own header whatever a client wrote there, unless the route keeps it", async ({
    expect,
  }) => {
    const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("ok"));
    const spoofed = request({ "x-forwarded-host": "admin.internal" });
    await exits().exchange(target(API), spoofed, NEVER);
    const kept = { ...request({ "x-forwarded-host": "public.example, before" }), forwardsHost: true };
    await exits().exchange(target(API), kept, NEVER);
    const said = fetched.mock.calls.map(([, init]) => new Headers(init?.headers).get("x-forwarded-host"));
    expect(said).toEqual(["public.example", "public.example, before"]);
  });
});
