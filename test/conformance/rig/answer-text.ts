import type { Answer, HeaderLine } from "./exchange.ts";

export interface ReadOptions {
  readonly headRequest: boolean;
  /** The peer has closed its side: an answer without declared length is whole. */
  readonly ended: boolean;
}

/**
 * The final answer at the start of what came from a server, as latin-1 text; `undefined` while it is not whole. Kept apart from
 * the codec of the product on purpose: the rig must not share its mistakes.
 */
export function readAnswer(text: string, options: ReadOptions): Answer | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...fields] = text.slice(0, end).split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1]);
  if (Number.isNaN(status)) return { kind: "broken", how: "malformed" };
  const rest = text.slice(end + 4);
  if (status < 200 && status !== 101) return readAnswer(rest, options);
  const headers = fields.map(headerLine);
  const body = bodilessStatus(status) || options.headRequest ? "" : readBody(rest, headers, options.ended);
  return body === undefined ? undefined : { kind: "answer", status, headers, body };
}

function headerLine(line: string): HeaderLine {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

function bodilessStatus(status: number): boolean {
  return status === 101 || status === 204 || status === 304;
}

function readBody(text: string, headers: readonly HeaderLine[], ended: boolean): string | undefined {
  const field = (wanted: string): string | undefined =>
    headers.find(([name]) => name.toLowerCase() === wanted)?.[1].toLowerCase();
  if (field("transfer-encoding")?.includes("chunked")) return readChunks(text);
  const declared = field("content-length");
  if (declared === undefined) return ended ? text : undefined;
  return text.length < Number(declared) ? undefined : text.slice(0, Number(declared));
}

function readChunks(text: string): string | undefined {
  let body = "";
  let at = 0;
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    const start = lineEnd + 2;
    if (size === 0) return text.includes("\r\n", start) ? body : undefined;
    if (text.length < start + size + 2) return undefined;
    body += text.slice(start, start + size);
    at = start + size + 2;
  }
}
