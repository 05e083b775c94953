import { durationMs } from "../../base/duration-ms.ts";
import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type {
  HedgePolicy,
  RouteActionRequestMirrorPolicy,
  Route as RouteConfig,
  RouteAction,
  RouteConfiguration,
  RouteRetryPolicy,
  RoutingPriority,
  VirtualHost,
} from "../../schema/envoy-types.ts";

import type { RouteContext } from "../route-context.ts";
import { compileInternalRedirect, type InternalRedirectPolicy } from "./internal-redirect-policy.ts";
import { compileMirrors, type MirrorPolicy } from "./mirror-policy.ts";
import { compileRetryPolicy, type RetryPolicy } from "./retry-policy.ts";

/** How a route's requests are sent, beside where: what the router filter does with failures, copies and redirects. */
export interface ForwardPolicies {
  /** Whose circuit breakers count. */
  readonly priority: RoutingPriority;
  /** Of the route or else its virtual host; `undefined` where neither has one. */
  readonly retry: RetryPolicy | undefined;
  /** `hedge_on_per_try_timeout`: a slow attempt runs on beside the next one. */
  readonly hedgeOnPerTryTimeout: boolean;
  readonly mirrors: readonly MirrorPolicy[];
  readonly internalRedirect: InternalRedirectPolicy | undefined;
  /** `max_grpc_timeout` and `grpc_timeout_offset`, in milliseconds: `grpc-timeout` takes the place of the route's timeout. */
  readonly grpcTimeout: { readonly maxMs: number; readonly offsetMs: number } | undefined;
  /** Bytes of a body that are kept for another attempt; `undefined` leaves it to the connection. */
  readonly bodyBufferLimit: number | undefined;
  readonly attemptCountInRequest: boolean;
  readonly attemptCountInResponse: boolean;
  /** `include_is_timeout_retry_header`. */
  readonly timeoutRetryHeader: boolean;
}

/** What the levels around a route say of these; the innermost one that says something counts. */
export interface OuterPolicies {
  readonly retry: RetryPolicy | undefined;
  readonly hedgeOnPerTryTimeout: boolean;
  readonly mirrors: readonly MirrorPolicy[];
  readonly bodyBufferLimit: number | undefined;
  readonly attemptCountInRequest: boolean;
  readonly attemptCountInResponse: boolean;
  readonly timeoutRetryHeader: boolean;
}

export const NO_POLICIES: OuterPolicies = {
  retry: undefined,
  hedgeOnPerTryTimeout: false,
  mirrors: [],
  bodyBufferLimit: undefined,
  attemptCountInRequest: false,
  attemptCountInResponse: false,
  timeoutRetryHeader: false,
};

/** The policies of a route configuration as a whole: it may name mirrors. */
export function tablePolicies(config: RouteConfiguration, path: ConfigPath, context: RouteContext): OuterPolicies {
  const mirrors = mirrorsOf(config.requestMirrorPolicies, path, context);
  return { ...NO_POLICIES, mirrors: mirrors ?? [] };
}

export function virtualHostPolicies(
  config: VirtualHost,
  outer: OuterPolicies,
  path: ConfigPath,
  context: RouteContext,
): OuterPolicies {
  return {
    retry: retryOf(config.retryPolicy, path, context) ?? outer.retry,
    hedgeOnPerTryTimeout: hedgeOf(config.hedgePolicy) ?? outer.hedgeOnPerTryTimeout,
    mirrors: mirrorsOf(config.requestMirrorPolicies, path, context) ?? outer.mirrors,
    bodyBufferLimit: limitOf(config) ?? outer.bodyBufferLimit,
    attemptCountInRequest: config.includeRequestAttemptCount ?? outer.attemptCountInRequest,
    attemptCountInResponse: config.includeAttemptCountInResponse ?? outer.attemptCountInResponse,
    timeoutRetryHeader: config.includeIsTimeoutRetryHeader ?? outer.timeoutRetryHeader,
  };
}

/** `path` is that of the action; the route itself says how much of a body is kept. */
export function compileForwardPolicies(
  action: RouteAction,
  { route, outer, path }: { readonly route: RouteConfig; readonly outer: OuterPolicies; readonly path: ConfigPath },
  context: RouteContext,
): ForwardPolicies {
  return {
    ...outer,
    priority: action.priority ?? "DEFAULT",
    retry: retryOf(action.retryPolicy, path, context) ?? outer.retry,
    hedgeOnPerTryTimeout: hedgeOf(action.hedgePolicy) ?? outer.hedgeOnPerTryTimeout,
    mirrors: mirrorsOf(action.requestMirrorPolicies, path, context) ?? outer.mirrors,
    internalRedirect: compileInternalRedirect(action, path, context.diagnostics),
    grpcTimeout: grpcTimeoutOf(action),
    bodyBufferLimit: limitOf(route) ?? outer.bodyBufferLimit,
  };
}

function retryOf(
  config: RouteRetryPolicy | undefined,
  path: ConfigPath,
  { diagnostics }: RouteContext,
): RetryPolicy | undefined {
  return config && compileRetryPolicy(config, path.field("retryPolicy"), diagnostics);
}

function grpcTimeoutOf({ maxGrpcTimeout, grpcTimeoutOffset = "0s" }: RouteAction): ForwardPolicies["grpcTimeout"] {
  return maxGrpcTimeout === undefined
    ? undefined
    : { maxMs: durationMs(maxGrpcTimeout), offsetMs: durationMs(grpcTimeoutOffset) };
}

/** A policy that is there counts, whatever it says. */
function hedgeOf(config: HedgePolicy | undefined): boolean | undefined {
  return config && (config.hedgeOnPerTryTimeout ?? false);
}

function mirrorsOf(
  configs: readonly RouteActionRequestMirrorPolicy[] | undefined,
  path: ConfigPath,
  context: RouteContext,
): readonly MirrorPolicy[] | undefined {
  return configs && compileMirrors(configs, path.field("requestMirrorPolicies"), context);
}

/** The newer of the two fields counts. */
function limitOf(
  level: Pick<RouteConfig, "perRequestBufferLimitBytes" | "requestBodyBufferLimit">,
): number | undefined {
  const { requestBodyBufferLimit, perRequestBufferLimitBytes } = level;
  return requestBodyBufferLimit === undefined ? perRequestBufferLimitBytes : Number(requestBodyBufferLimit);
}
