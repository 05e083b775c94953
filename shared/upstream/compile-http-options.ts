import { durationMs } from "../base/duration-ms.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type {
  AnyMessage,
  Cluster,
  HttpHttpProtocolOptions,
  HttpProtocolOptions,
  RouteRetryPolicy,
} from "../schema/envoy-types.ts";

/** The key under which Envoy looks for them; under another it does not find them. */
const KEY = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

/** What a cluster says of HTTP to its hosts, as far as the core reads it. */
export interface ClusterHttpOptions {
  /** No exchange with a host may take longer, in milliseconds; absent: no limit. */
  readonly maxStreamDurationMs: number | undefined;
  /** Replaces the retry policy of the route; canonical JSON for who compiles those. */
  readonly retryPolicy: RouteRetryPolicy | undefined;
}

/**
 * Compiles `typed_extension_protocol_options`, or the deprecated fields of the cluster that say the same; nothing after reporting
 * a limit that nobody keeps.
 */
export function compileHttpOptions(
  config: Cluster,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): ClusterHttpOptions | undefined {
  const options = readHttpOptions(config);
  if (options.maxStreamDurationMs === undefined) return options;
  const message = `max_stream_duration of a cluster is not implemented, got ${options.maxStreamDurationMs} ms`;
  diagnostics.error(path, "config.unsupported", message);
  return undefined;
}

function readHttpOptions({ typedExtensionProtocolOptions, commonHttpProtocolOptions }: Cluster): ClusterHttpOptions {
  const options = typedExtensionProtocolOptions?.[KEY];
  if (!isHttpOptions(options)) return { ...compileCommon(commonHttpProtocolOptions), retryPolicy: undefined };
  return { ...compileCommon(options.commonHttpProtocolOptions), retryPolicy: options.retryPolicy };
}

function compileCommon({ maxStreamDuration }: HttpProtocolOptions = {}): Omit<ClusterHttpOptions, "retryPolicy"> {
  const limitMs = maxStreamDuration === undefined ? 0 : durationMs(maxStreamDuration);
  return { maxStreamDurationMs: limitMs === 0 ? undefined : limitMs };
}

function isHttpOptions(message: AnyMessage | undefined): message is AnyMessage & HttpHttpProtocolOptions {
  return message?.["@type"] === `type.googleapis.com/${KEY}`;
}
