/**
 * `%RESPONSE_CODE_DETAILS%`: for every way this proxy answers by itself, Envoy's stable string. Those with a parameter are
 * functions. Source: Envoy `StreamInfo::ResponseCodeDetailValues`.
 */
export const DETAILS = {
  viaUpstream: "via_upstream",
  directResponse: "direct_response",
  routeNotFound: "route_not_found",
  clusterNotFound: "cluster_not_found",
  noHealthyUpstream: "no_healthy_upstream",
  dropOverload: "drop_overload",
  unconditionalDropOverload: "unconditional_drop_overload",
  responseTimeout: "response_timeout",
  headersTooLarge: "http1.headers_too_large",
  missingHostHeader: "missing_host_header",
  missingPath: "missing_path_rejected",
  absolutePath: "absolute_path_rejected",
  pathNormalizationFailed: "path_normalization_failed",
  upgradeFailed: "upgrade_failed",
  requestPayloadTooLarge: "request_payload_too_large",
  retryBufferLimit: "request_payload_exceeded_retry_buffer_limit",
  responsePayloadTooLarge: "response_payload_too_large",
  streamIdleTimeout: "stream_idle_timeout",
  requestOverallTimeout: "request_overall_timeout",
  maxDurationTimeout: "max_duration_timeout",
  ipDetectionFailed: "rejecting_because_detection_failed",
  invalidAuthority: "http.invalid_authority",
  tooManyHeaders: "http1.too_many_headers",
  underscoreInHeader: "http1.unexpected_underscore",
  downstreamRemoteDisconnect: "downstream_remote_disconnect",
  /** Ours: Envoy has no filter that can throw. */
  filterException: (filterName: string): string => `filter_exception{${filterName}}`,
  upstreamResetBeforeResponse: (reason: string): string =>
    `upstream_reset_before_response_started{${reason.replaceAll(" ", "_")}}`,
  upstreamResetAfterResponse: (reason: string): string =>
    `upstream_reset_after_response_started{${reason.replaceAll(" ", "_")}}`,
} as const;
