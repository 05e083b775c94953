// The servers behind the forwarders, as a process of its own: one swallows everything, one answers 100 bytes to every request of
// 100 bytes. Prints their ports.
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { readIntoBuffer } from "../../../l4-node/tcp/direct-io.ts";

const ANSWER = Buffer.alloc(100, "a");
const SWALLOW_BUFFER = new Uint8Array(256 * 1024);

/** Reads into one buffer, so that this process is not what limits the rate. */
function swallow(socket: Socket): void {
  if (!readIntoBuffer(socket, { buffer: SWALLOW_BUFFER, callback: () => true })) socket.on("data", () => {});
  socket.on("error", () => {});
  socket.on("end", () => socket.end());
  socket.resume();
}

function answer(socket: Socket): void {
  socket.on("error", () => {});
  socket.on("end", () => socket.end());
  socket.on("data", () => socket.write(ANSWER));
  socket.resume();
}

async function listen(server: Server): Promise<number> {
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 });
  await once(server, "listening");
  return (server.address() as AddressInfo).port; // a TCP server that listens has an address object
}

const options = { allowHalfOpen: true, pauseOnConnect: true, noDelay: true };
console.log(await listen(createServer(options, swallow)), await listen(createServer(options, answer)));
