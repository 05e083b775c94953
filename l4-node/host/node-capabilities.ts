import type { HostCapabilities } from "../../shared/host/capabilities.ts";

export const nodeCapabilities: HostCapabilities = {
  target: "node",
  rawListen: true,
  rawConnect: true,
  trailers: true,
  informational: true,
  overrideHost: true,
  sharedTimers: true,
};
