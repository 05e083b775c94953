import { createFilterChain, type FilterChain } from "../../shared/http-filter/filter-chain.ts";
import { FilterManager } from "../../shared/http-filter/filter-manager.ts";
import { HeadersStatus } from "../../shared/http-filter/filter-status.ts";
import type { HttpFilter } from "../../shared/http-filter/http-filter.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import { StreamInfo } from "../../shared/http/stream-info.ts";
import { FakeTimers, RecordingLogger, SeededRandom } from "../support/fakes.ts";
import type { BenchRow } from "./bench-row.ts";

// What the filter manager itself costs per request, without a header map of realistic size and without any I/O: six filters that
// look at both header blocks and say `Continue`. Rounds are interleaved and the least counts, since the machine is shared.

const ROUNDS = 15;
const REQUESTS = 100_000;
const COUNTER = { value: 0, inc: (): void => undefined, add: (): void => undefined };

class SyncFilter implements HttpFilter {
  decodeHeaders(headers: HeaderMap): HeadersStatus {
    return headers.size > 0 ? HeadersStatus.Continue : HeadersStatus.StopIteration;
  }

  encodeHeaders(headers: HeaderMap): HeadersStatus {
    return headers.size > 0 ? HeadersStatus.Continue : HeadersStatus.StopIteration;
  }
}

class AsyncFilter implements HttpFilter {
  async decodeHeaders(): Promise<HeadersStatus> {
    return HeadersStatus.Continue;
  }
}

function chainOf(create: () => HttpFilter, count: number): FilterChain {
  const filters = Array.from(
    { length: count },
    (_, index) => ({ name: `f${index}`, terminal: false, create }) as const,
  );
  const chain = createFilterChain([
    ...filters,
    {
      name: "terminal",
      terminal: true,
      create: (callbacks) => ({ run: () => callbacks.respond(RESPONSE, undefined) }),
    },
  ]);
  if (!chain.ok) throw new Error(chain.error);
  return chain.value;
}

const REQUEST = HeaderMap.from([
  [":method", "GET"],
  [":path", "/"],
  [":authority", "localhost"],
]);
const RESPONSE = HeaderMap.from([[":status", "200"]]);
const timers = new FakeTimers();
const environment = {
  clock: timers.clock,
  timers,
  random: new SeededRandom(),
  logger: new RecordingLogger(),
  counters: { filterException: COUNTER, lateCallback: COUNTER },
  bufferLimits: { request: 1024, response: 1024 },
  routes: { route: () => undefined, clear: () => undefined },
};
const start = {
  startWallMs: 0,
  startMonotonicMs: 0,
  downstream: {
    remoteAddress: "127.0.0.1:1",
    directRemoteAddress: "127.0.0.1:1",
    localAddress: "127.0.0.1:2",
    protocol: "HTTP/1.1",
    tls: false,
  },
} as const;

function runOnce(chain: FilterChain): Promise<void> | undefined {
  let settle: (() => void) | undefined;
  let isDone = false;
  const manager = new FilterManager({
    ...environment,
    chain,
    streamInfo: new StreamInfo(start),
    downstream: {
      encodeInformational: () => undefined,
      encodeUpgrade: () => undefined,
      reset: () => undefined,
      encodeHeaders: () => {
        manager.complete();
        isDone = true;
        settle?.();
      },
    },
  });
  manager.decode(REQUEST, undefined);
  if (isDone) return undefined;
  return new Promise((resolve) => {
    settle = resolve;
  });
}

async function nanosecondsPerRequest(chain: FilterChain): Promise<number> {
  const startMs = performance.now();
  for (let request = 0; request < REQUESTS; request++) {
    const pending = runOnce(chain);
    if (pending !== undefined) await pending;
  }
  return ((performance.now() - startMs) * 1e6) / REQUESTS;
}

const CASES = [
  { name: "no filter", chain: chainOf(() => new SyncFilter(), 0) },
  { name: "six synchronous filters", chain: chainOf(() => new SyncFilter(), 6) },
  { name: "six asynchronous filters", chain: chainOf(() => new AsyncFilter(), 6) },
];

export async function benchFilterManager(): Promise<readonly BenchRow[]> {
  const best = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, chain } of CASES) {
      const figure = await nanosecondsPerRequest(chain);
      best.set(name, Math.min(best.get(name) ?? Infinity, figure));
    }
  }
  return [...best].map(([name, value]) => {
    return { group: "filter manager", name, metric: "time per request", value, unit: "ns", ratioTo: "no filter" };
  });
}
