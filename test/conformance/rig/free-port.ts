import { type AddressInfo, createServer } from "node:net";

/** A port of loopback at which nothing listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      // A TCP server that listens has an address object.
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
