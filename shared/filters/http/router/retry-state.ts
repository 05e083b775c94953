import type { Clock } from "../../../host/clock.ts";
import type { RandomSource } from "../../../host/random-source.ts";
import type { Cancel, Timers } from "../../../host/timers.ts";
import type { UpstreamFailure } from "../../../host/upstream-transport.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import { type RetryCondition, type RetryPolicy } from "../../../router/policies/retry-policy.ts";
import type { ResourceLimit } from "../../../upstream/resource-manager.ts";
import type { RequestStats } from "../../../upstream/request-stats.ts";
import { ExponentialBackOff, lowerBoundBackOff } from "./back-off.ts";
import { resetIntervalOf } from "./reset-interval.ts";
import { RetryHosts } from "./retry-hosts.ts";
import type { RetryRequest } from "./retry-request.ts";

/** What becomes of an attempt that failed. */
export type RetryVerdict =
  /** Another attempt is on its way. */
  | "retry"
  /** The policy does not ask for one. */
  | "no"
  | "limit exceeded"
  /** A circuit breaker or the budget for retries is used up. */
  | "overflow";

export interface RetryPorts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: RandomSource;
  /** `circuit_breakers.…retries` of the cluster. */
  readonly limit: ResourceLimit;
  readonly stats: RequestStats;
  /** Of the virtual cluster that the request belongs to, if it does. */
  readonly virtualCluster: RetryCounters | undefined;
}

/** What is counted for a cluster and a virtual cluster alike. */
export type RetryCounters = Pick<RequestStats, "retry" | "retrySuccess" | "retryLimitExceeded" | "retryOverflow">;

/**
 * Decides for one request whether a failed attempt is made again, and when. Follows Envoy's `RetryStateImpl` in the order of its
 * checks and in its arithmetic.
 */
export class RetryState {
  readonly hosts: RetryHosts;
  readonly #request: RetryRequest;
  readonly #policy: RetryPolicy;
  readonly #ports: RetryPorts;
  readonly #backOff: ExponentialBackOff;
  #remaining: number;
  #rateLimitedMs: number | undefined;
  /** A retry that waits for its turn, or that is under way: it holds a place in the circuit breaker. */
  #pending: { cancelTimer: Cancel | undefined } | undefined;
  /** Of an attempt that failed something had been sent. */
  #hasSent = false;

  constructor(request: RetryRequest, ports: RetryPorts) {
    this.#request = request;
    this.#policy = request.policy;
    this.#ports = ports;
    this.#remaining = request.maxRetries;
    this.#backOff = new ExponentialBackOff(request.policy.backOff, ports.random);
    this.hosts = new RetryHosts(request.policy);
  }

  /** An answer came. `retry` is called, later, for a verdict of that name. */
  onHeaders(headers: HeaderMap, retry: () => void): RetryVerdict {
    const wants = this.wantsRetry(headers);
    const { rateLimitedBackOff } = this.#policy;
    if (wants && rateLimitedBackOff !== undefined) {
      this.#rateLimitedMs = resetIntervalOf(headers, rateLimitedBackOff, this.#ports.clock.wallMs());
    }
    return this.#decide(wants, retry);
  }

  onFailure(failure: UpstreamFailure, retry: () => void): RetryVerdict {
    this.#hasSent ||= failure.sent !== "nothing";
    return this.#decide(this.#wantsRetryAfter(failure), retry);
  }

  /** An attempt was slow and runs on: another one beside it, whatever the conditions say, without a wait. */
  onSoftTimeout(retry: () => void): RetryVerdict {
    return this.#decide(true, retry, "at once");
  }

  /** Whether the policy asks for another attempt after this answer, were there any left. */
  wantsRetry(headers: HeaderMap): boolean {
    if (headers.has("x-envoy-ratelimited")) return this.#has("envoy-ratelimited");
    const status = Number(headers.get(":status"));
    if (this.#has("5xx") && status >= 500 && status < 600) return true;
    if (this.#has("gateway-error") && status >= 502 && status <= 504) return true;
    if (this.#has("retriable-4xx") && status === 409) return true;
    if (this.#has("retriable-status-codes") && this.#request.statusCodes.includes(status)) return true;
    if (this.#has("retriable-headers") && this.#request.headers.some((matcher) => matcher.test(headers))) return true;
    return this.#wantsRetryOfGrpc(headers);
  }

  /** Whether trailers may ask for another attempt. */
  get retriesGrpc(): boolean {
    return GRPC_CONDITIONS.some(([, condition]) => this.#has(condition));
  }

  /** A retry that waits is dropped; what it held is given back. */
  cancel(): void {
    this.#release();
  }

  #wantsRetryAfter({ reason, timedOut = false }: UpstreamFailure): boolean {
    if (reason === "overflow") return false;
    if (this.#has("reset")) return true;
    if (this.#has("reset-before-request") && !this.#hasSent) return true;
    if (this.#has("5xx") || this.#has("gateway-error")) return true;
    if (this.#has("refused-stream") && reason === "remote refused stream reset") return true;
    return this.#has("connect-failure") && !timedOut && CONNECT_FAILURES.has(reason);
  }

  #wantsRetryOfGrpc(headers: HeaderMap): boolean {
    const status = headers.get("grpc-status");
    if (status === undefined) return false;
    return GRPC_CONDITIONS.some(([code, condition]) => code === status && this.#has(condition));
  }

  #has(condition: RetryCondition): boolean {
    return this.#request.conditions.has(condition);
  }

  #decide(wants: boolean, retry: () => void, when: "at once" | "after back-off" = "after back-off"): RetryVerdict {
    const { limit } = this.#ports;
    // What is held is held by the retry that has come to its end with this.
    if (!wants && this.#pending !== undefined) this.#count("retrySuccess");
    this.#release();
    if (!wants) return "no";
    if (this.#remaining === 0) {
      this.#count("retryLimitExceeded");
      return "limit exceeded";
    }
    this.#remaining -= 1;
    if (!limit.canCreate()) {
      this.#count("retryOverflow");
      return "overflow";
    }
    limit.inc();
    this.#schedule(retry, when);
    return "retry";
  }

  #count(what: keyof RetryCounters): void {
    const { stats, virtualCluster } = this.#ports;
    stats[what].inc();
    virtualCluster?.[what].inc();
  }

  #schedule(retry: () => void, when: "at once" | "after back-off"): void {
    const pending: { cancelTimer: Cancel | undefined } = { cancelTimer: undefined };
    this.#pending = pending;
    const { delayMs, kind } = when === "at once" ? AT_ONCE : this.#nextWait();
    pending.cancelTimer = this.#ports.timers.after(delayMs, 0, () => {
      pending.cancelTimer = undefined;
      // As in Envoy, a retry that the request does not live to see is none.
      this.#count("retry");
      if (kind !== undefined) this.#ports.stats[kind].inc();
      retry();
    });
  }

  #nextWait(): Wait {
    const intervalMs = this.#rateLimitedMs;
    if (intervalMs === undefined) return { delayMs: this.#backOff.next(), kind: "retryBackoffExponential" };
    this.#rateLimitedMs = undefined;
    return { delayMs: lowerBoundBackOff(intervalMs, this.#ports.random), kind: "retryBackoffRatelimited" };
  }

  #release(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    pending.cancelTimer?.();
    this.#ports.limit.dec();
  }
}

/** Before a retry, and where it is counted. */
interface Wait {
  readonly delayMs: number;
  readonly kind: "retryBackoffExponential" | "retryBackoffRatelimited" | undefined;
}

const AT_ONCE: Wait = { delayMs: 0, kind: undefined };

const CONNECT_FAILURES: ReadonlySet<UpstreamFailure["reason"]> = new Set<UpstreamFailure["reason"]>([
  "local connection failure",
  "remote connection failure",
  "connection timeout",
]);

const GRPC_CONDITIONS: readonly (readonly [string, RetryCondition])[] = [
  ["1", "cancelled"],
  ["4", "deadline-exceeded"],
  ["8", "resource-exhausted"],
  ["13", "internal"],
  ["14", "unavailable"],
];
