import { asciiLowerCase } from "../matching/string-matcher.ts";

/** How a domain pattern was taken. */
export type DomainRefusal = "duplicate" | "second wildcard";

/**
 * Finds the value of the most specific domain pattern that fits a host: an exact one, else the longest suffix wildcard (`*.foo.com`),
 * else the longest prefix wildcard (`foo.*`), else `*`. A wildcard stands for at least one character; one in the middle is
 * plain text. Source: Envoy `RouteMatcher::findVirtualHost`.
 */
export class DomainIndex<T> {
  readonly #exact = new Map<string, T>();
  readonly #suffixes = new WildcardIndex<T>();
  readonly #prefixes = new WildcardIndex<T>();
  #default: { readonly value: T } | undefined;

  /** Adds a pattern; what is in the way is said, and the pattern then left out. */
  add(pattern: string, value: T): DomainRefusal | undefined {
    const domain = asciiLowerCase(pattern);
    if (domain === "*") {
      if (this.#default !== undefined) return "second wildcard";
      this.#default = { value };
      return undefined;
    }
    return this.#addDomain(domain, value) ? undefined : "duplicate";
  }

  /** The value for a host as it stands in the request; `undefined` if no pattern fits. */
  find(host: string): T | undefined {
    if (this.#isDefaultOnly()) return this.#default?.value;
    // Domains are in lower case, so a host that equals one needs no lower-casing.
    return this.#exact.get(host) ?? this.#findLowerCased(asciiLowerCase(host)) ?? this.#default?.value;
  }

  /** The value of `*` where that is the only pattern. */
  get onlyDefault(): T | undefined {
    return this.#isDefaultOnly() ? this.#default?.value : undefined;
  }

  #findLowerCased(host: string): T | undefined {
    return (
      this.#exact.get(host) ??
      this.#suffixes.find(host, (length) => host.slice(-length)) ??
      this.#prefixes.find(host, (length) => host.slice(0, length))
    );
  }

  /** A single `*` is for every request, whatever its host. */
  #isDefaultOnly(): boolean {
    return this.#exact.size === 0 && this.#suffixes.isEmpty && this.#prefixes.isEmpty;
  }

  #addDomain(domain: string, value: T): boolean {
    if (domain.startsWith("*")) return this.#suffixes.add(domain.slice(1), value);
    if (domain.endsWith("*")) return this.#prefixes.add(domain.slice(0, -1), value);
    if (this.#exact.has(domain)) return false;
    this.#exact.set(domain, value);
    return true;
  }
}

/** The fixed parts of wildcards by their length, the longest first. */
class WildcardIndex<T> {
  #byLength: { readonly length: number; readonly values: Map<string, T> }[] = [];

  get isEmpty(): boolean {
    return this.#byLength.length === 0;
  }

  add(fixed: string, value: T): boolean {
    const { length } = fixed;
    let same = this.#byLength.find((entry) => entry.length === length);
    if (same === undefined) {
      same = { length, values: new Map() };
      this.#byLength = [...this.#byLength, same].toSorted((a, b) => b.length - a.length);
    }
    if (same.values.has(fixed)) return false;
    same.values.set(fixed, value);
    return true;
  }

  find(name: string, partOf: (length: number) => string): T | undefined {
    for (const { length, values } of this.#byLength) {
      if (length >= name.length) continue;
      const value = values.get(partOf(length));
      if (value !== undefined) return value;
    }
    return undefined;
  }
}
