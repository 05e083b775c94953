import type { Host } from "../../shared/host/host.ts";
import { FakeTimers, RecordingLogger, SeededRandom } from "./fakes.ts";

/** Fake ports for one stream through a filter chain. */
export function fakePorts(): Pick<Host, "clock" | "random" | "logger"> & { readonly timers: FakeTimers } {
  const timers = new FakeTimers();
  return { clock: timers.clock, timers, random: new SeededRandom(), logger: new RecordingLogger() };
}

/** Text as the chunks that a body comes in, cut at the given places. */
export function chunked(text: string, cuts: readonly number[] = []): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  const chunks = [...ends, bytes.length].map((end, index) => bytes.slice(ends[index - 1] ?? 0, end));
  return chunks.filter((chunk) => chunk.length > 0);
}

export function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}
