import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { Balancer } from "./balancer.ts";

/** A subset of which the first host of the first priority is taken, whatever its health (`single_host_per_subset`). */
export class SingleHostSubset implements Balancer {
  #host: UpstreamHost | undefined;

  setHosts(hosts: readonly UpstreamHost[]): void {
    this.#host = hosts.toSorted((a, b) => a.priority - b.priority)[0];
  }

  pick(): UpstreamHost | undefined {
    return this.#host;
  }
}
