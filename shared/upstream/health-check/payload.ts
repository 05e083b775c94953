import { parseBase64 } from "../../base/base64.ts";
import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../diagnostics/diagnostic.ts";
import type { HealthCheckPayload } from "../../schema/envoy-types.ts";

const HEX = /^(?:[0-9a-fA-F]{2})+$/;

/** Compiles bytes that are written in hex (`text`) or base64 (`binary`); nothing after reporting why. */
export function compilePayload(
  { text, binary }: HealthCheckPayload,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): Uint8Array | undefined {
  const bytes = text === undefined ? parseBase64(binary ?? "") : parseHex(text);
  if (bytes === undefined) {
    diagnostics.error(path.field("text"), "cluster.health_check", `invalid hex string '${text ?? ""}'`);
  }
  return bytes;
}

/** Compiles all; nothing after reporting what is wrong with any. */
export function compilePayloads(
  payloads: readonly HealthCheckPayload[],
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): readonly Uint8Array[] | undefined {
  const compiled = payloads.flatMap((payload, at) => compilePayload(payload, path.index(at), diagnostics) ?? []);
  return compiled.length === payloads.length ? compiled : undefined;
}

/** Whether `bytes` has all parts in their order, with anything between them. Source: Envoy `PayloadMatcher::match`. */
export function containsInOrder(bytes: Uint8Array, parts: readonly Uint8Array[]): boolean {
  let from = 0;
  for (const part of parts) {
    const at = indexOf(bytes, part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

function indexOf(bytes: Uint8Array, part: Uint8Array, from: number): number {
  for (let at = from; at + part.length <= bytes.length; at += 1) {
    if (part.every((byte, offset) => bytes[at + offset] === byte)) return at;
  }
  return -1;
}

function parseHex(text: string): Uint8Array | undefined {
  if (!HEX.test(text)) return undefined;
  const pairs = text.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}
