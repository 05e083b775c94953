/** What matchers need of a header map. */
export interface HeaderReader {
  /** All values of a header, joined with `,`; `undefined` if there is none. `name` is in lower case. */
  get(name: string): string | undefined;
  has(name: string): boolean;
}
