import type { HostCapabilities } from "../../shared/host/capabilities.ts";

/** What the platform leaves a Worker. */
export const EDGE_CAPABILITIES: HostCapabilities = {
  target: "edge",
  rawListen: false,
  rawConnect: false,
  trailers: false,
  informational: false,
  overrideHost: false,
  sharedTimers: false,
};
