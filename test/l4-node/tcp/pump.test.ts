import type { Socket } from "node:net";
import { describe, it } from "vitest";
import { type Dial, type PumpSocket, PumpSockets } from "../../../l4-node/tcp/pump-socket.ts";
import { BOTH_MODES, nextTurn, SessionHarness } from "./session-harness.ts";
import { receivePayload, sendPayload } from "./payload.ts";

const MIB = 1024 * 1024;
const PAYLOAD_BYTES = Number(process.env["NUNCIO_PUMP_MIB"] ?? 64) * MIB;
const TIME_LIMIT_MS = 60_000 + (PAYLOAD_BYTES / MIB) * 500;

describe.each(BOTH_MODES)("Pump with $kind I/O", (support) => {
  it(
    "moves random writes both ways at once, unchanged, past readers that stall",
    { timeout: TIME_LIMIT_MS },
    async ({ expect }) => {
      const digests = { sentUp: "", gotUp: "", sentDown: "", gotDown: "" };
      const upstreamDone = Promise.withResolvers<void>();
      const onUpstream = async (socket: Socket): Promise<void> => {
        const got = receivePayload(socket, 3 * MIB);
        digests.sentDown = await sendPayload(socket, PAYLOAD_BYTES, 11);
        digests.gotUp = await got;
        upstreamDone.resolve();
      };
      await using harness = await SessionHarness.start({ support, onUpstream: (socket) => void onUpstream(socket) });
      const client = harness.client();
      const got = receivePayload(client, 5 * MIB);
      digests.sentUp = await sendPayload(client, PAYLOAD_BYTES, 12);
      digests.gotDown = await got;
      await upstreamDone.promise;
      const summary = await harness.ended();
      expect(digests.gotUp).toBe(digests.sentUp);
      expect(digests.gotDown).toBe(digests.sentDown);
      expect(summary).toMatchObject({ bytesRx: PAYLOAD_BYTES, bytesTx: PAYLOAD_BYTES, responseFlags: 0 });
      expect(summary.upstreamPauses).toBeGreaterThan(0);
      expect(summary.downstreamPauses).toBeGreaterThan(0);
    },
  );

  it(
    "interleaves many connections on one read buffer without mixing their bytes",
    { timeout: 60_000 },
    async ({ expect }) => {
      const onUpstream = (socket: Socket): void => void socket.pipe(socket);
      await using harness = await SessionHarness.start({ support, onUpstream });
      const rounds = Array.from({ length: 24 }, async (_, seed) => {
        const client = harness.client();
        const got = receivePayload(client, 64 * 1024 * (1 + seed));
        const sent = await sendPayload(client, MIB, seed);
        return { sent, got: await got };
      });
      for (const { sent, got } of await Promise.all(rounds)) expect(got).toBe(sent);
    },
  );

  it("holds no more than the limit for a reader that does not read", async ({ expect }) => {
    const limit = 64 * 1024;
    const onUpstream = (socket: Socket): void => void socket.pause();
    const sockets = new RecordingSockets(support);
    const session = { sockets, bufferLimitBytes: limit };
    await using harness = await SessionHarness.start({ support, onUpstream, session, upstreamBufferLimitBytes: limit });
    await floodUntilStuck(harness.client(), () => harness.stats.bytesRx);
    const held = sockets.dialled[0]?.socket.writableLength;
    expect(held).toBeGreaterThan(0);
    // A watermark is crossed by one read before it is noticed.
    expect(held).toBeLessThanOrEqual(limit + 64 * 1024);
  });

  it("needs no more memory for a long transfer to a slow reader", { timeout: 60_000 }, async ({ expect }) => {
    const totals = { peakRss: 0 };
    const done = Promise.withResolvers<string>();
    const onUpstream = (socket: Socket): void => void receivePayload(socket, MIB).then(done.resolve, done.reject);
    await using harness = await SessionHarness.start({ support, onUpstream });
    const before = process.memoryUsage.rss();
    const client = harness.client();
    client.resume();
    client.on("drain", () => {
      totals.peakRss = Math.max(totals.peakRss, process.memoryUsage.rss());
    });
    const sent = await sendPayload(client, 256 * MIB, 5);
    expect(await done.promise).toBe(sent);
    expect(totals.peakRss - before).toBeLessThan(64 * MIB);
  });
});

/** Remembers what it made. */
class RecordingSockets extends PumpSockets {
  readonly dialled: PumpSocket[] = [];

  override dial(dial: Dial, limitBytes: number): PumpSocket {
    const socket = super.dial(dial, limitBytes);
    this.dialled.push(socket);
    return socket;
  }
}

/** Writes until nothing moves any more, as `taken` tells. */
async function floodUntilStuck(client: Socket, taken: () => number): Promise<void> {
  const chunk = Buffer.alloc(256 * 1024, 1);
  let last = -1;
  for (let still = 0; still < 200; still++) {
    if (taken() !== last) still = 0;
    last = taken();
    if (client.writableLength === 0) client.write(chunk);
    await nextTurn();
  }
}
