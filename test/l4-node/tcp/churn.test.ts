import type { Socket } from "node:net";
import { describe, it } from "vitest";
import { SeededRandom } from "../../support/fakes.ts";
import { BOTH_MODES, nextTurn, SessionHarness } from "./session-harness.ts";

const CONNECTIONS = 2000;
const AT_ONCE = 100;

type Ending = (client: Socket) => void;

/** What a client may do next; "abandon" leaves the connection to the idle timeout. */
const ENDINGS: Readonly<Record<string, Ending>> = {
  "half-close": (client) => void client.end("last words"),
  close: (client) => void client.destroy(),
  reset: (client) => void client.resetAndDestroy(),
  abandon: (client) => void client.write("no more from me"),
  "reset by upstream": (client) => void client.write("R"),
  "closed by upstream": (client) => {
    client.on("end", () => client.end());
    client.write("F");
  },
};

/** Echoes; `R` first asks for a reset, `F` for a close. */
function onUpstream(socket: Socket): void {
  socket.on("data", (chunk: Buffer) => {
    if (chunk[0] === 0x52) socket.resetAndDestroy();
    else if (chunk[0] === 0x46) socket.end();
    else socket.write(chunk);
  });
  socket.on("end", () => socket.end());
}

function openTcpResources(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith("TCP")).length;
}

describe.each(BOTH_MODES)("startTcpProxySession with $kind I/O", (support) => {
  it(
    "leaves nothing behind after thousands of connections that end in every way",
    { timeout: 120_000 },
    async ({ expect }) => {
      const before = openTcpResources();
      const random = new SeededRandom(2026);
      const harness = await SessionHarness.start({ support, onUpstream, session: { idleTimeoutMs: 1000 } });
      const endings = Object.values(ENDINGS);
      for (let started = 0; started < CONNECTIONS; started += AT_ONCE) {
        const clients = Array.from({ length: AT_ONCE }, () => harness.client());
        for (const client of clients) void useThenEnd(client, random, endings[random.uint32() % endings.length]);
        await harness.until(() => clients.every((client) => !client.connecting));
      }
      // Some are reset before they are accepted; what is accepted has to end, the abandoned ones by the idle timeout.
      await endIdleSessions(harness);
      await harness.stop();
      await harness.until(() => openTcpResources() <= before);
      expect(harness.summaries.length).toBe(harness.sessions.length);
      expect(harness.summaries.length).toBeGreaterThan(CONNECTIONS * 0.9);
      expect(harness.timers.pending).toBe(0);
      expect(openTcpResources()).toBe(before);
    },
  );
});

/** Lets the listener accept what the kernel still holds, then time pass until every session is over. */
async function endIdleSessions(harness: SessionHarness): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await nextTurn();
  while (harness.summaries.length < harness.sessions.length || (await harness.openConnections()) > 0) {
    await nextTurn();
    harness.timers.advance(1000);
  }
}

async function useThenEnd(client: Socket, random: SeededRandom, end: Ending | undefined): Promise<void> {
  client.resume();
  const uses = random.uint32() % 3;
  for (let use = 0; use < uses; use++) {
    client.write(Buffer.alloc(1 + (random.uint32() % 20_000), "u"));
    for (let turn = random.uint32() % 8; turn > 0; turn--) await nextTurn();
    if (client.destroyed) return;
  }
  end?.(client);
}
