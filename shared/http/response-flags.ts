/**
 * Envoy's response flags: why a request was not answered by the upstream, as short and long name. A stream carries a set of
 * them as bits, printed in this order and joined with `,`. Source: Envoy `StreamInfo::CoreResponseFlag`.
 */
export const RESPONSE_FLAGS = {
  FailedLocalHealthCheck: "LH",
  NoHealthyUpstream: "UH",
  UpstreamRequestTimeout: "UT",
  LocalReset: "LR",
  UpstreamRemoteReset: "UR",
  UpstreamConnectionFailure: "UF",
  UpstreamConnectionTermination: "UC",
  UpstreamOverflow: "UO",
  NoRouteFound: "NR",
  DelayInjected: "DI",
  FaultInjected: "FI",
  RateLimited: "RL",
  UnauthorizedExternalService: "UAEX",
  RateLimitServiceError: "RLSE",
  DownstreamConnectionTermination: "DC",
  UpstreamRetryLimitExceeded: "URX",
  StreamIdleTimeout: "SI",
  InvalidEnvoyRequestHeaders: "IH",
  DownstreamProtocolError: "DPE",
  UpstreamMaxStreamDurationReached: "UMSDR",
  ResponseFromCacheFilter: "RFCF",
  NoFilterConfigFound: "NFCF",
  DurationTimeout: "DT",
  UpstreamProtocolError: "UPE",
  NoClusterFound: "NC",
  OverloadManagerTerminated: "OM",
  DnsResolutionFailed: "DF",
  DropOverload: "DO",
  DownstreamRemoteReset: "DR",
  UnconditionalDropOverload: "UDO",
} as const;

export type ResponseFlag = keyof typeof RESPONSE_FLAGS;

/** A set of {@link ResponseFlag} as bits; 0 is none. */
export type ResponseFlagSet = number;

const NAMES = Object.keys(RESPONSE_FLAGS) as ResponseFlag[]; // Object.keys widens to string
const BITS: ReadonlyMap<ResponseFlag, ResponseFlagSet> = new Map(NAMES.map((flag, position) => [flag, 1 << position]));

export function flagBit(flag: ResponseFlag): ResponseFlagSet {
  return BITS.get(flag) ?? 0;
}

/** The flag with this short name. */
export function responseFlagOf(shortName: string): ResponseFlag | undefined {
  return NAMES.find((flag) => RESPONSE_FLAGS[flag] === shortName);
}

/** The flags of a set, in the order of the list above. */
export function flagsOf(flags: ResponseFlagSet): readonly ResponseFlag[] {
  return NAMES.filter((flag) => (flags & flagBit(flag)) !== 0);
}

/** `%RESPONSE_FLAGS%`: short names joined with `,`, or `-`. */
export function renderResponseFlags(flags: readonly ResponseFlag[]): string {
  return flags.length === 0 ? "-" : flags.map((flag) => RESPONSE_FLAGS[flag]).join(",");
}

/** `%RESPONSE_FLAGS_LONG%`: long names joined with `,`, or `-`. */
export function renderResponseFlagsLong(flags: readonly ResponseFlag[]): string {
  return flags.length === 0 ? "-" : flags.join(",");
}
