import { createHash } from "node:crypto";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, it } from "vitest";
import { EdgeFixture, httpFilter } from "../support/edge-fixture.ts";
import { SeededRandom } from "../support/fakes.ts";
import { rawGet } from "../support/raw-http.ts";

const MIB = 1024 * 1024;
/** 32 MiB in the suite; by hand any size: NUNCIO_BODY_MIB=1024 npm run test:node -- test/black-box/edge-streams.test.ts */
const SIZE = Number(process.env["NUNCIO_BODY_MIB"] ?? 32) * MIB;
const LARGEST_WRITE = 256 * 1024;

const noise = Buffer.from(
  Uint32Array.from(
    { length: LARGEST_WRITE / 4 },
    (
      (random) => () =>
        random.uint32()
    )(new SeededRandom(3)),
  ).buffer,
);

/** The same pieces every time: from 1 byte to 256 KiB, `SIZE` bytes in all. */
function* pieces(): Generator<Buffer> {
  const random = new SeededRandom(9);
  for (let sent = 0; sent < SIZE;) {
    const length = Math.min(1 + (random.uint32() % LARGEST_WRITE), SIZE - sent);
    sent += length;
    yield noise.subarray(0, length);
  }
}

const EXPECTED = ((hash) => {
  for (const piece of pieces()) hash.update(piece);
  return hash.digest("hex");
})(createHash("sha256"));

/** Writes all pieces as fast as the other side takes them. */
async function writePieces(to: NodeJS.WritableStream): Promise<void> {
  for (const piece of pieces()) {
    if (!to.write(piece)) await new Promise((resolve) => to.once("drain", resolve));
  }
  to.end();
}

/** Reads to the end, pausing for a turn of the event loop after every few chunks. */
async function slowHash(from: IncomingMessage): Promise<string> {
  const hash = createHash("sha256");
  let chunks = 0;
  for await (const chunk of from) {
    hash.update(chunk);
    chunks += 1;
    if (chunks % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return hash.digest("hex");
}

async function backend(request: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (request.url) {
    case "/up":
      response.end(await slowHash(request));
      return;
    case "/down":
      response.setHeader("content-length", SIZE);
      await writePieces(response);
      return;
    case "/short":
      response.setHeader("content-length", 1000);
      response.write("only this", () => response.socket?.destroy());
      return;
    case "/torn":
      response.write("only this", () => response.socket?.destroy());
      return;
    default:
      response.end(JSON.stringify(request.headers));
  }
}

describe("bodies through the edge", () => {
  let edge: EdgeFixture;

  beforeAll(async () => {
    edge = await EdgeFixture.start({ backend: (request, response) => void backend(request, response) });
  });

  afterAll(() => edge.stop());

  it("an upload arrives whole, byte for byte", async ({ expect }) => {
    const answer = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(
        edge.url("/up"),
        { method: "POST", headers: { "content-length": SIZE } },
        (response) => {
          response.setEncoding("utf8");
          response.on("data", resolve);
        },
      );
      request.on("error", reject);
      void writePieces(request);
    });
    expect(answer).toBe(EXPECTED);
  });

  it("a download arrives whole, with its length, at a slow reader", async ({ expect }) => {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest(edge.url("/down"), resolve).on("error", reject).end();
    });
    expect(response.headers["content-length"]).toBe(String(SIZE));
    expect(await slowHash(response)).toBe(EXPECTED);
  });

  it("a body of known length that the upstream breaks off never looks complete", async ({ expect }) => {
    const answer = await rawGet(edge.port, "/short").catch((error: Error) => error.message);
    const [head = "", body = ""] = answer.split("\r\n\r\n");
    expect(head).not.toMatch(/content-length: 9\r?\n/i);
    expect(body.length).toBeLessThan(1000);
  });

  it("a chunked body that the upstream breaks off never gets its last chunk", async ({ expect }) => {
    const answer = await rawGet(edge.port, "/torn").catch((error: Error) => error.message);
    expect(answer).not.toMatch(/\r\n0\r\n\r\n$/);
  });
});

describe("bodies through the buffer filter at the edge", () => {
  let edge: EdgeFixture;
  const limit = { max_request_bytes: 1000 };

  beforeAll(async () => {
    edge = await EdgeFixture.start({
      backend: (request, response) => void backend(request, response),
      filters: [httpFilter("buffer", "buffer.v3.Buffer", limit)],
    });
  });

  afterAll(() => edge.stop());

  const post = (body: string | ReadableStream): Promise<Response> =>
    fetch(edge.url("/echo"), { method: "POST", body, duplex: "half" });

  it("a chunked request under the limit goes on with a length", async ({ expect }) => {
    const seen = (await (await post(new Blob(["a".repeat(900)]).stream())).json()) as Record<string, string>;
    expect([seen["content-length"], seen["transfer-encoding"]]).toEqual(["900", undefined]);
  });

  it("a request over the limit is answered with 413", async ({ expect }) => {
    const response = await post("a".repeat(1001));
    expect([response.status, await response.text()]).toEqual([413, "Payload Too Large"]);
  });
});
