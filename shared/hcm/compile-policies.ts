import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { canonicalPath, mergeSlashes, unescapeSlashes } from "../http/path.ts";
import { compileCidrSet } from "../net/cidr.ts";
import type { HttpConnectionManager } from "../schema/envoy-types.ts";
import type { PathOutcome, RequestCheckPolicy } from "./request-check.ts";
import type { SanitizerPolicy } from "./request-sanitizer.ts";
import type { ResponseHeaderPolicy } from "./response-headers.ts";
import { compileStreamTimeouts, type StreamTimeouts } from "./stream-timeouts.ts";

const DEFAULT_MAX_HEADERS_KB = 60;

/** The fields of a connection manager that decide what happens to every request and answer. */
export interface ConnectionManagerPolicies {
  readonly check: RequestCheckPolicy;
  readonly sanitizer: SanitizerPolicy;
  readonly response: ResponseHeaderPolicy;
  readonly timeouts: StreamTimeouts;
}

export function compilePolicies(
  config: HttpConnectionManager,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
  localPort: number | undefined,
): ConnectionManagerPolicies {
  return {
    check: {
      stripPort: config.stripAnyHostPort ? "any" : config.stripMatchingHostPort ? "matching" : "none",
      stripTrailingHostDot: config.stripTrailingHostDot ?? false,
      localPort,
      maxHeaderBytes: (config.maxRequestHeadersKb ?? DEFAULT_MAX_HEADERS_KB) * 1024,
      normalizePath: compilePathNormalization(config),
    },
    sanitizer: compileSanitizer(config, path, diagnostics),
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
  diagnostics: DiagnosticSink,
): SanitizerPolicy {
  const ranges = path.field("internalAddressConfig").field("cidrRanges");
  return {
    useRemoteAddress: config.useRemoteAddress ?? false,
    xffNumTrustedHops: config.xffNumTrustedHops ?? 0,
    skipXffAppend: config.skipXffAppend ?? false,
    isInternalAddress: compileCidrSet(config.internalAddressConfig?.cidrRanges ?? [], ranges, diagnostics),
    generateRequestId: config.generateRequestId ?? true,
    preserveExternalRequestId: config.preserveExternalRequestId ?? false,
    via: config.via ?? "",
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
