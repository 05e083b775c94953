/**
 * Headers in the order they came, duplicates kept, names in lower case, pseudo headers (`:path`) first. Look-ups scan: maps
 * this small are faster to scan than to hash, and most requests carry fewer than thirty entries.
 *
 * Like Envoy's header map, a single-valued (inline) header that is added again becomes one comma-joined entry.
 */
export class HeaderMap {
  /** Name and value in turn, so that a header costs no object of its own. */
  readonly #entries: string[] = [];

  /** Builds a map from pairs; names are lower-cased. */
  static from(pairs: Iterable<readonly [string, string]>): HeaderMap {
    const map = new HeaderMap();
    for (const [name, value] of pairs) map.add(name.toLowerCase(), value);
    return map;
  }

  /** Number of entries, duplicates counted. */
  get size(): number {
    return this.#entries.length / 2;
  }

  /** Names and values in bytes, as Envoy counts header size (no separators). */
  get byteSize(): number {
    let bytes = 0;
    for (const text of this.#entries) bytes += text.length;
    return bytes;
  }

  has(name: string): boolean {
    return this.#indexOf(name, 0) >= 0;
  }

  /** All values of a header, joined with `,` (`; ` for cookie). Matchers look at each by itself. */
  get(name: string): string | undefined {
    const entries = this.#entries;
    const first = this.#indexOf(name, 0);
    if (first < 0) return undefined;
    let value = entries[first + 1];
    for (let at = this.#indexOf(name, first + 2); at >= 0; at = this.#indexOf(name, at + 2)) {
      value += separatorOf(name) + entries[at + 1];
    }
    return value;
  }

  /** The first value of a header. */
  first(name: string): string | undefined {
    const at = this.#indexOf(name, 0);
    return at < 0 ? undefined : this.#entries[at + 1];
  }

  /** The values of a header one by one. */
  values(name: string): string[] {
    const found: string[] = [];
    for (let at = this.#indexOf(name, 0); at >= 0; at = this.#indexOf(name, at + 2)) {
      found.push(this.#entries[at + 1] ?? "");
    }
    return found;
  }

  /** Whether a value of a header passes the test, each taken by itself; `undefined` if there is none. */
  anyValue(name: string, passes: (value: string) => boolean): boolean | undefined {
    const entries = this.#entries;
    const first = this.#indexOf(name, 0);
    if (first < 0) return undefined;
    for (let at = first; at >= 0; at = this.#indexOf(name, at + 2)) if (passes(entries[at + 1] ?? "")) return true;
    return false;
  }

  /** Adds a value beside those that are there; an inline header gets it joined on. `name` is in lower case. */
  add(name: string, value: string): void {
    if (INLINE_HEADERS.has(name)) {
      const at = this.#indexOf(name, 0);
      if (at >= 0) {
        this.#entries[at + 1] = joined(name, this.#entries[at + 1] ?? "", value);
        return;
      }
    }
    this.#entries.push(name, value);
  }

  /** Adds an entry that is known not to be there yet: what a codec or platform gives, each name once. `name` is in lower case. */
  append(name: string, value: string): void {
    this.#entries.push(name, value);
  }

  /** Makes `value` the only one, in the place of the first. `name` is in lower case. */
  set(name: string, value: string): void {
    const at = this.#indexOf(name, 0);
    if (at < 0) {
      this.#entries.push(name, value);
      return;
    }
    this.#entries[at + 1] = value;
    this.#removeFrom(name, at + 2);
  }

  /** Removes every entry of the name and says whether there was one. */
  remove(name: string): boolean {
    return this.#removeFrom(name, 0);
  }

  /** Removes every header that the predicate picks. */
  removeIf(picks: (name: string, value: string) => boolean): void {
    const entries = this.#entries;
    let kept = 0;
    for (let at = 0; at < entries.length; at += 2) {
      const name = entries[at] ?? "";
      const value = entries[at + 1] ?? "";
      if (picks(name, value)) continue;
      entries[kept] = name;
      entries[kept + 1] = value;
      kept += 2;
    }
    entries.length = kept;
  }

  /** Whether the predicate picks any header. */
  some(picks: (name: string, value: string) => boolean): boolean {
    const entries = this.#entries;
    for (let at = 0; at < entries.length; at += 2) if (picks(entries[at] ?? "", entries[at + 1] ?? "")) return true;
    return false;
  }

  forEach(visit: (name: string, value: string) => void): void {
    const entries = this.#entries;
    for (let at = 0; at < entries.length; at += 2) visit(entries[at] ?? "", entries[at + 1] ?? "");
  }

  /** A copy that shares nothing. */
  clone(): HeaderMap {
    const copy = new HeaderMap();
    copy.#entries.push(...this.#entries);
    return copy;
  }

  toJSON(): readonly (readonly [string, string])[] {
    const pairs: [string, string][] = [];
    this.forEach((name, value) => pairs.push([name, value]));
    return pairs;
  }

  #indexOf(name: string, from: number): number {
    const entries = this.#entries;
    for (let at = from; at < entries.length; at += 2) if (entries[at] === name) return at;
    return -1;
  }

  #removeFrom(name: string, from: number): boolean {
    let at = this.#indexOf(name, from);
    if (at < 0) return false;
    for (; at >= 0; at = this.#indexOf(name, at)) this.#entries.splice(at, 2);
    return true;
  }
}

/** Empty parts leave no separator behind. Source: Envoy `HeaderMapImpl::appendToHeader`. */
function joined(name: string, before: string, value: string): string {
  return before === "" || value === "" ? before + value : before + separatorOf(name) + value;
}

/** RFC 9110 section 5.3 allows `, `; Envoy writes a bare comma, and matchers depend on it. Cookies: RFC 9113 section 8.2.3. */
function separatorOf(name: string): string {
  return name === "cookie" ? "; " : ",";
}

/** The O(1) headers of Envoy (`inline` in its header map): at most one entry each. Source: envoy/http/header_map.h. */
const INLINE_HEADERS: ReadonlySet<string> = new Set([
  ":authority",
  ":method",
  ":path",
  ":scheme",
  ":status",
  ":protocol",
  "accept",
  "accept-encoding",
  "access-control-request-headers",
  "access-control-request-method",
  "access-control-request-private-network",
  "authentication",
  "authorization",
  "cache-control",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "cookie",
  "date",
  "etag",
  "expect",
  "grpc-message",
  "grpc-status",
  "grpc-timeout",
  "host",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "keep-alive",
  "location",
  "origin",
  "proxy-connection",
  "proxy-status",
  "referer",
  "server",
  "te",
  "transfer-encoding",
  "upgrade",
  "user-agent",
  "vary",
  "via",
  "x-forwarded-client-cert",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-request-id",
]);
