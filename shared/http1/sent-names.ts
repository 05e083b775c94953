import type { FieldLine } from "./field-line.ts";

/** The spelling of a message's header names. */
export class SentNames {
  /** By lower-case name. The first spelling of a name counts. */
  readonly byName: Map<string, string> = new Map();

  add({ name, sentName }: FieldLine): void {
    if (!this.byName.has(name)) this.byName.set(name, sentName);
  }
}
