// The forwarder that a short program would be, to be measured as a process of its own: `pipe-forwarder.ts BULK_PORT EXCHANGE_PORT`.
// Prints its two ports.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

function forward(downstream: Socket, port: number): void {
  const upstream = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  downstream.pipe(upstream).pipe(downstream);
  downstream.on("error", () => upstream.destroy());
  upstream.on("error", () => downstream.destroy());
}

async function listen(upstreamPort: number): Promise<number> {
  const options = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true };
  const server = createServer(options, (socket) => forward(socket, upstreamPort)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port; // a TCP server that listens has an address object
}

const ports = await Promise.all(process.argv.slice(2).map((port) => listen(Number(port))));
console.log(ports.join(" "));
