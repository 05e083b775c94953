import fc from "fast-check";
import { describe, it } from "vitest";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { BodyWriter } from "../../../shared/http1/body-writer.ts";
import { renderRequestHead } from "../../../shared/http1/render-request.ts";
import { renderResponseHead } from "../../../shared/http1/render-response.ts";
import { valueOf } from "../../support/value-of.ts";
import { latin1, readRequests, readResponse, summary } from "./http1-events.ts";

const SEED = { seed: 20261123, numRuns: 1000 };
/** Small enough that random messages meet them. */
const LIMITS = {
  maxHeadBytes: 150,
  maxStartLineBytes: 40,
  maxHeaders: 6,
  maxTrailerBytes: 60,
  maxTrailers: 3,
  maxChunkExtensionBytes: 12,
};

const PIECES = [
  "GET / HTTP/1.1\r\n",
  "POST /x?y HTTP/1.1\r\n",
  "HEAD http://a/ HTTP/1.0\r\n",
  "CONNECT a:1 HTTP/1.1\r\n",
  "HTTP/1.1 200 OK\r\n",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 204 No Content\r\n",
  "Host: a\r\n",
  "X: \t value \r\n",
  "Y:\r\n",
  "Connection: close\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: 0\r\n",
  "Transfer-Encoding: chunked\r\n",
  "\r\n",
  "\r\n\r\n",
  "5\r\nhello\r\n",
  '3;ext="q"\r\nabc\r\n',
  "0\r\n",
  "0\r\n\r\n",
  "hello",
  "\r",
  "\n",
  " ",
  ":",
  "\0",
  "\xff",
];
const SOUP = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(""));

const TOKEN = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/).map((name) => `x-${name}`);
const VALUE = fc.stringMatching(/^([!-~\xa0-\xff]([ \t!-~\xa0-\xff]{0,30}[!-~\xa0-\xff])?)?$/);
const FIELDS = fc.array(fc.tuple(TOKEN, VALUE), { maxLength: 8 });
const BODY = fc.array(fc.string({ minLength: 1, maxLength: 20, unit: "binary-ascii" }), { maxLength: 5 });

describe("MessageParser, for any input", () => {
  it("gives the same events however the input is cut", ({ expect }) => {
    fc.assert(
      fc.property(SOUP, fc.integer({ min: 1, max: 9 }), (text, step) => {
        const whole = { text };
        const cut = { text, step };
        expect(summary(readRequests(cut, { limits: LIMITS }))).toBe(summary(readRequests(whole, { limits: LIMITS })));
        expect(summary([readResponse(cut)])).toBe(summary([readResponse(whole)]));
      }),
      SEED,
    );
  });

  it("never throws on random bytes and never runs on", ({ expect }) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (bytes, step) => {
        const text = String.fromCharCode(...bytes);
        expect(readRequests({ text, step }).length).toBeLessThanOrEqual(bytes.length + 1);
        expect(
          readResponse({ text: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${text}`, step }).end,
        ).not.toBe("open");
      }),
      SEED,
    );
  });

  it("takes no beginning of a message for a whole one", ({ expect }) => {
    const text = 'POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;a="b"\r\nab\r\n0\r\nX: 1\r\n\r\n';
    const ends = Array.from({ length: text.length - 1 }, (_, at) => readRequests(text.slice(0, at + 1)).at(-1)?.end);
    expect(new Set(ends)).toEqual(new Set(["truncated"]));
    expect(readRequests(text).at(-1)?.end).toBe("end");
  });
});

describe("renderRequestHead and BodyWriter", () => {
  it("write what the parser reads back", ({ expect }) => {
    fc.assert(
      fc.property(FIELDS, BODY, fc.boolean(), FIELDS, (fields, chunks, sized, trailers) => {
        const body = chunks.join("");
        const length = lengthFields(body, sized);
        const start: [string, string][] = [
          [":method", "POST"],
          [":path", "/p"],
          [":authority", "a"],
        ];
        const headers = HeaderMap.from([...start, ...fields, ...length]);
        const head = valueOf(renderRequestHead(headers, { hasBody: true }));
        const writer = new BodyWriter(head.framing);
        const text = head.text + chunks.map((chunk) => pieces(writer.data(latin1(chunk)))).join("");
        const [read] = readRequests(text + pieces(writer.end(HeaderMap.from(trailers))));
        expect(read).toMatchObject({ body, end: "end" });
        expect(without(read?.head?.headers, "transfer-encoding")).toEqual(headers.toJSON());
        expect(read?.trailers).toEqual(trailersRead(trailers, sized));
      }),
      SEED,
    );
  });
});

describe("renderResponseHead and BodyWriter", () => {
  it("write what the parser reads back, to clients of either version", ({ expect }) => {
    fc.assert(
      fc.property(
        FIELDS,
        BODY,
        fc.constantFrom("HTTP/1.0" as const, "HTTP/1.1" as const),
        (fields, chunks, protocol) => {
          const headers = HeaderMap.from([[":status", "200"], ...fields]);
          const head = valueOf(renderResponseHead(headers, { hasBody: true, method: "GET", protocol }));
          const writer = new BodyWriter(head.framing);
          const text =
            head.text +
            chunks.map((chunk) => pieces(writer.data(latin1(chunk)))).join("") +
            pieces(writer.end(undefined));
          const read = readResponse(text);
          expect(read).toMatchObject({ body: chunks.join(""), end: "end" });
          expect(without(read.head?.headers, "transfer-encoding")).toEqual(headers.toJSON());
        },
      ),
      SEED,
    );
  });
});

function pieces(written: readonly Uint8Array[] | string): string {
  if (typeof written === "string") throw new Error(`not written: ${written}`);
  return written.map((piece) => String.fromCharCode(...piece)).join("");
}

function without(headers: HeaderMap | undefined, name: string): unknown {
  return headers?.toJSON().filter(([present]) => present !== name);
}

/** A body of declared length has no place for trailers. */
function trailersRead(trailers: readonly (readonly [string, string])[], sized: boolean): unknown {
  return sized || trailers.length === 0 ? undefined : HeaderMap.from(trailers).toJSON();
}

function lengthFields(body: string, sized: boolean): [string, string][] {
  return sized ? [["content-length", String(body.length)]] : [];
}
