/** The lines of both kinds of access log that belong to one request. */
export interface LogLines {
  readonly log: Readonly<Record<string, unknown>> | undefined;
  readonly ownLog: readonly string[];
}

/** What a proxy printed, sorted by the request ids that stand in it. */
export class AccessLogLines {
  readonly #byId = new Map<string, string[]>();

  constructor(output: string, ids: RegExp) {
    for (const line of output.split("\n")) {
      const id = ids.exec(line)?.[0];
      if (id === undefined) continue;
      const before = this.#byId.get(id);
      if (before === undefined) this.#byId.set(id, [line]);
      else before.push(line);
    }
  }

  get count(): number {
    return this.#byId.size;
  }

  of(id: string): LogLines {
    const lines = this.#byId.get(id) ?? [];
    const parsed = lines.map(parseRigLine);
    const log = parsed.find((line) => line !== undefined);
    return { log, ownLog: lines.filter((_line, at) => parsed[at] === undefined) };
  }
}

/** The rig's own line is a JSON object with the id as a field `id`. */
function parseRigLine(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) && "id" in value ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
