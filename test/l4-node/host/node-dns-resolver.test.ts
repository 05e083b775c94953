import { describe, it } from "vitest";
import { createNodeDnsResolver, type DnsQueries } from "../../../l4-node/host/node-dns-resolver.ts";

/** Name servers and a hosts file as tables; what is in neither fails with the given code. */
function queries(tables: {
  readonly dns?: Readonly<Record<string, readonly { readonly address: string; readonly ttl: number }[]>>;
  readonly hosts?: Readonly<Record<string, readonly string[]>>;
  readonly code?: string;
}): DnsQueries {
  const fail = (): never => {
    throw Object.assign(new Error("lookup failed"), { code: tables.code ?? "ENOTFOUND" });
  };
  return {
    query: async (name, family) => tables.dns?.[`${name}/${family}`] ?? fail(),
    lookup: async (name, family) => tables.hosts?.[`${name}/${family}`] ?? fail(),
  };
}

const both = {
  dns: {
    "app.example/4": [{ address: "192.0.2.1", ttl: 60 }],
    "app.example/6": [{ address: "2001:db8::1", ttl: 30 }],
    "four.example/4": [{ address: "192.0.2.4", ttl: 5 }],
  },
  hosts: { "localhost/4": ["127.0.0.1"], "db.local/4": ["10.0.0.1"] },
};

describe("createNodeDnsResolver", () => {
  it.for([
    { family: "AUTO", name: "app.example", addresses: ["2001:db8::1"], ttlSeconds: 30 },
    { family: "AUTO", name: "four.example", addresses: ["192.0.2.4"], ttlSeconds: 5 },
    { family: "V4_PREFERRED", name: "app.example", addresses: ["192.0.2.1"], ttlSeconds: 60 },
    { family: "V4_ONLY", name: "app.example", addresses: ["192.0.2.1"], ttlSeconds: 60 },
    { family: "V6_ONLY", name: "app.example", addresses: ["2001:db8::1"], ttlSeconds: 30 },
    { family: "ALL", name: "app.example", addresses: ["2001:db8::1", "192.0.2.1"], ttlSeconds: 30 },
  ] as const)("resolve asks for $family of $name", async ({ family, name, addresses, ttlSeconds }, { expect }) => {
    const answer = await createNodeDnsResolver(queries(both)).resolve(name, family);
    expect(answer).toEqual({ ok: true, value: { addresses, ttlSeconds } });
  });

  it("resolve reads the hosts file where name servers know nothing, without a time to live", async ({ expect }) => {
    const resolver = createNodeDnsResolver(queries(both));
    expect(await resolver.resolve("localhost", "AUTO")).toEqual({ ok: true, value: { addresses: ["127.0.0.1"] } });
    expect(await resolver.resolve("db.local", "V4_ONLY")).toEqual({ ok: true, value: { addresses: ["10.0.0.1"] } });
  });

  it("resolve gives an empty answer for a name that does not exist", async ({ expect }) => {
    const answer = await createNodeDnsResolver(queries({})).resolve("nobody.example", "AUTO");
    expect(answer).toEqual({ ok: true, value: { addresses: [] } });
  });

  it("resolve gives the reason when nobody could be asked", async ({ expect }) => {
    const answer = await createNodeDnsResolver(queries({ code: "ETIMEOUT" })).resolve("app.example", "ALL");
    expect(answer).toEqual({ ok: false, error: "ETIMEOUT" });
  });

  it("resolve asks nobody about names below .invalid (RFC 6761 section 6.4)", async ({ expect }) => {
    const answer = await createNodeDnsResolver(queries({ code: "ETIMEOUT" })).resolve("a.invalid", "AUTO");
    expect(answer).toEqual({ ok: true, value: { addresses: [] } });
  });
});
