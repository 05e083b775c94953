import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchRow } from "./bench-row.ts";
import { exchangeFresh, exchangeKept, sendBulk } from "./l4/load.ts";
import { type Ports, type RunningProxy, startProxies, startUpstream } from "./l4/proxies.ts";
import { processCpuMs } from "./process-cpu.ts";

export interface L4BenchOptions {
  readonly rounds: number;
  readonly bulkBytes: number;
  readonly keptExchanges: number;
  readonly freshExchanges: number;
}

const GIB = 1024 ** 3;

const DEFAULTS: L4BenchOptions = { rounds: 5, bulkBytes: GIB, keptExchanges: 60_000, freshExchanges: 8000 };

interface Measure {
  readonly group: string;
  readonly metric: string;
  readonly unit: string;
  /** CPU milliseconds of a round times this is the figure. */
  readonly scale: number;
  run(ports: Ports): Promise<void>;
}

/**
 * CPU of TCP forwarders per gibibyte and per exchange of 100 bytes, counted for the forwarder's process alone. Rounds are interleaved
 * and the smallest figure of each forwarder is kept: what disturbs a round only ever adds to it.
 */
export async function benchL4(options: Partial<L4BenchOptions> = {}): Promise<BenchRow[]> {
  const settings = { ...DEFAULTS, ...options };
  const directory = mkdtempSync(join(tmpdir(), "nuncio-bench-"));
  const running: RunningProxy[] = [];
  try {
    const upstream = await startUpstream();
    running.push(upstream);
    const absent: string[] = [];
    const proxies = await startProxies(upstream.ports, directory, absent);
    running.push(...proxies);
    if (absent.length > 0) console.log(`not on this machine, so not compared: ${absent.join(", ")}`);
    const rows: BenchRow[] = [];
    for (const measure of measuresFor(settings)) rows.push(...(await compare(measure, proxies, settings.rounds)));
    return rows;
  } finally {
    for (const { process: child } of running) child.kill();
    rmSync(directory, { recursive: true });
  }
}

function measuresFor({ bulkBytes, keptExchanges, freshExchanges }: L4BenchOptions): Measure[] {
  const perExchange = { metric: "CPU per exchange", unit: "µs" };
  return [
    {
      group: "l4, 1 GiB",
      metric: "CPU per GiB",
      unit: "ms",
      scale: GIB / bulkBytes,
      run: ({ bulk }) => sendBulk(bulk, bulkBytes),
    },
    {
      group: "l4, small exchanges",
      ...perExchange,
      scale: 1000 / keptExchanges,
      run: ({ exchange }) => exchangeKept(exchange, keptExchanges),
    },
    {
      group: "l4, new connections",
      ...perExchange,
      scale: 1000 / freshExchanges,
      run: ({ exchange }) => exchangeFresh(exchange, freshExchanges),
    },
  ];
}

async function compare(measure: Measure, proxies: readonly RunningProxy[], rounds: number): Promise<BenchRow[]> {
  const best = new Map<RunningProxy, number>();
  // The first round warms up: compilers, caches, socket buffers.
  for (let round = 0; round <= rounds; round++) {
    for (const proxy of proxies) {
      const spentMs = await cpuOf(proxy, measure);
      if (round > 0) best.set(proxy, Math.min(spentMs, best.get(proxy) ?? Infinity));
    }
  }
  const { group, metric, unit, scale } = measure;
  return [...best].map(([{ name }, cpuMs]) => {
    const row = { group, name, metric, value: cpuMs * scale, unit };
    return name === "haproxy" ? row : { ...row, ratioTo: "haproxy" };
  });
}

async function cpuOf(proxy: RunningProxy, measure: Measure): Promise<number> {
  const pid = proxy.process.pid;
  if (pid === undefined) throw new Error(`${proxy.name} is not running`);
  const beforeMs = processCpuMs(pid);
  await measure.run(proxy.ports);
  return processCpuMs(pid) - beforeMs;
}
