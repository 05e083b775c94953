import type { ConfigPath } from "../diagnostics/config-path.ts";
import type {
  AnyMessage,
  BufferPerRoute,
  FilterConfig,
  HeaderMatcher,
  HttpFilter,
  RouteMatch,
} from "../schema/envoy-types.ts";
import type { LintContext } from "./lint-context.ts";
import type { RouteLevels } from "./retry-amplification.ts";

/** Warns of a route for streams that is cut off by the timeout that it has when it says nothing. `path` is that of the route. */
export function lintStreamingTimeout({ route }: RouteLevels, path: ConfigPath, { diagnostics }: LintContext): void {
  const { route: action, match = {} } = route;
  if (action === undefined || action.timeout !== undefined || action.maxStreamDuration !== undefined) return;
  const upgrades = (action.upgradeConfigs ?? []).some(({ enabled = true }) => enabled);
  const kind = upgrades ? "upgraded connections" : streamKind(match);
  if (kind === undefined) return;
  const message = `this route is for ${kind}, and a response ends after the default timeout of 15 s`;
  diagnostics.warning(
    path.field("route"),
    "lint.streaming_timeout",
    message,
    "timeout: 0s lets streams take their time",
  );
}

/** Warns of a gRPC route whose requests a buffer filter holds until they are complete. `filters` are those of the chain. */
export function lintBufferedGrpc(
  levels: RouteLevels,
  path: ConfigPath,
  filters: readonly HttpFilter[],
  { diagnostics }: LintContext,
): void {
  const { route, virtualHost, config } = levels;
  if (route.route === undefined || streamKind(route.match ?? {}) !== GRPC) return;
  for (const { name = "", typedConfig } of filters) {
    if (typedConfig?.["@type"] !== BUFFER) continue;
    const nearest = [route, virtualHost, config].map(({ typedPerFilterConfig = {} }) => typedPerFilterConfig[name]);
    if (isSwitchedOff(nearest.find((level) => level !== undefined))) continue;
    const message = `the filter "${name}" holds gRPC requests until they are complete: streams of the client stall`;
    diagnostics.warning(path.field("match"), "lint.grpc_buffered", message, `switch "${name}" off for this route`);
  }
}

const GRPC = "gRPC";
const BUFFER = "type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer";
const FILTER_CONFIG = "type.googleapis.com/envoy.config.route.v3.FilterConfig";

function isSwitchedOff(config: AnyMessage | undefined): boolean {
  if (config === undefined) return false;
  const { disabled = false } = config as BufferPerRoute & FilterConfig; // both have it, and there is no third message for this
  const inner = config["@type"] === FILTER_CONFIG ? (config as FilterConfig).config : undefined; // as its type URL says
  return disabled || isSwitchedOff(inner);
}

/** What a route's match says that its requests are; `undefined` for no stream. */
function streamKind({ grpc, headers = [] }: RouteMatch): string | undefined {
  if (grpc !== undefined) return GRPC;
  return headers.map(streamKindOfHeader).find((kind) => kind !== undefined);
}

function streamKindOfHeader({
  name = "",
  stringMatch,
  invertMatch = false,
  ...deprecated
}: HeaderMatcher): string | undefined {
  if (invertMatch) return undefined;
  const { exactMatch, prefixMatch, containsMatch } = deprecated;
  const text =
    stringMatch?.exact ?? stringMatch?.prefix ?? stringMatch?.contains ?? exactMatch ?? prefixMatch ?? containsMatch;
  const wanted = text?.toLowerCase() ?? "";
  switch (name.toLowerCase()) {
    case "content-type":
      return /^application\/grpc($|\+)/.test(wanted) ? GRPC : undefined;
    case "accept":
      return wanted.includes("text/event-stream") ? "event streams" : undefined;
    case "upgrade":
      return wanted.includes("websocket") ? "WebSockets" : undefined;
    default:
      return undefined;
  }
}
