import type { Dial } from "./pump-socket.ts";

/** A host that balancing chose, as far as this session needs to know it. */
export interface TcpUpstream {
  /** As `%UPSTREAM_HOST%` prints it. */
  readonly address: string;
  /** `Cluster.connect_timeout` of its cluster; attempts of one session may go to different clusters. */
  readonly connectTimeoutMs: number;
  /** `Cluster.per_connection_buffer_limit_bytes`; 0 is none. */
  readonly bufferLimitBytes: number;
  /** Starts a new connection towards it; called once per attempt. A socket that is given must not be connected yet. */
  dial(): Dial;
}

export type NoUpstreamReason = "no_cluster" | "no_healthy_host" | "overflow";

export type UpstreamPick<Upstream extends TcpUpstream> =
  | { readonly kind: "host"; readonly host: Upstream }
  | { readonly kind: "none"; readonly reason: NoUpstreamReason };
