/** Why a host was found to be an outlier (`envoy.data.cluster.v3.OutlierEjectionType`). */
export type EjectionType =
  | "CONSECUTIVE_5XX"
  | "CONSECUTIVE_GATEWAY_FAILURE"
  | "CONSECUTIVE_LOCAL_ORIGIN_FAILURE"
  | "SUCCESS_RATE"
  | "SUCCESS_RATE_LOCAL_ORIGIN"
  | "FAILURE_PERCENTAGE"
  | "FAILURE_PERCENTAGE_LOCAL_ORIGIN";

/** The three that count failures in a row. */
export type ConsecutiveType = "CONSECUTIVE_5XX" | "CONSECUTIVE_GATEWAY_FAILURE" | "CONSECUTIVE_LOCAL_ORIGIN_FAILURE";

/** `envoy.config.cluster.v3.OutlierDetection`, defaults filled in. Times in milliseconds. */
export interface OutlierSettings {
  readonly intervalMs: number;
  readonly baseEjectionTimeMs: number;
  readonly maxEjectionTimeMs: number;
  readonly maxEjectionTimeJitterMs: number;
  readonly maxEjectionPercent: number;
  readonly alwaysEjectOneHost: boolean;
  /** Whether failures to reach a host are told apart from failures that it answers. */
  readonly splitsLocalOrigin: boolean;
  readonly unejectsOnHealthCheck: boolean;
  readonly detectsDegraded: boolean;
  readonly consecutive: Readonly<Record<ConsecutiveType, number>>;
  /** How many of the hosts that were found are ejected, in percent. */
  readonly enforcing: Readonly<Record<EjectionType, number>>;
  readonly successRate: RateSettings & {
    /** How many standard deviations below the average make an outlier. */
    readonly stdevFactor: number;
  };
  readonly failurePercentage: RateSettings & {
    /** From this share of failures on, in percent. */
    readonly threshold: number;
  };
}

/** What must be there before rates say anything. */
export interface RateSettings {
  readonly minimumHosts: number;
  /** Requests to one host in one interval. */
  readonly requestVolume: number;
}
