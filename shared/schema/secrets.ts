import type { ConfigPath } from "../diagnostics/config-path.ts";
import { createKeyedObject, isJsonObject, type JsonObject, type JsonValue } from "./json-value.ts";
import { type FieldSchema, messageSchema } from "./message-schema.ts";
import { visitMessages } from "./visit.ts";

const REDACTED = "[redacted]";

/**
 * Pointers (RFC 6901) of the sensitive values in canonical JSON: those of fields that Envoy marks sensitive, and every string
 * inside a message that stands in such a field, a file name included, as Envoy's `config_dump` treats them.
 */
export function findSecrets(json: JsonObject, rootType: string): ReadonlySet<string> {
  const found = new Set<string>();
  visitMessages(json, rootType, {
    field(message, jsonName, value, path) {
      if (!isSensitive(message, jsonName)) return true;
      addStrings(value, path, found);
      return false;
    },
  });
  return found;
}

/** A copy with "[redacted]" in place of every sensitive value; what holds none is shared with the original. */
export function redact<T>(json: T, secretPaths: ReadonlySet<string>): T {
  if (secretPaths.size === 0) return json;
  // The copy has the shape of the original: only strings are replaced, by strings.
  return copyWithout(json as JsonValue, "", new SecretTree(secretPaths)) as T;
}

/** Knows for each pointer whether a secret is at or below it. */
class SecretTree {
  readonly secrets: ReadonlySet<string>;
  readonly #ancestors = new Set<string>();

  constructor(secrets: ReadonlySet<string>) {
    this.secrets = secrets;
    for (const pointer of secrets) {
      for (let at = pointer.lastIndexOf("/"); at >= 0; at = pointer.lastIndexOf("/", at - 1)) {
        this.#ancestors.add(pointer.slice(0, at));
        if (at === 0) break;
      }
    }
  }

  isAbove(pointer: string): boolean {
    return this.#ancestors.has(pointer);
  }
}

function copyWithout(value: JsonValue, pointer: string, tree: SecretTree): JsonValue {
  if (tree.secrets.has(pointer)) return REDACTED;
  if (!tree.isAbove(pointer)) return value;
  if (Array.isArray(value)) return value.map((item, index) => copyWithout(item, `${pointer}/${index}`, tree));
  if (!isJsonObject(value)) return value;
  const copy = createKeyedObject();
  for (const [key, item] of Object.entries(value)) {
    copy[key] = copyWithout(item, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, tree);
  }
  return copy;
}

function isSensitive(message: string, jsonName: string): boolean {
  const field: FieldSchema | undefined = messageSchema(message)?.fieldsByName.get(jsonName);
  return field?.sensitive === true;
}

function addStrings(value: JsonValue, path: ConfigPath, found: Set<string>): void {
  if (typeof value === "string") found.add(path.pointer());
  if (Array.isArray(value)) value.forEach((item, index) => addStrings(item, path.index(index), found));
  if (!isJsonObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key !== "@type") addStrings(item, path.key(key), found);
  }
}
