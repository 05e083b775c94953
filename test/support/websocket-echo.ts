import { createHash } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";

/** RFC 6455 section 1.3 */
const ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const TEXT = 0x1;
const CLOSE = 0x8;
const FIN = 0x80;

/** Lets a server answer WebSocket handshakes and send every short text message back. Enough of RFC 6455 for a test. */
export function echoWebSockets(server: Server): void {
  server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
    const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}${ACCEPT_GUID}`).digest("base64");
    const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
    socket.write(`${[...head, `Sec-WebSocket-Accept: ${accept}`].join("\r\n")}\r\n\r\n`);
    socket.on("data", (frame: Buffer) => echo(frame, socket));
    socket.on("error", () => socket.destroy());
  });
}

/** A client's frame is masked, a server's is not (section 5.3). Messages here are shorter than 126 bytes and come in one piece. */
function echo(frame: Buffer, socket: Duplex): void {
  const opcode = (frame[0] ?? 0) & 0x0f;
  const length = (frame[1] ?? 0) & 0x7f;
  const mask = frame.subarray(2, 6);
  const payload = frame.subarray(6, 6 + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  socket.write(Buffer.concat([Buffer.from([FIN | (opcode === CLOSE ? CLOSE : TEXT), length]), payload]));
  if (opcode === CLOSE) socket.end();
}
