import type { HostCapabilities } from "../../shared/host/capabilities.ts";

export const nodeCapabilities: HostCapabilities = {
  target: "node",
  rawConnect: true,
};
