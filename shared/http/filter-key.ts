declare const routeConfig: unique symbol;

/**
 * Names the per-route configuration of one filter in one chain and carries its compiled type, so that looking it up needs no
 * cast. As in Envoy, `typed_per_filter_config` is keyed by the name that the filter has in its chain.
 */
export interface FilterKey<T> {
  readonly name: string;
  readonly [routeConfig]?: T;
}
