type Kind = "root" | "field" | "index" | "key";

/**
 * Where in a configuration something stands: `static_resources.clusters[0].connect_timeout`. Immutable; each step returns a
 * new path that shares its parents, so a deep walk costs one small object a level.
 */
export class ConfigPath {
  static readonly root: ConfigPath = new ConfigPath(undefined, "root", "");

  readonly parent: ConfigPath | undefined;
  readonly #kind: Kind;
  readonly #step: string;

  private constructor(parent: ConfigPath | undefined, kind: Kind, step: string) {
    this.parent = parent;
    this.#kind = kind;
    this.#step = step;
  }

  /** A message field, by its lowerCamelCase JSON name (`connectTimeout`). */
  field(jsonName: string): ConfigPath {
    return new ConfigPath(this, "field", jsonName);
  }

  /** An element of a repeated field. */
  index(position: number): ConfigPath {
    return new ConfigPath(this, "index", String(position));
  }

  /** An entry of a map field; the key is data and is never respelled. */
  key(name: string): ConfigPath {
    return new ConfigPath(this, "key", name);
  }

  /** A stable string for look-ups, the same for equal paths (RFC 6901 JSON pointer into the canonical JSON). */
  pointer(): string {
    if (this.parent === undefined) return "";
    return `${this.parent.pointer()}/${this.#step.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  }

  /** The path as an Envoy user writes it: proto field names, `[0]` for elements, `["key"]` for map entries. */
  render(): string {
    if (this.parent === undefined) return "";
    const before = this.parent.render();
    switch (this.#kind) {
      case "index":
        return `${before}[${this.#step}]`;
      case "key":
        return `${before}[${JSON.stringify(this.#step)}]`;
      default: {
        const name = toSnakeCase(this.#step);
        return before === "" ? name : `${before}.${name}`;
      }
    }
  }
}

function toSnakeCase(jsonName: string): string {
  return jsonName.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
