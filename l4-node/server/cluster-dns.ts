import type { ResolutionUpdate } from "../../shared/upstream/cluster-manager.ts";
import type { CheckedConfig } from "./check-config.ts";

/** What an update prepared; commit it or abort it. */
export interface PreparedDns {
  commit(): void;
  abort(): void;
}

/** The main thread's name resolution. Until its driver exists clusters with names have no hosts. */
export class ClusterDns {
  stop(): void {}

  resolutions(): readonly ResolutionUpdate[] {
    return [];
  }

  prepare(_next: CheckedConfig): Promise<PreparedDns> {
    return Promise.resolve({ commit() {}, abort() {} });
  }
}
