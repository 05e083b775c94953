import { durationMs } from "../base/duration-ms.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { xxHash64 } from "../hash/xx-hash-64.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { DownstreamInfo, StreamInfo } from "../http/stream-info.ts";
import { toByteString } from "../matching/byte-string.ts";
import { cookieValue } from "../matching/cookie-matcher.ts";
import { queryParameter } from "../matching/query-matcher.ts";
import { compileRegexRewrite } from "../matching/regex-matcher.ts";
import type {
  RouteActionHashPolicy,
  RouteActionHashPolicyCookie,
  RouteActionHashPolicyHeader,
} from "../schema/envoy-types.ts";

/** Takes the `set-cookie` that the response is to carry. */
export type AddCookie = (setCookie: string) => void;

/** What the inputs of a hash are taken from. */
export interface HashSource {
  readonly request: HeaderMap;
  readonly info: StreamInfo | undefined;
  /** Where absent, no cookie is made: one that is missing gives no hash. */
  readonly addCookie: AddCookie | undefined;
}

/** The unsigned 64-bit hash of a request; `undefined` where none of the inputs is there. */
export type RouteHash = (source: HashSource) => bigint | undefined;

interface CompiledPolicy {
  readonly hash: RouteHash;
  readonly terminal: boolean;
}

/**
 * Compiles `RouteAction.hash_policy`; `undefined` for an empty list. The hashes of the policies are combined in declared order, and
 * a terminal policy ends it as soon as there is a hash. Source: Envoy `Http::HashPolicyImpl`.
 */
export function compileHashPolicy(
  configs: readonly RouteActionHashPolicy[],
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): RouteHash | undefined {
  if (configs.length === 0) return undefined;
  const policies = configs
    .map((config, at) => compilePolicy(config, path.index(at), diagnostics))
    .filter((policy) => policy !== undefined);
  return (source) => {
    let hash: bigint | undefined;
    for (const policy of policies) {
      const next = policy.hash(source);
      if (next !== undefined) hash = combined(hash, next);
      if (policy.terminal && hash !== undefined) return hash;
    }
    return hash;
  };
}

/** Rotated left by one bit, so that two equal inputs do not cancel each other out. */
function combined(before: bigint | undefined, next: bigint): bigint {
  if (before === undefined) return next;
  return BigInt.asUintN(64, (before << 1n) | (before >> 63n)) ^ next;
}

function compilePolicy(
  config: RouteActionHashPolicy,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): CompiledPolicy | undefined {
  const hash = compileInput(config, path, diagnostics);
  return hash && { hash, terminal: config.terminal ?? false };
}

function compileInput(
  { header, cookie, connectionProperties, queryParameter: parameter }: RouteActionHashPolicy,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): RouteHash | undefined {
  if (header !== undefined) return hashOfHeader(header, path.field("header"), diagnostics);
  if (cookie !== undefined) return hashOfCookie(cookie);
  if (connectionProperties !== undefined)
    return connectionProperties.sourceIp === true ? hashOfSource : () => undefined;
  if (parameter !== undefined) return hashOfParameter(toByteString(parameter.name ?? ""));
  const message =
    "expected one of header, cookie, connection_properties, query_parameter; the others are not implemented";
  diagnostics.error(path, "config.unsupported", message);
  return undefined;
}

/** The values of a repeated header are put in order first, so that the order they came in makes no difference. */
function hashOfHeader(
  { headerName = "", regexRewrite }: RouteActionHashPolicyHeader,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): RouteHash | undefined {
  const name = headerName.toLowerCase();
  const rewrite = regexRewrite && compileRegexRewrite(regexRewrite, path.field("regexRewrite"), diagnostics);
  if (regexRewrite !== undefined && rewrite === undefined) return undefined;
  return ({ request }) => {
    const values = request.values(name);
    if (values.length === 0) return undefined;
    const rewritten = rewrite === undefined ? values : values.map((value) => rewrite(value));
    return rewritten.toSorted(byCodeUnits).reduce((seed, value) => xxHash64(value, seed), 0n);
  };
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function hashOfParameter(name: string): RouteHash {
  return ({ request }) => {
    const value = queryParameter(request.get(":path") ?? "", name);
    return value === undefined ? undefined : xxHash64(value);
  };
}

const hashOfSource: RouteHash = ({ info }) => {
  const address = info && ipOf(info.remoteAddress);
  return address === undefined ? undefined : xxHash64(address);
};

/** Addresses are `10.0.0.1:4711` or `[::1]:4711`; what has no port is no IP address. */
function ipOf(address: string): string | undefined {
  const colon = address.lastIndexOf(":");
  return colon < 0 ? undefined : address.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
}

/** With a `ttl` a request without the cookie is given one. An empty cookie counts as none. */
function hashOfCookie(config: RouteActionHashPolicyCookie): RouteHash {
  const name = toByteString(config.name ?? "");
  const suffix = cookieAttributes(config);
  return ({ request, info, addCookie }) => {
    const cookies = request.get("cookie");
    const value = cookies === undefined ? "" : (cookieValue(cookies, name) ?? "");
    if (value !== "") return xxHash64(value);
    if (config.ttl === undefined || addCookie === undefined || info === undefined) return undefined;
    const made = newCookieValue(info.downstream);
    addCookie(`${name}="${made}"${suffix}`);
    return xxHash64(made);
  };
}

/** The same for all streams of a connection, so that requests that race for a cookie get the same one. */
function newCookieValue({ directRemoteAddress, localAddress }: DownstreamInfo): string {
  return xxHash64(directRemoteAddress + localAddress)
    .toString(16)
    .padStart(16, "0");
}

/** A `ttl` of zero makes a cookie of the session. Source: Envoy `Http::Utility::makeSetCookieValue`. */
function cookieAttributes({ ttl = "0s", path = "", attributes = [] }: RouteActionHashPolicyCookie): string {
  const seconds = Math.floor(durationMs(ttl) / 1000);
  const parts = [
    ...(seconds === 0 ? [] : [`Max-Age=${seconds}`]),
    ...(path === "" ? [] : [`Path=${path}`]),
    ...attributes.map(({ name = "", value = "" }) => (value === "" ? name : `${name}=${value}`)),
    "HttpOnly",
  ];
  return toByteString(parts.map((part) => `; ${part}`).join(""));
}
