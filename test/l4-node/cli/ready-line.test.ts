import { describe, it } from "vitest";
import { readyLine } from "../../../l4-node/cli/ready-line.ts";

const address = (port: number) => ({ kind: "tcp", host: "127.0.0.1", port, ipv6Only: false }) as const;

describe("readyLine", () => {
  it("readyLine names every listener with its address, then the admin interface", ({ expect }) => {
    const listeners = [
      { name: "a", address: address(1) },
      { name: "b", address: { kind: "pipe", path: "/run/b.sock" } as const },
      { name: "c", address: { kind: "tcp", host: "::1", port: 3, ipv6Only: true } as const },
    ];
    expect(readyLine({ listeners: () => listeners, adminAddress: address(9901) })).toBe(
      "nuncio: ready listener a on 127.0.0.1:1, listener b on /run/b.sock, listener c on [::1]:3 admin 127.0.0.1:9901",
    );
  });

  it("readyLine leaves out what is not there", ({ expect }) => {
    expect(readyLine({ listeners: () => [], adminAddress: undefined })).toBe("nuncio: ready");
    expect(readyLine({ listeners: () => [], adminAddress: address(1) })).toBe("nuncio: ready admin 127.0.0.1:1");
  });
});
