import { describe, it } from "vitest";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { type ReadMessage, readRequests, readResponse } from "../../shared/http1/http1-events.ts";
import { type LlhttpMessage, readWithLlhttp } from "./llhttp.ts";
import { mutatedMessages } from "./mutated-messages.ts";

const CASES = 60_000;

/** What is refused here and not by llhttp, each for its reason. Nothing is the other way round. */
const STRICTER = {
  request: {
    bareCarriageReturn: "before a request llhttp passes over any CR and LF; RFC 9112 section 2.2 has whole empty lines",
    invalidMethod: "the same, where an LF stands alone",
    framingInTrailers: "llhttp does not look at what trailers say",
    invalidTarget: "llhttp lets tabs, bytes above ASCII, and the asterisk with any method through",
    invalidScheme: "a proxy serves http and https",
    invalidUrl: "llhttp does not look into the authority of an absolute target",
    invalidVersion: "llhttp reads HTTP/0.9 and HTTP/2.0 as if they were HTTP/1.1",
    invalidChunkExtension: "llhttp takes an extension without a name",
    transferEncodingNotAllowed: "llhttp takes a coding from HTTP/1.0, which has none",
    repeatedHost: "RFC 9112 section 3.2; llhttp knows no Host",
    unknownTransferEncoding: "llhttp takes other codings before chunked, and an empty one, and decodes none of them",
  },
  response: {
    contentLengthNotAllowed: "Envoy refuses a length in 1xx and 204",
    transferEncodingNotAllowed: "Envoy refuses a coding in 1xx and 204; llhttp takes one from HTTP/1.0",
    framingInTrailers: "llhttp does not look at what trailers say",
    invalidChunkExtension: "llhttp takes an extension without a name",
    invalidStatus: "llhttp lets control characters into the reason",
    invalidVersion: "before an answer llhttp passes over any CR and LF",
    unknownTransferEncoding: "llhttp reads an unknown coding until the connection ends",
  },
};

interface Plain {
  readonly start: string;
  readonly headers: unknown;
  readonly body: string;
  readonly trailers: unknown;
}

/** A whole message as both parsers can tell it. */
function plainOf({ head, body, trailers }: ReadMessage): Plain {
  const fields = HeaderMap.from(head?.headers.toJSON() ?? []);
  const start = `${head?.protocol} ${fields.get(":status") ?? fields.get(":method")}`;
  fields.removeIf((name) => name.startsWith(":"));
  return { start, headers: fields.toJSON(), body, trailers: trailers ?? [] };
}

function plainOfTheirs({ method, status, minor, headers, body, trailers }: LlhttpMessage): Plain {
  const fields = pairs(headers);
  if (status === 0) fields.remove("host");
  return {
    start: `HTTP/1.${minor} ${status || method}`,
    headers: ownForm(fields, status),
    body,
    trailers: pairs(trailers).toJSON(),
  };
}

/** The host is in `:authority` here, and the empty length of an answer that has no body is left out. */
function ownForm(fields: HeaderMap, status: number): unknown {
  if (status === 204) fields.remove("content-length");
  return fields.toJSON();
}

function pairs(fields: readonly string[]): HeaderMap {
  const map = new HeaderMap();
  for (let at = 0; at < fields.length; at += 2) {
    map.add(fields[at]?.toLowerCase() ?? "", fields[at + 1]?.replace(/^[ \t]+|[ \t]+$/g, "") ?? "");
  }
  return map;
}

/** The messages up to the first behind which the connection ends. */
function untilClose<T>(messages: readonly T[], keepsAlive: (message: T) => boolean): T[] {
  const last = messages.findIndex((message) => !keepsAlive(message));
  return last < 0 ? [...messages] : messages.slice(0, last + 1);
}

function readTheirs(type: "request" | "response", text: string): Plain[] {
  const complete = readWithLlhttp(type, text).messages.filter(({ isComplete }) => isComplete);
  if (type === "request") return untilClose(complete, ({ keepAlive }) => keepAlive).map(plainOfTheirs);
  return complete
    .filter(({ status }) => status >= 200)
    .slice(0, 1)
    .map(plainOfTheirs);
}

function readOurs(type: "request" | "response", text: string): { readonly whole: Plain[]; readonly end: string } {
  const read =
    type === "request" ? untilClose(readRequests(text), ({ head }) => head?.keepAlive ?? false) : [readResponse(text)];
  return { whole: read.filter(({ end }) => end === "end").map(plainOf), end: read.at(-1)?.end ?? "nothing" };
}

interface Difference {
  /** What this parser refuses and the other does not. */
  readonly stricter: readonly string[];
  /** All about a case in which this parser took what the other did not, or read it otherwise. */
  readonly looser: readonly unknown[];
}

function difference(type: "request" | "response", text: string): Difference {
  const theirs = readTheirs(type, text);
  const { whole, end } = readOurs(type, text);
  const isBeginning = JSON.stringify(theirs.slice(0, whole.length)) === JSON.stringify(whole);
  if (!isBeginning) return { stricter: [], looser: [{ text, theirs, whole }] };
  return { stricter: theirs.length === whole.length ? [] : [end], looser: [] };
}

describe.for(["request", "response"] as const)("MessageParser and llhttp, for a %s", (type) => {
  const messages = mutatedMessages(type, CASES);
  const differences = messages.map((text) => difference(type, text));

  it("read the same messages, or this one refuses", ({ expect }) => {
    expect(messages.length).toBeGreaterThan(CASES / 2);
    expect(differences.flatMap(({ looser }) => looser)).toEqual([]);
  });

  it("differ only in what is listed", ({ expect }) => {
    const faults = new Set(differences.flatMap(({ stricter }) => stricter));
    expect([...faults].toSorted()).toEqual(Object.keys(STRICTER[type]).toSorted());
  });

  it("agree on most of what is well-formed", ({ expect }) => {
    const accepted = messages.filter((text) => readOurs(type, text).whole.length > 0);
    expect(accepted.length).toBeGreaterThan(1000);
  });
});
