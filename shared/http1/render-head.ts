import type { HeaderMap } from "../http/header-map.ts";
import type { HeaderCase } from "./header-case.ts";
import type { BodyFraming } from "./message-head.ts";

/** What cannot be written, because the other side would read something else. */
export type UnwritableHead =
  | { readonly kind: "missing"; readonly name: string }
  /** The name or value has bytes that end it, or none at all. */
  | { readonly kind: "invalid"; readonly name: string }
  /** There is a body, or none, and `content-length` says otherwise. */
  | { readonly kind: "lengthMismatch" };

export interface RenderedHead {
  /** Latin-1 text up to and including the empty line. */
  readonly text: string;
  /** How the body has to be written. */
  readonly framing: BodyFraming;
}

/** Written by the codec itself: pseudo headers into the first line or `host`, framing by {@link BodyFraming}. */
const WRITTEN_BY_CODEC: ReadonlySet<string> = new Set(["content-length", "host", "transfer-encoding"]);

/** The field lines of a message without those that the codec writes, in their order; or the name of one that is no field line. */
export function renderFields(
  headers: HeaderMap,
  headerCase: HeaderCase,
): { readonly text: string } | { readonly invalid: string } {
  let text = "";
  let invalid: string | undefined;
  headers.forEach((name, value) => {
    if (name.startsWith(":") || WRITTEN_BY_CODEC.has(name)) return;
    if (!isFieldName(name) || !isFieldValue(value)) invalid ??= name;
    text += `${headerCase(name)}: ${value}\r\n`;
  });
  return invalid === undefined ? { text } : { invalid };
}

/** The line that tells the other side where the body ends. `bytes` is what `content-length` says. */
export function renderFraming(framing: BodyFraming, headerCase: HeaderCase): string {
  switch (framing.kind) {
    case "chunked":
      return `${headerCase("transfer-encoding")}: chunked\r\n`;
    case "length":
      return `${headerCase("content-length")}: ${framing.bytes}\r\n`;
    case "none":
    case "untilClose":
    case "tunnel":
      return "";
  }
}

const FIELD_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
// oxlint-disable-next-line no-control-regex -- control characters are what no value may have
const NOT_IN_VALUE = /[\0-\x08\x0a-\x1f\x7f]/;
const TARGET = /^[!-~]+$/;

export function isFieldName(name: string): boolean {
  return FIELD_NAME.test(name);
}

export function isFieldValue(value: string): boolean {
  return !NOT_IN_VALUE.test(value);
}

/** Whether text may stand between the spaces of a start line. */
export function isTarget(text: string): boolean {
  return TARGET.test(text);
}

/** The length that the headers declare; `undefined` for none, -1 for one that is no length. */
export function contentLength(headers: HeaderMap): number | undefined {
  const text = headers.get("content-length");
  if (text === undefined) return undefined;
  const length = /^[0-9]+$/.test(text) ? Number(text) : -1;
  return length <= Number.MAX_SAFE_INTEGER ? length : -1;
}
