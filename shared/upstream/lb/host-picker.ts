import type { UpstreamHost } from "../../host/upstream-host.ts";

/** Picks among hosts of equal standing: one priority, one kind of health, perhaps one locality. */
export interface HostPicker {
  /** What it knows of the past holds as far as it can. */
  setHosts(hosts: readonly UpstreamHost[]): void;
  pick(): UpstreamHost | undefined;
}
