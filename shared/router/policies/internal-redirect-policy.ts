import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../diagnostics/diagnostic.ts";
import type {
  AllowListedRoutesConfig,
  InternalRedirectPolicy as Config,
  RouteAction,
} from "../../schema/envoy-types.ts";
import { typeNameOf } from "../../matching/matcher-tree/matcher-tree.ts";

/** What a target route has to fulfil. */
export type RedirectPredicate =
  /** No route twice. */
  | { readonly kind: "previous routes" }
  | { readonly kind: "allow-listed routes"; readonly names: ReadonlySet<string> }
  /** Never from TLS to plain text, and in the other direction only where it came from TLS. */
  | { readonly kind: "safe cross scheme" };

/** An `InternalRedirectPolicy`, compiled: which redirects of upstreams are followed here and not by the client. */
export interface InternalRedirectPolicy {
  readonly max: number;
  readonly statuses: ReadonlySet<number>;
  readonly predicates: readonly RedirectPredicate[];
  readonly allowsCrossScheme: boolean;
  /** Of the redirect, lower-case, that the next request gets. */
  readonly headersToCopy: readonly string[];
}

const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const DEFAULT_STATUSES: readonly number[] = [302];

/** `undefined` for a route that leaves redirects to the client. Both the policy and the deprecated fields before it count. */
export function compileInternalRedirect(
  action: RouteAction,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): InternalRedirectPolicy | undefined {
  const { internalRedirectPolicy, internalRedirectAction, maxInternalRedirects } = action;
  if (internalRedirectPolicy !== undefined) {
    return compilePolicy(internalRedirectPolicy, path.field("internalRedirectPolicy"), diagnostics);
  }
  if (internalRedirectAction !== "HANDLE_INTERNAL_REDIRECT") return undefined;
  return compilePolicy({ maxInternalRedirects: maxInternalRedirects ?? 1 }, path, diagnostics);
}

function compilePolicy(config: Config, path: ConfigPath, diagnostics: DiagnosticSink): InternalRedirectPolicy {
  const { maxInternalRedirects = 1, redirectResponseCodes = [], predicates = [], responseHeadersToCopy = [] } = config;
  const statuses = redirectResponseCodes.filter((status) => REDIRECT_STATUSES.has(status));
  const predicatesPath = path.field("predicates");
  return {
    max: maxInternalRedirects,
    statuses: new Set(redirectResponseCodes.length === 0 ? DEFAULT_STATUSES : statuses),
    predicates: predicates.flatMap((entry, at) => predicateOf(entry, predicatesPath.index(at), diagnostics)),
    allowsCrossScheme: config.allowCrossSchemeRedirect ?? false,
    headersToCopy: responseHeadersToCopy.map((name) => name.toLowerCase()),
  };
}

function predicateOf(
  { typedConfig }: NonNullable<Config["predicates"]>[number],
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): RedirectPredicate[] {
  const type = typedConfig === undefined ? "" : typeNameOf(typedConfig);
  switch (type) {
    case "envoy.extensions.internal_redirect.previous_routes.v3.PreviousRoutesConfig":
      return [{ kind: "previous routes" }];
    case "envoy.extensions.internal_redirect.safe_cross_scheme.v3.SafeCrossSchemeConfig":
      return [{ kind: "safe cross scheme" }];
    case "envoy.extensions.internal_redirect.allow_listed_routes.v3.AllowListedRoutesConfig": {
      const { allowedRouteNames = [] } = typedConfig as AllowListedRoutesConfig; // as the type URL says
      return [{ kind: "allow-listed routes", names: new Set(allowedRouteNames) }];
    }
    default:
      diagnostics.error(path, "config.unknown_extension", `no internal redirect predicate of the type '${type}'`);
      return [];
  }
}
