import { err, ok, type Result } from "../base/result.ts";
import type { ConfigCode } from "./diagnostic-codes.ts";
import type { JsonObject } from "./json-value.ts";
import { messageSchema } from "./message-schema.ts";
import { describeNode, entryOf, type MapNode, type SourceNode } from "./source-node.ts";
import { hasSpecialJson } from "./well-known-types.ts";

/** What an Any holds: the fields beside its `@type`, or for a type with a JSON form of its own the node under `value`. */
export interface AnyContent {
  readonly typeUrl: string;
  readonly content: SourceNode;
  readonly value: SourceNode | undefined;
}

export interface AnyRefusal {
  readonly code: ConfigCode;
  readonly message: string;
  readonly hint?: string | undefined;
}

const PREFIX = "type.googleapis.com/";

/** Both carry the configuration of an extension as a Struct; control planes that do not know the extension send them. */
const TYPED_STRUCTS: ReadonlySet<string> = new Set(["xds.type.v3.TypedStruct", "udpa.type.v1.TypedStruct"]);

/** The full message name in a type URL: what follows the last slash. */
export function typeNameOf(typeUrl: string): string {
  return typeUrl.slice(typeUrl.lastIndexOf("/") + 1);
}

/** The full message name of an Any in canonical JSON; empty for an object that is none. */
export function typeNameOfAny(any: JsonObject): string {
  const typeUrl = any["@type"];
  return typeof typeUrl === "string" ? typeNameOf(typeUrl) : "";
}

export function isTypedStruct(fullName: string): boolean {
  return TYPED_STRUCTS.has(fullName);
}

/**
 * Finds the message in an Any. A TypedStruct is unwrapped: what counts is the message it stands for.
 * @param extensionName the name beside the Any, quoted in the message as Envoy does; extensions are never found by it.
 */
export function resolveAny(node: SourceNode, extensionName: string): Result<AnyContent, AnyRefusal> {
  if (node.kind !== "map") {
    return err({ code: "config.type", message: `expected an object with "@type", got ${describeNode(node)}` });
  }
  const typeNode = entryOf(node, "@type")?.value;
  if (typeNode === undefined)
    return unregistered(extensionName, "", 'an extension is found by the "@type" of its configuration');
  if (typeNode.kind !== "string" || !/^.+\//.test(typeNode.text)) {
    const expected = 'a "@type" with a slash before the name, such as "type.googleapis.com/google.protobuf.Empty"';
    return err({ code: "config.unknown_type", message: `expected ${expected}, got ${describeNode(typeNode)}` });
  }
  const type = typeNameOf(typeNode.text);
  if (isTypedStruct(type)) return unwrapTypedStruct(node, extensionName);
  if (messageSchema(type) === undefined) return unregistered(extensionName, type, hintFor(type));
  return ok({ typeUrl: typeNode.text, content: node, value: valueOf(node, type) });
}

function valueOf(node: MapNode, type: string): SourceNode | undefined {
  if (type === "google.protobuf.Empty") return entryOf(node, "value")?.value;
  if (!hasSpecialJson(type)) return undefined;
  return entryOf(node, "value")?.value ?? { kind: "null", offset: node.offset };
}

function unwrapTypedStruct(node: MapNode, extensionName: string): Result<AnyContent, AnyRefusal> {
  const url = (entryOf(node, "type_url") ?? entryOf(node, "typeUrl"))?.value;
  const type = url?.kind === "string" ? typeNameOf(url.text) : "";
  if (messageSchema(type) === undefined) return unregistered(extensionName, type, hintFor(type));
  const empty: MapNode = { kind: "map", entries: [], offset: node.offset };
  const content = entryOf(node, "value")?.value ?? empty;
  return ok({ typeUrl: PREFIX + type, content, value: valueOf(content.kind === "map" ? content : empty, type) });
}

function unregistered(extensionName: string, type: string, hint: string | undefined): Result<never, AnyRefusal> {
  const message = `didn't find a registered implementation for '${extensionName}' with type URL: '${type}'`;
  return err({ code: "config.unknown_type", message, hint });
}

function hintFor(type: string): string | undefined {
  if (/\.v[12](?:alpha\d*)?\.[^.]+$/.test(type)) return "this is a type of Envoy's v2 API, which Envoy no longer reads";
  return undefined;
}
