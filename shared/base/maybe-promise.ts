/** A value that is there already, or a promise of it. Code on the data path tests with {@link isPromise} and only then awaits. */
export type MaybePromise<T> = T | Promise<T>;

export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return value instanceof Promise;
}
