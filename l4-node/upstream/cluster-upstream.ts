import type { NetConnectOpts } from "node:net";
import { invariant } from "../../shared/base/invariant.ts";
import type { UpstreamHost } from "../../shared/host/upstream-host.ts";
import type { Address } from "../../shared/net/address.ts";
import type { Cluster } from "../../shared/upstream/cluster.ts";
import { socketPath } from "../listener/bind-address.ts";
import type { Dial } from "../tcp/pump-socket.ts";
import type { TcpUpstream } from "../tcp/tcp-upstream.ts";

/** A host of a cluster, as a TCP session connects to it. */
export class ClusterUpstream implements TcpUpstream {
  readonly cluster: Cluster;
  readonly host: UpstreamHost;

  constructor(cluster: Cluster, host: UpstreamHost) {
    this.cluster = cluster;
    this.host = host;
  }

  get address(): string {
    return this.host.address;
  }

  get connectTimeoutMs(): number {
    return this.cluster.info.connectTimeoutMs;
  }

  get bufferLimitBytes(): number {
    return this.cluster.info.bufferLimitBytes;
  }

  dial(): Dial {
    return { kind: "address", options: connectOptions(this.host.target) };
  }
}

function connectOptions(target: Address): NetConnectOpts {
  switch (target.kind) {
    case "ip":
    case "name":
      return { host: target.host, port: target.port };
    case "pipe":
      return { path: socketPath(target) };
    case "internal":
      invariant(false, "internal listeners are refused for this host when the configuration is checked");
  }
}
