import type { HeaderLine } from "./exchange.ts";

/** What a backend does with one request. */
export interface ScriptStep {
  readonly action: "answer" | "reset" | "close" | "stall" | "short";
  readonly status: number;
  readonly delayMs: number;
  /** The backend's name where none is asked for. */
  readonly bodySize: number | undefined;
  readonly chunked: boolean;
  readonly headers: readonly HeaderLine[];
}

const ACTIONS: ReadonlySet<string> = new Set(["reset", "close", "stall", "short"]);

/**
 * Steps separated by `;`, one for each attempt, the last for all further ones. A step is words: a status, `reset`, `close`, `stall`
 * (no answer), `short` (the body ends before its length), `delay=MS`, `body=BYTES`, `chunked`, and `name:value` headers.
 */
export function parseScript(text: string, attempt: number): ScriptStep {
  const steps = text.split(";");
  const words = (steps[Math.min(attempt, steps.length - 1)] ?? "").split(" ").filter((word) => word !== "");
  const value = (key: string): number | undefined => {
    const word = words.find((one) => one.startsWith(`${key}=`));
    return word === undefined ? undefined : Number(word.slice(key.length + 1));
  };
  const action = words.find((word) => ACTIONS.has(word));
  return {
    // `find` looked for members of the set, which are actions.
    action: (action ?? "answer") as ScriptStep["action"],
    status: Number(words.find((word) => /^\d{3}$/.test(word)) ?? 200),
    delayMs: value("delay") ?? 0,
    bodySize: value("body"),
    chunked: words.includes("chunked"),
    headers: words.filter((word) => /^[\w-]+:/.test(word)).map(headerOf),
  };
}

function headerOf(word: string): HeaderLine {
  const colon = word.indexOf(":");
  return [word.slice(0, colon), word.slice(colon + 1).replaceAll("+", " ")];
}
