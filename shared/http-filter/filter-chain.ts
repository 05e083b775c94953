import { err, ok, type Result } from "../base/result.ts";
import type { NewHttpFilter, NewTerminalFilter } from "./filter-factory.ts";

/** A filter of a chain, prepared; `name` is the one that it has in the configuration. */
export type ChainEntry = ChainFilter | ChainTerminal;

export interface ChainFilter {
  readonly name: string;
  readonly terminal: false;
  /** Switched off unless a route switches it on (`HttpFilter.disabled`). */
  readonly disabled?: boolean;
  readonly create: NewHttpFilter;
}

export interface ChainTerminal {
  readonly name: string;
  readonly terminal: true;
  readonly create: NewTerminalFilter;
}

/** The filters that every request of a connection manager passes. Made once per configuration. */
export interface FilterChain {
  /** Requests pass them in this order, responses in the reverse one. */
  readonly filters: readonly ChainFilter[];
  readonly terminal: ChainTerminal;
}

/** Puts prepared filters together. The last one, and only the last one, has to be terminal; the error says what is not so. */
export function createFilterChain(entries: readonly ChainEntry[]): Result<FilterChain, string> {
  const terminal = entries.at(-1);
  if (terminal === undefined) return err("expected a terminal filter at the end of the chain, got no filter at all");
  if (!terminal.terminal) return err(`expected a terminal filter at the end of the chain, got "${terminal.name}"`);
  const filters: ChainFilter[] = [];
  for (const entry of entries.slice(0, -1)) {
    if (entry.terminal) return err(`the terminal filter "${entry.name}" must be the last of the chain`);
    filters.push(entry);
  }
  return ok({ filters, terminal });
}
