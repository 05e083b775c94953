/** Thrown for our own bugs only, never for input from outside. The manager that runs the code fails just that stream. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/**
 * States what must hold and who guarantees it.
 * @throws InvariantError when it does not; callers on the data path are wrapped so that one stream fails and a counter grows.
 */
export function invariant(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new InvariantError(rule);
}
