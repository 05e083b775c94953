import { describe, it } from "vitest";
import { type BodyRead, type BodySource, END } from "../../../../shared/http/body-source.ts";
import { renderResponseFlags } from "../../../../shared/http/response-flags.ts";
import { RouterBench, type RunningStream } from "../../../support/router-stream.ts";
import { retryPolicy, routeWith } from "../../../support/retry-route.ts";
import { clusterConfig, endpointAt } from "../../../support/sample-cluster.ts";
import { idle, type Outcome, ScriptedUpstream } from "../../../support/scripted-upstream.ts";

const LIMIT_BYTES = 4;
const LONG_MS = 10_000;

/** A request body whose chunks come when the test says so. */
class PacedBody implements BodySource {
  #waiting: ((read: BodyRead) => void) | undefined;
  readonly #ready: BodyRead[] = [];

  send(read: BodyRead): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#ready.push(read);
    else waiting(read);
  }

  read(): BodyRead | Promise<BodyRead> {
    return this.#ready.shift() ?? new Promise((resolve) => (this.#waiting = resolve));
  }

  trailers(): undefined {
    return undefined;
  }

  cancel(): void {}

  unwrap(): undefined {
    return undefined;
  }
}

interface Posted {
  readonly bench: RouterBench;
  readonly upstream: ScriptedUpstream;
  readonly body: PacedBody;
  readonly stream: RunningStream;
}

/** A POST that may be retried, and as much of its body as is kept at most: the first attempt has that. */
async function post(script: readonly Outcome[]): Promise<Posted> {
  const upstream = new ScriptedUpstream(script);
  const bench = new RouterBench({ clusters: [clusterConfig("app", [endpointAt("10.0.0.1:80")])], upstream });
  const route = routeWith({ retry: retryPolicy({ retryOn: "5xx" }), bodyBufferLimit: LIMIT_BYTES });
  const body = new PacedBody();
  const stream = bench.request(route, { ":method": "POST" }, body);
  body.send(new Uint8Array(LIMIT_BYTES));
  await idle();
  return { bench, upstream, body, stream };
}

describe("UpstreamExchange request body", () => {
  it("that grows too long while a retry waits is answered with 507, and no part of it is sent", async ({ expect }) => {
    const { bench, upstream, body, stream } = await post(["stalls"]);
    upstream.attempts[0]?.settle({ fail: "remote reset" });
    await idle();
    body.send(new Uint8Array(1));
    body.send(END);
    await idle();
    bench.timers.advance(LONG_MS);
    await idle();
    expect(upstream.attempts).toHaveLength(1);
    expect(stream.client.headers?.get(":status")).toBe("507");
    expect(stream.client.body).toBe("exceeded request buffer limit while retrying upstream");
    expect(stream.info.responseCodeDetails).toBe("request_payload_exceeded_retry_buffer_limit");
    expect(renderResponseFlags(stream.info.flagsInOrder)).toBe("-");
    expect(bench.stat("cluster.app.retry_or_shadow_abandoned")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_retry")).toBe(0);
    expect(bench.leftovers).toEqual([]);
  });

  it("that grows too long while an attempt is under way is that attempt's alone", async ({ expect }) => {
    const { bench, upstream, body, stream } = await post(["stalls"]);
    body.send(new Uint8Array(1));
    body.send(END);
    await idle();
    upstream.attempts[0]?.settle({ status: 503 });
    await idle();
    bench.timers.advance(LONG_MS);
    expect(upstream.attempts.map(({ received, bodyEnd }) => [received.length, bodyEnd])).toEqual([[5, "complete"]]);
    expect(stream.client.headers?.get(":status")).toBe("503");
    expect(bench.stat("cluster.app.retry_or_shadow_abandoned")).toBe(1);
    expect(bench.leftovers).toEqual([]);
  });

  it("that stays within the limit while a retry waits is sent again, whole", async ({ expect }) => {
    const { bench, upstream, body, stream } = await post(["stalls"]);
    upstream.attempts[0]?.settle({ fail: "remote reset" });
    await idle();
    body.send(END);
    await idle();
    bench.timers.advance(LONG_MS);
    await idle();
    expect(upstream.attempts[1]?.received).toHaveLength(LIMIT_BYTES);
    expect(upstream.attempts[1]?.bodyEnd).toBe("complete");
    expect(stream.client.headers?.get(":status")).toBe("200");
    expect(bench.leftovers).toEqual([]);
  });
});
