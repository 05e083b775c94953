import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { FilterChain } from "../http-filter/filter-chain.ts";
import type { Route } from "../router/route.ts";
import type { HttpConnectionManager } from "../schema/envoy-types.ts";
import { compileHttpFilters, type HttpFiltersContext } from "./compile-http-filters.ts";

/** What a connection manager says of one type of upgrade. */
export interface UpgradePolicy {
  /** Where the route does not say. */
  readonly enabled: boolean;
  /** The filters of such requests; `undefined` is those of all requests. */
  readonly chain: FilterChain | undefined;
}

/** By lower-case type. */
export type UpgradePolicies = ReadonlyMap<string, UpgradePolicy>;

/** Compiles `upgrade_configs`; nothing after reporting why. */
export function compileUpgrades(
  configs: NonNullable<HttpConnectionManager["upgradeConfigs"]>,
  path: ConfigPath,
  context: HttpFiltersContext,
): UpgradePolicies | undefined {
  const policies = new Map<string, UpgradePolicy>();
  let complete = true;
  for (const [at, { upgradeType = "", enabled = true, filters = [] }] of configs.entries()) {
    const type = upgradeType.toLowerCase();
    const chain =
      filters.length === 0 ? undefined : compileHttpFilters(filters, path.index(at).field("filters"), context);
    if (filters.length > 0 && chain === undefined) complete = false;
    if (policies.has(type)) {
      const typePath = path.index(at).field("upgradeType");
      context.diagnostics.error(typePath, "config.duplicate_key", `multiple upgrades to ${upgradeType}`);
    }
    if (enabled && context.capabilities.target === "edge" && type !== "websocket") {
      const message = `the platform passes no upgrade but websocket: a request for ${upgradeType} is sent on without it`;
      context.diagnostics.warning(path.index(at).field("upgradeType"), "edge.upgrade", message);
    }
    policies.set(type, { enabled, chain });
  }
  return complete ? policies : undefined;
}

/** The filters for a request that wants to change protocols, by route and connection manager. */
export type UpgradeVerdict =
  | { readonly kind: "allowed"; readonly chain: FilterChain | undefined }
  | { readonly kind: "refused" };

/**
 * Whether a type may be upgraded to: the route's word counts before the connection manager's, and no word is a no. Source: Envoy
 * `HttpConnectionManagerConfig::createUpgradeFilterChain`.
 */
export function judgeUpgrade(type: string, policies: UpgradePolicies, route: Route | undefined): UpgradeVerdict {
  const byRoute = route?.kind === "forward" ? route.stream.upgrades.get(type) : undefined;
  const policy = policies.get(type);
  const enabled = byRoute ?? policy?.enabled ?? false;
  return enabled ? { kind: "allowed", chain: policy?.chain } : { kind: "refused" };
}

/**
 * The protocol that a request wants to change to, in lower case; a CONNECT wants `connect`. `h2c` is no wish that is ever met:
 * Envoy strips it.
 */
export function requestedUpgrade(headers: HeaderMap): string | undefined {
  const upgrade = headers.get("upgrade")?.toLowerCase();
  if (upgrade === undefined || upgrade === "h2c") return headers.get(":method") === "CONNECT" ? "connect" : undefined;
  const connection = headers.get("connection")?.toLowerCase() ?? "";
  return connection.split(",").some((token) => token.trim() === "upgrade") ? upgrade : undefined;
}
