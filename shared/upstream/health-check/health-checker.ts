import type { ClusterHost } from "../cluster-host.ts";
import { type CheckContext, CheckSession } from "./check-session.ts";

export interface HealthCheckerOptions extends CheckContext {
  /** Hosts that nobody checked yet do not count at all (`ignore_new_hosts_until_first_hc`). */
  readonly ignoresNewHosts: boolean;
}

/**
 * Active health checks of the hosts of a cluster, as decisions only: a host of the core brings the sockets ({@link HealthProber}),
 * time and chance. Hosts are unhealthy until they pass. Source: Envoy `HealthCheckerImplBase`.
 */
export class HealthChecker {
  readonly #options: HealthCheckerOptions;
  #sessions: ReadonlyMap<ClusterHost, CheckSession> = new Map();

  constructor(options: HealthCheckerOptions) {
    this.#options = options;
  }

  /** The hosts to check are these from now on: new ones at once, those that are gone no more. */
  setHosts(hosts: Iterable<ClusterHost>): void {
    const before = this.#sessions;
    const created: CheckSession[] = [];
    const sessions = new Map<ClusterHost, CheckSession>();
    for (const host of hosts) {
      const known = before.get(host);
      const session = known ?? this.#create(host);
      sessions.set(host, session);
      if (known === undefined) created.push(session);
    }
    this.#sessions = sessions;
    for (const [host, session] of before) if (!sessions.has(host)) this.#end(session);
    for (const session of created) session.start();
  }

  /** An answer of this host to a request carried `x-envoy-immediate-health-check-fail`. */
  failPassively(host: ClusterHost): void {
    this.#sessions.get(host)?.failPassively();
  }

  /** No timer is left. */
  stop(): void {
    this.setHosts([]);
  }

  #create(host: ClusterHost): CheckSession {
    host.setFlag("failed_active_hc", true);
    if (this.#options.ignoresNewHosts) host.setFlag("pending_active_hc", true);
    return new CheckSession(host, this.#options);
  }

  #end(session: CheckSession): void {
    session.stop();
    const { healthy, degraded } = this.#options.stats;
    if (!session.host.has("failed_active_hc")) healthy.dec();
    if (session.host.has("degraded_active_hc")) degraded.dec();
  }
}
