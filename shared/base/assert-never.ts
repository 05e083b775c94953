/** Marks the branch that a complete `switch` cannot reach; adding a variant elsewhere turns the call into a type error. */
export function assertNever(value: never): never {
  throw new Error(`unhandled variant: ${String(value)}`);
}
