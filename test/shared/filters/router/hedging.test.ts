import { describe, it } from "vitest";
import { renderResponseFlags } from "../../../../shared/http/response-flags.ts";
import { BytesBody } from "../../../../shared/http/bytes-body.ts";
import { ScriptedBody } from "../../../support/fake-transport.ts";
import { retryPolicy, routeWith } from "../../../support/retry-route.ts";
import { RouterBench, type RouterBenchOptions, type RunningStream } from "../../../support/router-stream.ts";
import { clusterConfig, endpointAt } from "../../../support/sample-cluster.ts";
import { idle, type Outcome, ScriptedUpstream } from "../../../support/scripted-upstream.ts";

const APP = clusterConfig("app", [endpointAt("10.0.0.1:80"), endpointAt("10.0.0.2:80")]);
const TRY_MS = 100;
const ROUTE = routeWith(
  { retry: retryPolicy({ retryOn: "5xx", numRetries: 2, perTryTimeout: "0.100s" }), hedgeOnPerTryTimeout: true },
  { timeoutMs: 1000 },
);

interface Hedged {
  readonly bench: RouterBench;
  readonly upstream: ScriptedUpstream;
  readonly stream: RunningStream;
}

/** A request whose first attempt has just been found slow, so that a second one runs beside it. */
function hedged(options: RouterBenchOptions = {}): Hedged {
  const upstream = new ScriptedUpstream(() => "stalls");
  const bench = new RouterBench({ clusters: [APP], upstream, ...options });
  const stream = bench.request(ROUTE);
  bench.timers.advance(TRY_MS);
  return { bench, upstream, stream };
}

function summary({ client, info }: RunningStream): string {
  return `${client.headers?.get(":status")} ${renderResponseFlags(info.flagsInOrder)}`;
}

describe("UpstreamExchange hedging", () => {
  it("lets a slow attempt run on and makes another one beside it, at once", ({ expect }) => {
    const { bench, upstream } = hedged();
    expect(upstream.attempts.map(({ cancelled }) => cancelled)).toEqual([undefined, undefined]);
    expect(bench.stat("cluster.app.upstream_rq_retry")).toBe(1);
    expect(bench.stat("cluster.app.upstream_rq_per_try_timeout")).toBe(0);
    expect(bench.stat("cluster.app.upstream_rq_active")).toBe(2);
  });

  /** In which order which attempt brings what, what the client gets, and which attempts are given up. */
  const orders: readonly (readonly [
    readonly (readonly [number, Exclude<Outcome, "stalls">])[],
    string,
    readonly number[],
  ])[] = [
    [[[0, { status: 200 }]], "200 -", [1]],
    [[[1, { status: 200 }]], "200 -", [0]],
    [[[0, { status: 404 }]], "404 -", [1]],
    // A slow attempt that fails was made again already.
    [
      [
        [0, { status: 503 }],
        [1, { status: 200 }],
      ],
      "200 -",
      [],
    ],
    [
      [
        [0, { fail: "remote reset" }],
        [1, { status: 200 }],
      ],
      "200 -",
      [],
    ],
    [
      [
        [0, { fail: "remote reset" }],
        [1, { status: 404 }],
      ],
      "404 -",
      [],
    ],
  ];
  it.for(orders)(
    "after %o the client gets %s, and the others are reset",
    async ([steps, result, cancelled], { expect }) => {
      const { bench, upstream, stream } = hedged();
      for (const [attempt, outcome] of steps) {
        upstream.attempts[attempt]?.settle(outcome);
        await idle();
      }
      expect(summary(stream)).toBe(result);
      const given = [...upstream.attempts.keys()].filter((at) => upstream.attempts[at]?.cancelled !== undefined);
      expect(given).toEqual(cancelled);
      expect(bench.leftovers).toEqual([]);
    },
  );

  it("waits for the better answer of a retry when both are bad", async ({ expect }) => {
    const { bench, upstream, stream } = hedged();
    upstream.attempts[1]?.settle({ status: 503 });
    await idle();
    expect(stream.client.headers).toBeUndefined();
    bench.timers.advance(50);
    upstream.attempts[2]?.settle({ status: 200 });
    await idle();
    expect(summary(stream)).toBe("200 -");
    expect(upstream.attempts[0]?.cancelled).toBe("local reset");
    expect(bench.leftovers).toEqual([]);
  });

  it("passes the last bad answer on when no attempt is left", async ({ expect }) => {
    const { bench, upstream, stream } = hedged();
    upstream.attempts[0]?.settle({ status: 503 });
    upstream.attempts[1]?.settle({ status: 503 });
    await idle();
    bench.timers.advance(50);
    upstream.attempts[2]?.settle({ status: 502 });
    await idle();
    expect(summary(stream)).toBe("502 URX");
    expect(bench.leftovers).toEqual([]);
  });

  it("has the limit of the policy, and the time of the whole", async ({ expect }) => {
    const { bench, upstream, stream } = hedged();
    bench.timers.advance(900);
    await idle();
    expect(upstream.attempts.length).toBe(3);
    expect(summary(stream)).toBe("504 URX,UT");
    expect(upstream.attempts.every(({ cancelled }) => cancelled === "local reset")).toBe(true);
    expect(bench.stat("cluster.app.upstream_rq_timeout")).toBe(3);
    expect(bench.leftovers).toEqual([]);
  });

  it("leaves nothing when the client goes away", async ({ expect }) => {
    const { bench, upstream, stream } = hedged();
    stream.manager.reset("remote reset");
    await idle();
    expect(upstream.attempts.map(({ cancelled }) => cancelled)).toEqual(["local reset", "local reset"]);
    expect(bench.leftovers).toEqual([]);
  });

  it("does without where the host has no room for another exchange", ({ expect }) => {
    const scope = {
      hasRoom: false,
      beginExchange: () => undefined,
      endExchange: () => undefined,
      keepAlive: () => undefined,
    };
    const { upstream } = hedged({ scope });
    expect(upstream.attempts.length).toBe(1);
  });

  it("sends both attempts the whole body", async ({ expect }) => {
    const upstream = new ScriptedUpstream(() => "stalls");
    const bench = new RouterBench({ clusters: [APP], upstream });
    const { client } = bench.request(ROUTE, { ":method": "POST" }, new BytesBody(Uint8Array.of(1, 2, 3)));
    await idle();
    bench.timers.advance(TRY_MS);
    await idle();
    const received = { received: [1, 2, 3], bodyEnd: "complete" };
    expect(upstream.attempts).toMatchObject([received, received]);
    upstream.attempts[1]?.settle({ status: 200, body: new ScriptedBody("answer") });
    await idle();
    expect(client.body).toBe("answer");
    expect(bench.leftovers).toEqual([]);
  });
});
