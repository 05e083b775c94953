import type { FilterFactoryContext, HttpFilterFactory, NewHttpFilter } from "../../../http-filter/filter-factory.ts";
import { HeadersStatus } from "../../../http-filter/filter-status.ts";
import type { HttpFilter, HttpFilterCallbacks } from "../../../http-filter/http-filter.ts";
import { HeaderMap } from "../../../http/header-map.ts";
import type { FilterKey } from "../../../http/filter-key.ts";
import type { CorsPolicy, Cors } from "../../../schema/envoy-types.ts";
import type { Counter } from "../../../stats/stats-scope.ts";
import { compileCorsPolicy, type CompiledCorsPolicy } from "./cors-policy.ts";

/**
 * Answers CORS preflights and puts the CORS headers on other answers, for routes that have a policy and forward. It never refuses
 * a request: that is the browser's part. Source: Envoy `envoy.filters.http.cors`; statistics `cors.origin_valid` and
 * `cors.origin_invalid`.
 */
export const corsFilter: HttpFilterFactory<Cors, CompiledCorsPolicy> = {
  name: "envoy.filters.http.cors",
  configType: "envoy.extensions.filters.http.cors.v3.Cors",
  routeConfigType: "envoy.extensions.filters.http.cors.v3.CorsPolicy",
  terminal: false,
  prepare: (_config, context) => prepare(context),
  prepareRouteConfig: (config: CorsPolicy, context) => compileCorsPolicy(config, context),
};

interface CorsSettings {
  readonly key: FilterKey<CompiledCorsPolicy>;
  readonly originValid: Counter;
  readonly originInvalid: Counter;
}

function prepare({ filterName, stats }: FilterFactoryContext): NewHttpFilter {
  const settings: CorsSettings = {
    key: { name: filterName },
    originValid: stats.counter("cors.origin_valid"),
    originInvalid: stats.counter("cors.origin_invalid"),
  };
  return (callbacks) => new CorsFilter(settings, callbacks);
}

class CorsFilter implements HttpFilter {
  readonly #settings: CorsSettings;
  readonly #callbacks: HttpFilterCallbacks;
  /** The origin that the answer allows. */
  #allowedOrigin: string | undefined;
  /** Most specific first. */
  #policies: readonly CompiledCorsPolicy[] = [];

  constructor(settings: CorsSettings, callbacks: HttpFilterCallbacks) {
    this.#settings = settings;
    this.#callbacks = callbacks;
  }

  decodeHeaders(headers: HeaderMap): HeadersStatus {
    const origin = headers.get("origin") ?? "";
    if (origin === "" || this.#callbacks.route()?.kind !== "forward") return HeadersStatus.Continue;
    this.#policies = this.#callbacks.perRouteConfigs(this.#settings.key).toReversed();
    const effect = this.#effect();
    if (effect === "none") return HeadersStatus.Continue;
    const isAllowed = this.#first("allowOrigins")?.some((matches) => matches(origin)) ?? false;
    (isAllowed ? this.#settings.originValid : this.#settings.originInvalid).inc();
    if (effect === "count") return HeadersStatus.Continue;
    if (isAllowed) this.#allowedOrigin = origin;
    const isForwarded = !isAllowed && (this.#first("forwardNotMatchingPreflights") ?? true);
    if (!isPreflight(headers) || isForwarded) return HeadersStatus.Continue;
    this.#callbacks.streamInfo.responseCodeDetails = "cors_response";
    this.#callbacks.respond(this.#preflightAnswer(headers), undefined);
    return HeadersStatus.StopAllAndWatermark;
  }

  encodeHeaders(headers: HeaderMap): HeadersStatus {
    if (this.#allowedOrigin === undefined) return HeadersStatus.Continue;
    headers.set("access-control-allow-origin", this.#allowedOrigin);
    if (this.#first("allowCredentials") === true) headers.set("access-control-allow-credentials", "true");
    setUnlessAbsent(headers, "access-control-expose-headers", this.#first("exposeHeaders"));
    return HeadersStatus.Continue;
  }

  #effect(): "all" | "count" | "none" {
    const [policy] = this.#policies;
    if (policy === undefined) return "none";
    const random = this.#random64();
    if (policy.isEnabled(random)) return "all";
    return policy.isShadowed(random) ? "count" : "none";
  }

  /** As in Envoy, a preflight that is answered though its origin is not allowed learns everything but that. */
  #preflightAnswer(request: HeaderMap): HeaderMap {
    const answer = HeaderMap.from([[":status", "200"]]);
    if (this.#allowedOrigin !== undefined) answer.set("access-control-allow-origin", this.#allowedOrigin);
    if (this.#first("allowCredentials") === true) answer.set("access-control-allow-credentials", "true");
    const methods = orEcho(this.#first("allowMethods"), request, "access-control-request-method");
    setUnlessAbsent(answer, "access-control-allow-methods", methods);
    const headers = orEcho(this.#first("allowHeaders"), request, "access-control-request-headers");
    setUnlessAbsent(answer, "access-control-allow-headers", headers);
    setUnlessAbsent(answer, "access-control-max-age", this.#first("maxAge"));
    const asksForPrivateNetwork = request.get("access-control-request-private-network") === "true";
    if (asksForPrivateNetwork && this.#first("allowPrivateNetwork") === true) {
      answer.set("access-control-allow-private-network", "true");
    }
    return answer;
  }

  /** The value of the most specific policy that has one. */
  #first<Field extends keyof CompiledCorsPolicy>(field: Field): CompiledCorsPolicy[Field] | undefined {
    for (const policy of this.#policies) if (policy[field] !== undefined) return policy[field];
    return undefined;
  }

  #random64(): bigint {
    const { random } = this.#callbacks;
    return (BigInt(random.uint32()) << 32n) | BigInt(random.uint32());
  }
}

function isPreflight(headers: HeaderMap): boolean {
  return headers.get(":method") === "OPTIONS" && (headers.get("access-control-request-method") ?? "") !== "";
}

/** `*` allows what was asked for, also where nothing was. */
function orEcho(allowed: string | undefined, request: HeaderMap, asked: string): string | undefined {
  return allowed === "*" ? (request.get(asked) ?? "") : allowed;
}

function setUnlessAbsent(headers: HeaderMap, name: string, value: string | undefined): void {
  if (value !== undefined) headers.set(name, value);
}
