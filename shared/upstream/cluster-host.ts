import type { HostMonitor } from "../host/host-monitor.ts";
import type {
  EdsStatus,
  HealthFlag,
  HostCounters,
  HostHealth,
  HostMetadata,
  Locality,
  UpstreamHost,
} from "../host/upstream-host.ts";
import { type Address, renderAddress } from "../net/address.ts";
import type { CompiledEndpoint } from "./compiled-cluster.ts";
import { UnwatchedHost } from "./unwatched-host.ts";

/** A host as its cluster sees it: the endpoint, what is known of its health, and what is counted for it. */
export class ClusterHost implements UpstreamHost {
  readonly address: string;
  readonly target: Address;
  readonly hostname: string;
  readonly weight: number;
  readonly priority: number;
  readonly locality: Locality;
  readonly localityWeight: number;
  readonly edsStatus: EdsStatus;
  readonly metadata: HostMetadata;
  readonly counters: HostCounters = createHostCounters();
  readonly #flags: Set<HealthFlag>;
  #health: HostHealth;
  #monitor: HostMonitor = UNWATCHED;

  /** `target` is where the endpoint's name leads, or its own address. */
  constructor(endpoint: CompiledEndpoint, target: Address) {
    this.address = renderAddress(target);
    this.target = target;
    this.hostname = endpoint.hostname;
    this.weight = endpoint.weight;
    this.priority = endpoint.priority;
    this.locality = endpoint.locality;
    this.localityWeight = endpoint.localityWeight;
    this.edsStatus = endpoint.edsStatus;
    this.metadata = endpoint.metadata;
    this.#flags = new Set(EDS_FLAGS[endpoint.edsStatus]);
    this.#health = coarseHealth(this.#flags);
  }

  get health(): HostHealth {
    return this.#health;
  }

  get isExcluded(): boolean {
    return EXCLUDING_FLAGS.some((flag) => this.#flags.has(flag));
  }

  get healthFlags(): readonly HealthFlag[] {
    return [...this.#flags];
  }

  get monitor(): HostMonitor {
    return this.#monitor;
  }

  /** From now on outlier detection hears how requests go. */
  watchWith(monitor: HostMonitor): void {
    this.#monitor = monitor;
  }

  has(flag: HealthFlag): boolean {
    return this.#flags.has(flag);
  }

  /** Gives whether balancing sees another health than before. */
  setFlag(flag: HealthFlag, isSet: boolean): boolean {
    if (isSet) this.#flags.add(flag);
    else this.#flags.delete(flag);
    const before = this.#health;
    this.#health = coarseHealth(this.#flags);
    return this.#health !== before;
  }
}

const UNWATCHED: HostMonitor = new UnwatchedHost();

/** The flags of the states that a control plane may set. Source: Envoy `HostImplBase::setEdsHealthFlag`. */
const EDS_FLAGS: Readonly<Record<EdsStatus, readonly HealthFlag[]>> = {
  UNKNOWN: [],
  HEALTHY: [],
  DEGRADED: ["degraded_eds_health"],
  UNHEALTHY: ["failed_eds_health"],
  TIMEOUT: ["failed_eds_health"],
  DRAINING: ["eds_status_draining"],
};

const UNHEALTHY_FLAGS: readonly HealthFlag[] = [
  "failed_active_hc",
  "failed_outlier_check",
  "failed_eds_health",
  "eds_status_draining",
];
const DEGRADED_FLAGS: readonly HealthFlag[] = [
  "degraded_active_hc",
  "degraded_eds_health",
  "degraded_outlier_detection",
];
/** Source: Envoy `excludeBasedOnHealthFlag`. */
const EXCLUDING_FLAGS: readonly HealthFlag[] = [
  "pending_active_hc",
  "excluded_via_immediate_hc_fail",
  "eds_status_draining",
];

/** Source: Envoy `HostImplBase::coarseHealth`. */
function coarseHealth(flags: ReadonlySet<HealthFlag>): HostHealth {
  if (UNHEALTHY_FLAGS.some((flag) => flags.has(flag))) return "unhealthy";
  return DEGRADED_FLAGS.some((flag) => flags.has(flag)) ? "degraded" : "healthy";
}

function createHostCounters(): HostCounters {
  return {
    cxActive: 0,
    cxConnectFail: 0,
    cxTotal: 0,
    rqActive: 0,
    rqError: 0,
    rqSuccess: 0,
    rqTimeout: 0,
    rqTotal: 0,
  };
}
