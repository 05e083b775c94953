import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import type { BindAddress } from "../../../l4-node/listener/bind-address.ts";
import { planBinds } from "../../../l4-node/server/bind-plan.ts";
import { valueOf } from "../../support/value-of.ts";

function tcp(port: number): BindAddress {
  return { kind: "tcp", host: "127.0.0.1", port, ipv6Only: false };
}

function listenOn(server: Server, target: number | string): Promise<void> {
  return new Promise((resolve) => {
    if (typeof target === "number") server.listen(target, "127.0.0.1", resolve);
    else server.listen(target, resolve);
  });
}

describe("planBinds", () => {
  let server: Server;
  let folder = "";

  beforeEach(async () => {
    server = createServer();
    folder = await mkdtemp(join(tmpdir(), "nuncio-bind-"));
  });
  afterEach(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  it("planBinds gives a real port for port 0, and the same one as long as the listener lives", async ({ expect }) => {
    const request = [{ listener: "a", address: tcp(0) }];
    const first = await planBinds(request, new Map());
    const plan = valueOf(first);
    expect(plan.get("a")).toMatchObject({ configured: tcp(0), actual: { kind: "tcp", port: expect.any(Number) } });
    expect(plan.get("a")?.actual).not.toEqual(tcp(0));
    expect(await planBinds(request, plan)).toEqual(first);
  });

  it("planBinds refuses a port in use and names the listener", async ({ expect }) => {
    await listenOn(server, 0);
    const { port } = server.address() as AddressInfo;
    expect(await planBinds([{ listener: "a", address: tcp(port) }], new Map())).toEqual({
      ok: false,
      error: [{ listener: "a", reason: `cannot bind 127.0.0.1:${port}: address already in use` }],
    });
  });

  it("planBinds keeps an address that this process holds, under whatever name", async ({ expect }) => {
    await listenOn(server, 0);
    const held = tcp((server.address() as AddressInfo).port);
    const plan = await planBinds(
      [{ listener: "renamed", address: held }],
      new Map([["before", { configured: held, actual: held }]]),
    );
    expect(plan).toEqual({ ok: true, value: new Map([["renamed", { configured: held, actual: held }]]) });
  });

  it("planBinds takes over a socket file that nobody answers on, but not one in use nor any other file", async ({
    expect,
  }) => {
    const live = join(folder, "live.sock");
    await listenOn(server, live);
    const file = join(folder, "file");
    await writeFile(file, "precious");
    const refused = await planBinds(
      [
        { listener: "live", address: { kind: "pipe", path: live } },
        { listener: "file", address: { kind: "pipe", path: file } },
        { listener: "free", address: { kind: "pipe", path: join(folder, "free.sock") } },
      ],
      new Map(),
    );
    expect(refused).toEqual({
      ok: false,
      error: [
        { listener: "live", reason: `cannot bind ${live}: address already in use` },
        { listener: "file", reason: `cannot bind ${file}: something that is not a socket is there` },
      ],
    });
  });
});
