import { hostOf } from "../../../formatter/address-operators.ts";
import type { UpstreamFailure } from "../../../host/upstream-transport.ts";
import { BodyFailure, type BodySource, END } from "../../../http/body-source.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import type { TerminalFilterCallbacks } from "../../../http-filter/http-filter.ts";
import { clusterNameOf } from "../../../router/cluster-choice.ts";
import type { MirrorPolicy } from "../../../router/policies/mirror-policy.ts";
import { timerSlackMs } from "./attempt-timers.ts";
import type { ForwardedRequest } from "./forwarded-request.ts";
import type { RequestBody } from "./request-body.ts";
import type { RouterEnvironment } from "./router-environment.ts";
import { type AttemptOwner, UpstreamAttempt } from "./upstream-attempt.ts";

export interface MirrorContext {
  readonly body: RequestBody;
  readonly environment: RouterEnvironment;
  readonly callbacks: TerminalFilterCallbacks;
}

/**
 * Sends a copy of a request to each cluster that a policy names, and forgets it: answers are thrown away, failures concern nobody,
 * and the client's answer waits for none of them. Where the host has no room for another exchange there is no copy. Source: Envoy
 * `ShadowWriterImpl`.
 */
export function startMirrors(request: ForwardedRequest, context: MirrorContext): void {
  const { random, streamInfo } = context.callbacks;
  for (const policy of request.route.policies.mirrors) {
    const draw = (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
    if (!policy.applies(draw)) continue;
    const { scope } = streamInfo.downstream;
    if (scope !== undefined && !scope.hasRoom) request.cluster.stats.requests.retryOrShadowAbandoned.inc();
    else startMirror(policy, request, context);
  }
}

function startMirror(policy: MirrorPolicy, request: ForwardedRequest, context: MirrorContext): void {
  const { environment, callbacks, body } = context;
  const cluster = environment.clusters.get(clusterNameOf(policy.cluster, request.headers) ?? "");
  const host = cluster?.pick(request.wants);
  if (cluster === undefined || host === undefined || !body.canOpen) return;
  const headers = request.headers.clone();
  shadowHost(headers, policy);
  markAsOurs(headers, callbacks.streamInfo.downstream.localAddress);
  const { scope } = callbacks.streamInfo.downstream;
  const ended = new Promise<void>((resolve) => {
    const owner = new MirrorOwner(resolve);
    const { transport, timers } = environment;
    const copy = { headers, body: body.follow(), onBodySent: () => undefined };
    const attempt = new UpstreamAttempt({ cluster, host, transport, request: copy, owner, priority: "DEFAULT", scope });
    const { globalMs } = request.timeouts;
    if (globalMs > 0) owner.cancelTimer = timers.after(globalMs, timerSlackMs(globalMs), () => owner.giveUp(attempt));
    attempt.start();
  });
  scope?.keepAlive(ended);
}

/** `-shadow` stands before the port, so that the copy is known by its host. */
function shadowHost(headers: HeaderMap, { appendsSuffix, hostLiteral }: MirrorPolicy): void {
  const host = headers.get(":authority") ?? "";
  if (hostLiteral !== "") headers.set(":authority", hostLiteral);
  else if (appendsSuffix) headers.set(":authority", host.replace(/(:\d+)?$/, "-shadow$1"));
}

/** A copy is a request that the proxy makes itself. Source: Envoy `AsyncStreamImpl::sendHeaders`. */
function markAsOurs(headers: HeaderMap, localAddress: string): void {
  headers.set("x-envoy-internal", "true");
  const address = hostOf(localAddress);
  const forwarded = headers.get("x-forwarded-for") ?? "";
  headers.set("x-forwarded-for", forwarded === "" ? address : `${forwarded},${address}`);
}

/** Reads an answer to its end, so that the connection is free again, and throws it away. */
class MirrorOwner implements AttemptOwner {
  cancelTimer: (() => void) | undefined;
  readonly #onEnd: () => void;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  giveUp(attempt: UpstreamAttempt): void {
    attempt.cancel("local reset");
    this.#end();
  }

  onAnswer(_attempt: UpstreamAttempt, _headers: HeaderMap, body: BodySource | undefined): void {
    if (body === undefined) this.#end();
    else void drain(body).then(() => this.#end());
  }

  onUpgraded(): void {
    this.#end();
  }

  onFailure(_attempt: UpstreamAttempt, _failure: UpstreamFailure): void {
    this.#end();
  }

  onAnswerEnd(): void {}

  #end(): void {
    this.cancelTimer?.();
    this.#onEnd();
  }
}

async function drain(body: BodySource): Promise<void> {
  for (;;) {
    const read = await body.read();
    if (read === END || read instanceof BodyFailure) return;
  }
}
