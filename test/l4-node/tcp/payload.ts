import { createHash, type Hash } from "node:crypto";
import type { Socket } from "node:net";
import { SeededRandom } from "../../support/fakes.ts";
import { nextTurn } from "./session-harness.ts";

const LARGEST_WRITE_BITS = 18;

/** Random bytes that writes are cut from. Longer than any write, so neighbouring writes differ. */
function randomBytes(random: SeededRandom): Buffer {
  const words = Uint32Array.from({ length: (2 ** LARGEST_WRITE_BITS * 2) / 4 }, () => random.uint32());
  return Buffer.from(words.buffer);
}

/** Sends `byteCount` bytes in writes of 1 byte to 256 KiB, every size of either scale as likely, then FIN. Gives their SHA-256. */
export async function sendPayload(socket: Socket, byteCount: number, seed: number): Promise<string> {
  const random = new SeededRandom(seed);
  const source = randomBytes(random);
  const hash = createHash("sha256");
  for (let left = byteCount; left > 0;) {
    const largest = 2 ** (random.uint32() % (LARGEST_WRITE_BITS + 1));
    const length = Math.min(left, 1 + (random.uint32() % largest));
    const start = random.uint32() % (source.length - length);
    const chunk = source.subarray(start, start + length);
    hash.update(chunk);
    left -= length;
    if (!socket.write(chunk)) await drained(socket);
  }
  socket.end();
  return hash.digest("hex");
}

/** Reads to the end and gives the SHA-256. After every `stallEvery` bytes it reads nothing for some turns of the loop. */
export function receivePayload(socket: Socket, stallEvery: number): Promise<string> {
  const hash = createHash("sha256");
  let untilStall = stallEvery;
  socket.on("data", (chunk: Buffer) => {
    hash.update(chunk);
    untilStall -= chunk.length;
    if (untilStall > 0) return;
    untilStall = stallEvery;
    void stall(socket);
  });
  return digestAtEnd(socket, hash);
}

async function stall(socket: Socket): Promise<void> {
  socket.pause();
  for (let turn = 0; turn < 64; turn++) await nextTurn();
  socket.resume();
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new Error("closed before everything was sent"));
    socket.once("close", onClose);
    socket.once("drain", () => {
      socket.off("close", onClose);
      resolve();
    });
  });
}

function digestAtEnd(socket: Socket, hash: Hash): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.on("end", () => resolve(hash.digest("hex")));
    socket.on("error", reject);
  });
}
