import type { UpstreamFailure } from "../../../host/upstream-transport.ts";
import type { LocalReply } from "../../../http/local-reply.ts";
import { DETAILS } from "../../../http/response-code-details.ts";
import type { TerminalFilterCallbacks } from "../../../http-filter/http-filter.ts";
import type { ExchangeRecorder } from "./exchange-recorder.ts";
import { replyToFailure } from "./failure-reply.ts";
import type { ForwardedRequest } from "./forwarded-request.ts";
import type { RouterEnvironment } from "./router-environment.ts";

/** Why an exchange took too long, in Envoy's words. */
export type TimeoutDetails = "response_timeout" | "upstream_per_try_timeout" | "upstream_per_try_idle_timeout";

/** The answers that the router makes itself when the upstream gives none. */
export class ExchangeReplies {
  readonly #request: ForwardedRequest;
  readonly #environment: RouterEnvironment;
  readonly #callbacks: TerminalFilterCallbacks;
  readonly #recorder: ExchangeRecorder;

  constructor(
    request: ForwardedRequest,
    environment: RouterEnvironment,
    callbacks: TerminalFilterCallbacks,
    recorder: ExchangeRecorder,
  ) {
    this.#request = request;
    this.#environment = environment;
    this.#callbacks = callbacks;
    this.#recorder = recorder;
  }

  noHost(): void {
    this.#request.cluster.stats.cxNoneHealthy.inc();
    this.#send({
      status: 503,
      body: "no healthy upstream",
      details: DETAILS.noHealthyUpstream,
      flag: "NoHealthyUpstream",
    });
  }

  /** The circuit breaker of the cluster is open. */
  overflow(): void {
    const { pendingOverflow, activeOverflow } = this.#request.cluster.stats.requests;
    pendingOverflow.inc();
    activeOverflow.inc();
    this.failure({ kind: "failure", reason: "overflow", sent: "nothing", reusedConnection: false }, false);
  }

  failure(failure: UpstreamFailure, wasRetried: boolean): void {
    const { suppressEnvoyHeaders } = this.#environment.settings;
    this.#send(replyToFailure(failure, { suppressEnvoyHeaders, wasRetried }));
  }

  /** The request grew too long for a retry, and nothing else is under way. No upstream is to blame: it counts for none. */
  bodyOverflow(): void {
    this.#pass({
      status: 507,
      body: "exceeded request buffer limit while retrying upstream",
      details: DETAILS.retryBufferLimit,
    });
  }

  /** Its status is counted for the attempts that were too slow; while none was under way nobody is to blame. */
  timeout(details: TimeoutDetails): void {
    const { status } = this.#request.timeouts;
    this.#pass({
      status,
      body: status === 504 ? "upstream request timeout" : "",
      details,
      flag: "UpstreamRequestTimeout",
    });
  }

  /** The client has the beginning of an answer already. */
  breakOff(details: TimeoutDetails): void {
    const { streamInfo } = this.#callbacks;
    streamInfo.setFlag("UpstreamRequestTimeout");
    streamInfo.responseCodeDetails = details;
    this.#callbacks.resetStream("local reset");
  }

  #send(reply: LocalReply): void {
    this.#recorder.code(reply.status);
    this.#pass(reply);
  }

  #pass(reply: LocalReply): void {
    const { attemptCountInResponse } = this.#request.route.policies;
    const { attemptCount } = this.#callbacks.streamInfo;
    if (!attemptCountInResponse || attemptCount === 0) return this.#callbacks.sendLocalReply(reply);
    this.#callbacks.sendLocalReply({
      ...reply,
      modifyHeaders(headers) {
        headers.set("x-envoy-attempt-count", String(attemptCount));
        reply.modifyHeaders?.(headers);
      },
    });
  }
}
