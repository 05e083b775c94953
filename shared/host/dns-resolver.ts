import type { Result } from "../base/result.ts";

/** Which addresses a cluster wants (`envoy.config.cluster.v3.Cluster.DnsLookupFamily`). */
export type DnsLookupFamily = "AUTO" | "V4_ONLY" | "V6_ONLY" | "V4_PREFERRED" | "ALL";

/** A successful answer may be empty: the name exists and has no address of the wanted family. */
export interface DnsAnswer {
  readonly addresses: readonly string[];
  /** Seconds; absent where the resolver does not tell. */
  readonly ttlSeconds?: number;
}

export interface DnsResolver {
  /** Never rejects; a failure is a value with a readable reason. */
  resolve(name: string, family: DnsLookupFamily): Promise<Result<DnsAnswer, string>>;
}
