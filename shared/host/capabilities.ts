/** The two places a configuration can run. */
export type Target = "edge" | "node";

/** What a host can do at all; configuration that needs more is refused when it is loaded, never at request time. */
export interface HostCapabilities {
  readonly target: Target;
  /** Accepts connections itself. */
  readonly rawListen: boolean;
  /** Opens TCP connections to any address. */
  readonly rawConnect: boolean;
  /** Sees and sends trailers. */
  readonly trailers: boolean;
  /** Sees and sends 1xx answers other than 101. */
  readonly informational: boolean;
  /** Sends a `Host` that differs from the address it connects to. */
  readonly overrideHost: boolean;
  /** Has timers that outlive a request. Without them there is no background work such as active health checks. */
  readonly sharedTimers: boolean;
}
