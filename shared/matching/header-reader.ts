/** What matchers need of a header map. */
export interface HeaderReader {
  /** Whether a value of a header passes, each taken by itself; `undefined` if there is none. `name` is in lower case. */
  anyValue(name: string, passes: (value: string) => boolean): boolean | undefined;
  has(name: string): boolean;
}
