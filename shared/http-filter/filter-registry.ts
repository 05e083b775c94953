import type { HttpFilterFactory, TerminalFilterFactory } from "./filter-factory.ts";

/** A factory whose configuration type is not known where it is looked up; the loader has checked the data against the schema. */
export type AnyFilterFactory = HttpFilterFactory<never> | TerminalFilterFactory<never>;

const TYPE_URL_PREFIX = "type.googleapis.com/";

/**
 * The HTTP filters that a host brings, in an explicit list: what the list does not name is not in the bundle. As in Envoy, a
 * filter is found by the type of its configuration and never by its name.
 */
export class FilterRegistry {
  readonly #byConfigType: ReadonlyMap<string, AnyFilterFactory>;

  constructor(factories: readonly AnyFilterFactory[]) {
    this.#byConfigType = new Map(factories.map((factory) => [TYPE_URL_PREFIX + factory.configType, factory]));
  }

  find(typeUrl: string): AnyFilterFactory | undefined {
    return this.#byConfigType.get(typeUrl);
  }
}
