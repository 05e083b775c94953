import { err, ok, type Result } from "../base/result.ts";

/** One `%NAME(argument):LENGTH%`. */
export interface FormatCommand {
  readonly kind: "command";
  readonly name: string;
  /** What stands in parentheses; `undefined` without them. */
  readonly argument: string | undefined;
  /** Longest output in characters. */
  readonly maxLength: number | undefined;
}

export interface FormatLiteral {
  readonly kind: "literal";
  readonly text: string;
}

export type FormatPart = FormatLiteral | FormatCommand;

/** The shortest argument that lets the whole match wins, so that `%START_TIME(%H)%` and even a `)` inside work as in Envoy. */
const COMMAND = /%([A-Z0-9_]+)(?:\((.*?)\))?(?::([0-9]+))?%/y;

/**
 * Takes a substitution format string apart; `%%` is a percent sign. The error is Envoy's. Source: Envoy
 * `SubstitutionFormatParser::parse`.
 */
export function parseFormat(text: string): Result<readonly FormatPart[], string> {
  const parts: FormatPart[] = [];
  let literal = "";
  for (let at = 0; at < text.length;) {
    const plainEnd = indexOrEnd(text, at);
    literal += text.slice(at, plainEnd);
    at = plainEnd;
    if (at === text.length) break;
    if (text[at + 1] === "%") {
      literal += "%";
      at += 2;
      continue;
    }
    const command = commandAt(text, at);
    if (command === undefined) {
      return err(`Incorrect configuration: ${text}. Couldn't find valid command at position ${at}`);
    }
    if (literal !== "") parts.push({ kind: "literal", text: literal });
    literal = "";
    parts.push(command.part);
    at = command.end;
  }
  if (literal !== "") parts.push({ kind: "literal", text: literal });
  return ok(parts);
}

function indexOrEnd(text: string, from: number): number {
  const at = text.indexOf("%", from);
  return at < 0 ? text.length : at;
}

function commandAt(text: string, at: number): { part: FormatCommand; end: number } | undefined {
  COMMAND.lastIndex = at;
  const found = COMMAND.exec(text);
  if (found === null) return undefined;
  const [, name = "", argument, length] = found;
  const maxLength = length === undefined ? undefined : Number(length);
  return { part: { kind: "command", name, argument, maxLength }, end: COMMAND.lastIndex };
}
