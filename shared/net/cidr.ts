import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { CidrRange as CidrRangeConfig } from "../schema/envoy-types.ts";
import { type IpAddress, parseIp } from "./ip-address.ts";

/** A block of addresses. */
export interface CidrRange {
  readonly address: IpAddress;
  /** Bits that count, 0 to 32 or 128. */
  readonly prefixLength: number;
}

/**
 * Reads an `envoy.config.core.v3.CidrRange`; `undefined` after an error has been reported. As in Envoy, an absent length is 0,
 * and one beyond the address is the whole address.
 */
export function compileCidrRange(
  config: CidrRangeConfig,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): CidrRange | undefined {
  const { addressPrefix = "", prefixLen = 0 } = config;
  const address = parseIp(addressPrefix);
  if (address === undefined) {
    diagnostics.error(path.field("addressPrefix"), "config.address", `malformed IP address: ${addressPrefix}`);
    return undefined;
  }
  return { address, prefixLength: Math.min(prefixLen, address.bytes.length * 8) };
}

/** Compiles a list of ranges into a test of an address in text form; text that is no IP address is in none. */
export function compileCidrSet(
  configs: readonly CidrRangeConfig[],
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): (address: string) => boolean {
  const map = new CidrMap<true>();
  for (const [at, config] of configs.entries()) {
    const range = compileCidrRange(config, path.index(at), diagnostics);
    if (range !== undefined) map.set(range, true);
  }
  if (map.size === 0) return () => false;
  return (text) => {
    const address = parseIp(text);
    return address !== undefined && map.longestMatch(address) !== undefined;
  };
}

/**
 * Values by address block, the longest block that holds an address winning. A look-up costs one hash look-up for each prefix
 * length in use. IPv4 blocks never hold IPv6 addresses, IPv4-mapped ones included.
 */
export class CidrMap<T> {
  readonly #families: Readonly<Record<4 | 6, PrefixLevel<T>[]>> = { 4: [], 6: [] };
  #size = 0;

  /** Number of blocks. */
  get size(): number {
    return this.#size;
  }

  /** Bits beyond the prefix are ignored; a value for the same block is replaced. */
  set({ address, prefixLength }: CidrRange, value: T): void {
    const level = this.#level(address.family, prefixLength);
    const key = prefixKey(address.bytes, prefixLength);
    if (!level.values.has(key)) this.#size += 1;
    level.values.set(key, value);
  }

  /** The value of exactly this block. */
  get({ address, prefixLength }: CidrRange): T | undefined {
    return this.#level(address.family, prefixLength).values.get(prefixKey(address.bytes, prefixLength));
  }

  /** The value of the longest block that holds the address. */
  longestMatch({ family, bytes }: IpAddress): T | undefined {
    for (const { prefixLength, values } of this.#families[family]) {
      const value = values.get(prefixKey(bytes, prefixLength));
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** The values of all blocks that hold the address, the longest first. */
  allMatches({ family, bytes }: IpAddress): T[] {
    return this.#families[family].flatMap(({ prefixLength, values }) => {
      const value = values.get(prefixKey(bytes, prefixLength));
      return value === undefined ? [] : [value];
    });
  }

  #level(family: 4 | 6, prefixLength: number): PrefixLevel<T> {
    const levels = this.#families[family];
    const known = levels.find((level) => level.prefixLength === prefixLength);
    if (known !== undefined) return known;
    const created = { prefixLength, values: new Map<string, T>() };
    levels.push(created);
    levels.sort((a, b) => b.prefixLength - a.prefixLength);
    return created;
  }
}

/** All blocks of one length, by their masked bytes. */
interface PrefixLevel<T> {
  readonly prefixLength: number;
  readonly values: Map<string, T>;
}

function prefixKey(bytes: Uint8Array, prefixLength: number): string {
  const whole = prefixLength >> 3;
  const rest = prefixLength & 7;
  let key = "";
  for (let at = 0; at < whole; at++) key += String.fromCharCode(bytes[at] ?? 0);
  return rest === 0 ? key : key + String.fromCharCode((bytes[whole] ?? 0) & (0xff << (8 - rest)));
}
