declare const routeConfig: unique symbol;

/**
 * Names the per-route configuration of a filter and carries its compiled type, so that looking it up needs no cast. `name` is
 * the filter's canonical name; in a configuration the key is the name of the filter in its chain.
 */
export interface FilterKey<T> {
  readonly name: string;
  readonly [routeConfig]?: T;
}
