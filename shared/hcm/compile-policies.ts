import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { canonicalPath, mergeSlashes, unescapeSlashes } from "../http/path.ts";
import { compileCidrSet } from "../net/cidr.ts";
import type { HttpConnectionManager } from "../schema/envoy-types.ts";
import { compileClientAddress } from "./compile-client-address.ts";
import { compileClientCertificate } from "./client-certificate.ts";
import type { PathOutcome, RequestCheckPolicy } from "./request-check.ts";
import { compileEarlyMutations } from "./early-header-mutation.ts";
import { compileRequestId } from "./request-id.ts";
import { compileTracing, type TracingPolicy } from "./request-tracing.ts";
import type { SanitizerPolicy } from "./request-sanitizer.ts";
import type { ResponseHeaderPolicy } from "./response-headers.ts";
import { compileStreamTimeouts, type StreamTimeouts } from "./stream-timeouts.ts";

const DEFAULT_MAX_HEADERS_KB = 60;
const DEFAULT_MAX_HEADERS = 100;

/** The fields of a connection manager that decide what happens to every request and answer. */
export interface ConnectionManagerPolicies {
  readonly check: RequestCheckPolicy;
  readonly sanitizer: SanitizerPolicy;
  readonly response: ResponseHeaderPolicy;
  readonly timeouts: StreamTimeouts;
  /** Absent where requests are not traced. */
  readonly tracing: TracingPolicy | undefined;
}

/** `Bootstrap.node`, as other proxies are told of it. */
export interface NodeIdentity {
  readonly cluster: string;
  readonly node: string;
}

export interface PolicyContext {
  readonly diagnostics: DiagnosticSink;
  /** Port of the listener, where there is one. */
  readonly localPort: number | undefined;
  /** Who this proxy is (`Bootstrap.node`). */
  readonly node: NodeIdentity;
}

export function compilePolicies(
  config: HttpConnectionManager,
  path: ConfigPath,
  context: PolicyContext,
): ConnectionManagerPolicies {
  const common = config.commonHttpProtocolOptions ?? {};
  const sanitizer = compileSanitizer(config, path, context);
  const tracingContext = { ...context, requestId: sanitizer.requestId };
  return {
    check: {
      stripPort: config.stripAnyHostPort ? "any" : config.stripMatchingHostPort ? "matching" : "none",
      stripTrailingHostDot: config.stripTrailingHostDot ?? false,
      localPort: context.localPort,
      maxHeaders: common.maxHeadersCount ?? DEFAULT_MAX_HEADERS,
      underscores: common.headersWithUnderscoresAction ?? "ALLOW",
      maxHeaderBytes: (config.maxRequestHeadersKb ?? DEFAULT_MAX_HEADERS_KB) * 1024,
      normalizePath: compilePathNormalization(config),
    },
    sanitizer,
    tracing: config.tracing && compileTracing(config.tracing, path.field("tracing"), tracingContext),
    response: {
      serverName: config.serverName ?? "envoy",
      serverHeaderTransformation: config.serverHeaderTransformation ?? "OVERWRITE",
      via: config.via ?? "",
      alwaysSetRequestId: config.alwaysSetRequestIdInResponse ?? false,
    },
    timeouts: compileStreamTimeouts(config),
  };
}

function compileSanitizer(
  config: HttpConnectionManager,
  path: ConfigPath,
  { diagnostics, node }: PolicyContext,
): SanitizerPolicy {
  const ranges = path.field("internalAddressConfig").field("cidrRanges");
  return {
    ...compileClientAddress(config, path, diagnostics),
    isInternalAddress: compileCidrSet(config.internalAddressConfig?.cidrRanges ?? [], ranges, diagnostics),
    requestId: compileRequestId(config, path, diagnostics),
    via: config.via ?? "",
    appendForwardedPort: config.appendXForwardedPort ?? false,
    scheme: config.schemeHeaderTransformation?.schemeToOverwrite,
    userAgent: config.addUserAgent === true ? node : undefined,
    internalOnlyHeaders: (config.routeConfig?.internalOnlyHeaders ?? []).map((name) => name.toLowerCase()),
    earlyMutations: compileEarlyMutations(
      config.earlyHeaderMutationExtensions ?? [],
      path.field("earlyHeaderMutationExtensions"),
      diagnostics,
    ),
    clientCertificate: compileClientCertificate(config),
  };
}

/** Envoy's order: escaped slashes, then RFC 3986 normalisation, then slashes merged. The query is never touched. */
function compilePathNormalization(config: HttpConnectionManager): (path: string) => PathOutcome {
  const { normalizePath = false, mergeSlashes: merges = false } = config;
  const escapedSlashes = config.pathWithEscapedSlashesAction ?? "KEEP_UNCHANGED";
  return (path) => {
    const unescaped = escapedSlashes === "KEEP_UNCHANGED" ? path : unescapeSlashes(path);
    if (unescaped !== path && escapedSlashes === "REJECT_REQUEST") return { kind: "rejected" };
    const canonical = normalizePath ? canonicalPath(unescaped) : unescaped;
    if (canonical === undefined) return { kind: "rejected" };
    const final = merges ? mergeSlashes(canonical) : canonical;
    const redirects = unescaped !== path && escapedSlashes === "UNESCAPE_AND_REDIRECT";
    return { kind: redirects ? "redirect" : "ok", path: final };
  };
}
