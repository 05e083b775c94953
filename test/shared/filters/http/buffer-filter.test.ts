import { describe, it } from "vitest";
import { bufferFilter } from "../../../../shared/filters/http/buffer/buffer-filter.ts";
import { FilterHarness, type FilterOutcome, type ScriptedMessage } from "../../../../shared/http-filter/testing.ts";
import { setUpFilter } from "../../../support/filter-setup.ts";
import { chunked, fakePorts, textOf } from "../../../support/filter-streams.ts";
import { describeFilterContract } from "../../http-filter/filter-contract.cases.ts";

const POST = [[":method", "POST"]] as const;
const OK = { headers: [[":status", "200"]] } as const;

function run(request: ScriptedMessage, levels: readonly object[] = []): Promise<FilterOutcome> {
  const { create, route } = setUpFilter(bufferFilter, { maxRequestBytes: 10 }, levels);
  return new FilterHarness({ filters: [create], ports: fakePorts(), route }, OK).run(request);
}

describe("bufferFilter", () => {
  it("sends a complete body on with its length", async ({ expect }) => {
    const outcome = await run({ headers: POST, body: chunked("0123456789", [3, 7]) });
    expect(textOf(outcome.request?.body)).toBe("0123456789");
    expect(outcome.request?.headers).toEqual([...POST, ["content-length", "10"]]);
  });

  it("refuses a body beyond the limit with 413", async ({ expect }) => {
    const outcome = await run({ headers: POST, body: chunked("0123456789a", [3, 7]) });
    expect(outcome).toMatchObject({ request: undefined, details: "request_payload_too_large" });
    expect(outcome.response?.headers[0]).toEqual([":status", "413"]);
  });

  it("leaves a content-length that is there, and a request without a body", async ({ expect }) => {
    const headers = [...POST, ["content-length", "4"]] as const;
    const withLength = await run({ headers, body: chunked("body") });
    expect(withLength.request?.headers).toEqual(headers);
    expect((await run({ headers: POST })).request).toEqual({ headers: POST });
  });

  it("counts a body that ends with trailers", async ({ expect }) => {
    const outcome = await run({ headers: POST, body: chunked("body", [1]), trailers: [["t", "1"]] });
    expect(outcome.request).toMatchObject({ headers: [...POST, ["content-length", "4"]], trailers: [["t", "1"]] });
  });

  it("a route sets another limit or switches it off", async ({ expect }) => {
    const body = chunked("0123456789a");
    const larger = await run({ headers: POST, body }, [{ buffer: { maxRequestBytes: 11 } }]);
    expect(larger.request?.headers).toEqual([...POST, ["content-length", "11"]]);
    const off = await run({ headers: POST, body }, [{ buffer: { maxRequestBytes: 11 } }, { disabled: true }]);
    expect(off.request?.headers).toEqual(POST);
  });
});

describeFilterContract("bufferFilter", () => setUpFilter(bufferFilter, { maxRequestBytes: 30 }));
