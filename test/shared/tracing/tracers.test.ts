import { describe, it } from "vitest";
import { HeaderMap } from "../../../shared/http/header-map.ts";
import { type B3Options, createB3Tracer } from "../../../shared/tracing/b3-tracer.ts";
import { w3cTracer } from "../../../shared/tracing/w3c-tracer.ts";
import { SeededRandom } from "../../support/fakes.ts";

type Headers = Readonly<Record<string, string>>;

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const OTHER = "a2fb4a1d1a96d312";
const ID = "463ac35c9f6413ad";

/** The headers afterwards; identifiers made here as `new`. */
function passedOn(tracer: typeof w3cTracer, given: Headers, traced = true): Headers {
  const headers = HeaderMap.from(Object.entries(given));
  tracer.start(headers, traced, new SeededRandom(1));
  const known = [TRACE, SPAN, OTHER, ID];
  const plain = (value: string): string =>
    value.replaceAll(/[\da-f]{16,32}/g, (id) => (known.includes(id) || /^0+/.test(id) ? id : `new${id.length}`));
  return Object.fromEntries(headers.toJSON().map(([name, value]) => [name, plain(value)]));
}

const parent = (flags: string, version = "00"): string => `${version}-${TRACE}-${SPAN}-${flags}`;

describe("w3cTracer", () => {
  it.for([
    [{}, true, { traceparent: "00-new32-new16-01", tracestate: "" }],
    [{}, false, { traceparent: "00-new32-new16-00", tracestate: "" }],
    [
      { traceparent: parent("01"), tracestate: "a=b" },
      true,
      { traceparent: `00-${TRACE}-new16-01`, tracestate: "a=b" },
    ],
    [
      { traceparent: parent("01"), tracestate: "a=b" },
      false,
      { traceparent: `00-${TRACE}-new16-00`, tracestate: "a=b" },
    ],
    [{ traceparent: parent("00") }, true, { traceparent: `00-${TRACE}-new16-00`, tracestate: "" }],
    [{ traceparent: parent("03", "01") }, true, { traceparent: `00-${TRACE}-new16-01`, tracestate: "" }],
    [{ tracestate: "a=b" }, true, { traceparent: "00-new32-new16-01", tracestate: "" }],
  ] as const)("makes of %o, traced: %s, %o", ([given, traced, expected], { expect }) => {
    expect(passedOn(w3cTracer, given, traced)).toEqual(expected);
  });

  it.for(["junk", parent("01", "ff"), `00-${"0".repeat(32)}-${SPAN}-01`, `00-${TRACE}-${"0".repeat(16)}-01`, ""])(
    "leaves what makes no sense as it is: %s",
    (traceparent, { expect }) => {
      const given = { traceparent, tracestate: "a=b" };
      expect(passedOn(w3cTracer, given)).toEqual(given);
    },
  );

  it("tells which trace it is", ({ expect }) => {
    const headers = HeaderMap.from([["traceparent", parent("00")]]);
    expect(w3cTracer.start(headers, true, new SeededRandom(1))).toEqual({ traceId: TRACE, sampled: false });
  });
});

describe("createB3Tracer", () => {
  const b3 = (options: Partial<B3Options> = {}): typeof w3cTracer =>
    createB3Tracer({ longTraceIds: false, sharesSpan: true, withW3c: false, ...options });
  const multi = (sampled: string): Headers => ({ "x-b3-traceid": ID, "x-b3-spanid": OTHER, "x-b3-sampled": sampled });

  it.for([
    [{}, true, { "x-b3-traceid": "new16", "x-b3-spanid": "new16", "x-b3-sampled": "1" }],
    [{}, false, { "x-b3-traceid": "new16", "x-b3-spanid": "new16", "x-b3-sampled": "0" }],
    [multi("0"), true, multi("0")],
    [multi("1"), false, multi("1")],
    [{ "x-b3-traceid": ID, "x-b3-spanid": OTHER }, true, multi("1")],
    [{ ...multi("0"), "x-b3-flags": "1" }, false, { ...multi("1"), "x-b3-flags": "1" }],
    [{ b3: `${ID}-${OTHER}-1` }, false, { b3: `${ID}-${OTHER}-1`, ...multi("1") }],
    [{ b3: `${ID}-${OTHER}` }, false, { b3: `${ID}-${OTHER}`, ...multi("0") }],
    [{ b3: "0" }, true, { b3: "0", "x-b3-traceid": "new16", "x-b3-spanid": "new16", "x-b3-sampled": "0" }],
    [{ "x-b3-sampled": "0" }, true, { "x-b3-traceid": "new16", "x-b3-spanid": "new16", "x-b3-sampled": "0" }],
  ] as const)("makes of %o, traced: %s, %o", ([given, traced, expected], { expect }) => {
    expect(passedOn(b3(), given, traced)).toEqual(expected);
  });

  it.for([{ "x-b3-traceid": "junk", "x-b3-spanid": OTHER }, { "x-b3-traceid": ID }, { b3: "junk" }])(
    "leaves what makes no sense as it is: %o",
    (given: Headers, { expect }) => {
      expect(passedOn(b3(), given)).toEqual(given);
    },
  );

  it("begins a span of its own where spans are not shared", ({ expect }) => {
    const expected = { ...multi("1"), "x-b3-spanid": "new16", "x-b3-parentspanid": OTHER };
    expect(passedOn(b3({ sharesSpan: false }), multi("1"))).toEqual(expected);
  });

  it("begins long traces whose second half is the first span", ({ expect }) => {
    const headers = new HeaderMap();
    b3({ longTraceIds: true }).start(headers, true, new SeededRandom(1));
    expect(headers.get("x-b3-traceid")).toHaveLength(32);
    expect(headers.get("x-b3-traceid")?.slice(16)).toBe(headers.get("x-b3-spanid"));
  });

  it("reads traceparent where B3 is missing, and writes both, where it is to", ({ expect }) => {
    const expected = { "x-b3-traceid": TRACE, "x-b3-spanid": SPAN, "x-b3-sampled": "1", traceparent: parent("01") };
    expect(passedOn(b3({ withW3c: true }), { traceparent: parent("01") })).toEqual(expected);
  });
});
