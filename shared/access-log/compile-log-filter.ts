import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { flagBit, responseFlagOf } from "../http/response-flags.ts";
import { compileHeaderMatcher } from "../matching/header-matcher.ts";
import { metadataValueAt } from "../matching/metadata-matcher.ts";
import { compileRuntimeFraction } from "../matching/runtime-fraction.ts";
import { compileValueMatcher } from "../matching/value-matcher.ts";
import type { AccessLogFilter, ComparisonFilter, MetadataFilter, RuntimeFilter } from "../schema/envoy-types.ts";
import { compileGrpcStatusFilter } from "./grpc-status-filter.ts";
import type { LogFilter } from "./log-entry.ts";

type Compile = (config: AccessLogFilter, path: ConfigPath, diagnostics: DiagnosticSink) => LogFilter | undefined;

/** One for each kind of filter, by the name of its field. */
const FILTERS: { readonly [Kind in keyof AccessLogFilter]-?: Compile } = {
  statusCodeFilter: ({ statusCodeFilter }) => {
    const passes = compileComparison(statusCodeFilter?.comparison);
    return ({ streamInfo }) => passes(streamInfo.responseCode ?? 0);
  },
  durationFilter: ({ durationFilter }) => {
    const passes = compileComparison(durationFilter?.comparison);
    return ({ streamInfo }) => passes(streamInfo.elapsedMs ?? 0);
  },
  notHealthCheckFilter:
    () =>
    ({ streamInfo }) =>
      !streamInfo.isHealthCheck,
  traceableFilter:
    () =>
    ({ streamInfo }) =>
      streamInfo.isTraced,
  runtimeFilter: ({ runtimeFilter }) => compileRuntimeFilter(runtimeFilter ?? {}),
  andFilter: ({ andFilter }, path, diagnostics) => {
    const filters = compileAll(andFilter?.filters ?? [], path, diagnostics);
    return filters && ((entry) => filters.every((filter) => filter(entry)));
  },
  orFilter: ({ orFilter }, path, diagnostics) => {
    const filters = compileAll(orFilter?.filters ?? [], path, diagnostics);
    return filters && ((entry) => filters.some((filter) => filter(entry)));
  },
  headerFilter: ({ headerFilter }, path, diagnostics) => {
    const matches = compileHeaderMatcher(headerFilter?.header ?? {}, path.field("header"), diagnostics);
    return matches && (({ requestHeaders }) => requestHeaders !== undefined && matches.test(requestHeaders));
  },
  responseFlagFilter: ({ responseFlagFilter }, path, diagnostics) =>
    compileFlagFilter(responseFlagFilter?.flags ?? [], path.field("flags"), diagnostics),
  grpcStatusFilter: ({ grpcStatusFilter }) => compileGrpcStatusFilter(grpcStatusFilter ?? {}),
  metadataFilter: ({ metadataFilter }, path, diagnostics) =>
    compileMetadataFilter(metadataFilter ?? {}, path, diagnostics),
  logTypeFilter: ({ logTypeFilter }) => {
    const { types = [], exclude = false } = logTypeFilter ?? {};
    const moments = new Set<string>(types);
    return ({ moment }) => moments.has(moment) !== exclude;
  },
  extensionFilter: (_config, path, diagnostics) => {
    diagnostics.error(path, "config.unsupported", "filters that are extensions are not implemented");
    return undefined;
  },
};

const KINDS = Object.keys(FILTERS) as (keyof AccessLogFilter)[]; // Object.keys widens to string

/** Compiles an `envoy.config.accesslog.v3.AccessLogFilter`; nothing after reporting why. */
export function compileLogFilter(
  config: AccessLogFilter,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): LogFilter | undefined {
  const kind = KINDS.find((name) => config[name] !== undefined);
  if (kind !== undefined) return FILTERS[kind](config, path.field(kind), diagnostics);
  diagnostics.error(path, "config.oneof", "expected one of the filters that access logs have, got none");
  return undefined;
}

function compileAll(
  configs: readonly AccessLogFilter[],
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): readonly LogFilter[] | undefined {
  const filters = configs.map((config, at) => compileLogFilter(config, path.field("filters").index(at), diagnostics));
  const usable = filters.filter((filter) => filter !== undefined);
  return usable.length === filters.length ? usable : undefined;
}

/** What runtime layers say has taken the place of the default before. */
function compileComparison({ op = "EQ", value }: ComparisonFilter = {}): (value: number) => boolean {
  const expected = value?.defaultValue ?? 0;
  switch (op) {
    case "EQ":
      return (actual) => actual === expected;
    case "GE":
      return (actual) => actual >= expected;
    case "LE":
      return (actual) => actual <= expected;
    case "NE":
      return (actual) => actual !== expected;
  }
}

/** Samples by the request id, so that all proxies on the way log the same requests. Source: Envoy `RuntimeFilter::evaluate`. */
function compileRuntimeFilter({ percentSampled = {}, useIndependentRandomness = false }: RuntimeFilter): LogFilter {
  const isSampled = compileRuntimeFraction({ defaultValue: percentSampled });
  return ({ requestHeaders, random }) => {
    const fromId = useIndependentRandomness ? undefined : idAsInteger(requestHeaders?.get("x-request-id"));
    return isSampled(BigInt(fromId ?? random.uint32()));
  };
}

function idAsInteger(requestId: string | undefined): number | undefined {
  return requestId !== undefined && /^[0-9a-f]{8}-/i.test(requestId) ? Number.parseInt(requestId, 16) : undefined;
}

/** Without flags: any flag. */
function compileFlagFilter(
  names: readonly string[],
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): LogFilter | undefined {
  let wanted = 0;
  for (const [at, name] of names.entries()) {
    const flag = responseFlagOf(name);
    if (flag === undefined) {
      diagnostics.error(path.index(at), "config.enum", `expected a response flag such as "UF", got "${name}"`);
      return undefined;
    }
    wanted |= flagBit(flag);
  }
  if (wanted === 0) return ({ streamInfo }) => streamInfo.responseFlags !== 0;
  return ({ streamInfo }) => (streamInfo.responseFlags & wanted) !== 0;
}

/** As in Envoy, `invert` has no effect here. */
function compileMetadataFilter(
  { matcher = {}, matchIfKeyNotFound = true }: MetadataFilter,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): LogFilter | undefined {
  const { filter = "", path: segments = [], value } = matcher;
  const keys = segments.map(({ key = "" }) => key);
  const valuePath = path.field("matcher").field("value");
  const matches = value === undefined ? () => false : compileValueMatcher(value, valuePath, diagnostics);
  return (
    matches &&
    (({ streamInfo }) => {
      const found = metadataValueAt(streamInfo.metadata(filter), keys);
      return found === undefined ? matchIfKeyNotFound : matches(found);
    })
  );
}
