import type { LogFields, Logger, LogLevel } from "../../shared/host/logger.ts";

const ORDER: readonly LogLevel[] = ["trace", "debug", "info", "warning", "error", "critical", "off"];

/** The application log as one line an event on stderr: `[time][level] event name=value …`. */
export class StderrLogger implements Logger {
  readonly #from: number;
  readonly #write: (line: string) => void;

  constructor(level: LogLevel, write: (line: string) => void = (line) => void process.stderr.write(line)) {
    this.#from = ORDER.indexOf(level);
    this.#write = write;
  }

  log(level: Exclude<LogLevel, "off">, event: string, fields: LogFields = {}): void {
    if (ORDER.indexOf(level) < this.#from) return;
    this.#write(`[${new Date().toISOString()}][${level}] ${event}${renderFields(fields)}\n`);
  }
}

/** Reads a level as Envoy's `-l` spells it (`warn` and `warning` both). */
export function parseLogLevel(text: string): LogLevel | undefined {
  if (text === "warn") return "warning";
  return ORDER.find((level) => level === text);
}

function renderFields(fields: LogFields): string {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return present.map(([name, value]) => ` ${name}=${renderValue(value)}`).join("");
}

/** Quoted where a space or a line break would make the line ambiguous. */
function renderValue(value: string | number | boolean | undefined): string {
  const text = String(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
