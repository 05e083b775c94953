/** The two places a configuration can run. */
export type Target = "edge" | "node";

/** What a host can do at all, for code that reads configuration; what becomes of each field is in the support tables. */
export interface HostCapabilities {
  readonly target: Target;
  /** Opens TCP connections to any address. */
  readonly rawConnect: boolean;
}
