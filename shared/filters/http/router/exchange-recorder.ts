import type { HeaderMap } from "../../../http/header-map.ts";
import { isGrpcRequest } from "../../../http/local-reply-encoding.ts";
import { DETAILS } from "../../../http/response-code-details.ts";
import type { StreamInfo } from "../../../http/stream-info.ts";
import type { AttemptExpiry } from "./attempt-timers.ts";
import type { ForwardedRequest } from "./forwarded-request.ts";
import { isCanary } from "./retry-hosts.ts";
import type { RouterEnvironment } from "./router-environment.ts";
import type { UpstreamAttempt } from "./upstream-attempt.ts";

/** Keeps the books on one request: what its cluster, its hosts and its virtual cluster are to count. */
export class ExchangeRecorder {
  readonly #request: ForwardedRequest;
  readonly #environment: RouterEnvironment;

  constructor(request: ForwardedRequest, environment: RouterEnvironment) {
    this.#request = request;
    this.#environment = environment;
  }

  /** The client gets this answer of the upstream. Sets what the answer tells of the time it took. */
  answered(attempt: UpstreamAttempt, headers: HeaderMap, elapsedMs: number | undefined, info: StreamInfo): void {
    const status = Number(headers.get(":status"));
    info.responseCodeDetails = DETAILS.viaUpstream;
    info.responseCode = status;
    const canary = headers.get("x-envoy-upstream-canary") === "true" || isCanary(attempt.host);
    this.code(status, canary);
    if (status >= 500) attempt.host.counters.rqError += 1;
    else attempt.host.counters.rqSuccess += 1;
    if (elapsedMs !== undefined && !this.#environment.settings.suppressEnvoyHeaders) {
      headers.set("x-envoy-upstream-service-time", String(elapsedMs));
    }
  }

  /** A status that the client gets, whoever made it. */
  code(status: number, canary = false): void {
    if (!this.#environment.settings.dynamicStats) return;
    const { cluster, isInternal, virtualCluster } = this.#request;
    cluster.stats.countResponse(status, { isInternal, canary });
    virtualCluster?.responses.count(status);
  }

  /** An answer with this status was not good enough: another attempt is made. */
  retried(status: number): void {
    if (this.#environment.settings.dynamicStats) this.#request.cluster.stats.countRetried(status);
  }

  /** The answer came to its end. */
  completed(elapsedMs: number | undefined): void {
    if (elapsedMs === undefined || !this.#environment.settings.dynamicStats) return;
    const { cluster, isInternal, virtualCluster } = this.#request;
    cluster.stats.recordResponseTime(elapsedMs, isInternal);
    virtualCluster?.responses.recordTime(elapsedMs);
  }

  /** The whole took too long: for an attempt that was to answer, or whose answer (`hasAnswered`) goes on. */
  timedOut(attempt: UpstreamAttempt, hasAnswered: boolean): void {
    const { cluster, timeouts, virtualCluster } = this.#request;
    cluster.stats.rqTimeout.inc();
    virtualCluster?.timeout.inc();
    attempt.host.counters.rqTimeout += 1;
    if (!hasAnswered) this.slow(attempt);
    this.gaveUp(attempt, timeouts.status, hasAnswered);
  }

  /** Outlier detection hears once of an attempt that is too slow. */
  slow(attempt: UpstreamAttempt): void {
    if (attempt.isKnownSlow) return;
    attempt.isKnownSlow = true;
    attempt.host.monitor.putLocalOrigin("timeout", this.#request.timeouts.status);
  }

  attemptExpired({ host }: UpstreamAttempt, expiry: AttemptExpiry): void {
    const { perTryTimeout, perTryIdleTimeout } = this.#request.cluster.stats.requests;
    (expiry === "per try" ? perTryTimeout : perTryIdleTimeout).inc();
    host.counters.rqTimeout += 1;
  }

  /** An attempt takes too long and nothing is made of it. `status` is what the client gets, if it has no answer yet. */
  gaveUp(attempt: UpstreamAttempt, status: number, hasAnswered: boolean): void {
    if (hasAnswered) return this.lateReset(attempt);
    this.code(status);
    attempt.host.counters.rqError += 1;
  }

  /** An answer broke off. Only gRPC: the code of any other answer has told whether the request succeeded. */
  lateReset({ host }: UpstreamAttempt): void {
    if (!isGrpcRequest(this.#request.headers)) return;
    host.counters.rqError += 1;
    this.#environment.stats.resetAfterResponseStarted.inc();
  }
}
