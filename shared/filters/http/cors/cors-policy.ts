import type { RouteConfigContext } from "../../../http-filter/filter-factory.ts";
import { compileRuntimeFraction, type FractionPredicate } from "../../../matching/runtime-fraction.ts";
import { compileStringMatcher, type StringPredicate } from "../../../matching/string-matcher.ts";
import type { CorsPolicy } from "../../../schema/envoy-types.ts";

/**
 * A compiled `envoy.extensions.filters.http.cors.v3.CorsPolicy`. What is undefined was not set, and the policy of the next less
 * specific level decides.
 */
export interface CompiledCorsPolicy {
  readonly allowOrigins: readonly StringPredicate[] | undefined;
  readonly allowMethods: string | undefined;
  readonly allowHeaders: string | undefined;
  readonly exposeHeaders: string | undefined;
  readonly maxAge: string | undefined;
  readonly allowCredentials: boolean | undefined;
  readonly allowPrivateNetwork: boolean | undefined;
  readonly forwardNotMatchingPreflights: boolean | undefined;
  /** Not inherited: the most specific policy alone says whether the filter works. */
  readonly isEnabled: FractionPredicate;
  readonly isShadowed: FractionPredicate;
}

/** Compiles a policy; nothing after reporting why. */
export function compileCorsPolicy(config: CorsPolicy, context: RouteConfigContext): CompiledCorsPolicy | undefined {
  const { filterEnabled, shadowEnabled, allowOriginStringMatch = [] } = config;
  const allowOrigins = compileOrigins(allowOriginStringMatch, context);
  if (allowOrigins === undefined) return undefined;
  return {
    allowOrigins: allowOrigins.length === 0 ? undefined : allowOrigins,
    allowMethods: config.allowMethods,
    allowHeaders: config.allowHeaders,
    exposeHeaders: config.exposeHeaders,
    maxAge: config.maxAge,
    allowCredentials: config.allowCredentials,
    allowPrivateNetwork: config.allowPrivateNetworkAccess,
    forwardNotMatchingPreflights: config.forwardNotMatchingPreflights,
    isEnabled: filterEnabled === undefined ? () => true : compileRuntimeFraction(filterEnabled),
    isShadowed: shadowEnabled === undefined ? () => false : compileRuntimeFraction(shadowEnabled),
  };
}

function compileOrigins(
  matchers: NonNullable<CorsPolicy["allowOriginStringMatch"]>,
  { path, diagnostics }: RouteConfigContext,
): readonly StringPredicate[] | undefined {
  const field = path.field("allowOriginStringMatch");
  const compiled = matchers.map((matcher, position) =>
    // An exact `*` is no origin: it stands for all of them.
    matcher.exact === "*" ? () => true : compileStringMatcher(matcher, field.index(position), diagnostics),
  );
  const complete = compiled.filter((matches) => matches !== undefined);
  return complete.length === compiled.length ? complete : undefined;
}
