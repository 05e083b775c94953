import fc from "fast-check";
import { describe, it } from "vitest";
import { ConfigPath } from "../../../../shared/diagnostics/config-path.ts";
import { DiagnosticCollector } from "../../../../shared/diagnostics/collector.ts";
import { compileMirrors } from "../../../../shared/router/policies/mirror-policy.ts";
import type { ForwardRoute } from "../../../../shared/router/route.ts";
import { ScriptedBody } from "../../../support/fake-transport.ts";
import { retryPolicy, routeWith } from "../../../support/retry-route.ts";
import { RouterBench, type RunningStream } from "../../../support/router-stream.ts";
import { clusterConfig, endpointAt } from "../../../support/sample-cluster.ts";
import { idle, type Outcome, ScriptedUpstream } from "../../../support/scripted-upstream.ts";

const MAX_RETRIES = 2;
const LIMITS = { thresholds: [{ maxRetries: MAX_RETRIES, maxRequests: 3, trackRemaining: true }] };
const APP = clusterConfig("app", [endpointAt("10.0.0.1:80"), endpointAt("10.0.0.2:80")], { circuitBreakers: LIMITS });
const COPY = clusterConfig("copy", [endpointAt("10.0.1.1:80")], { circuitBreakers: LIMITS });

const body = fc.record({ text: fc.constantFrom("", "hello"), hangs: fc.boolean() });
/** A body is made anew for every attempt. */
const outcome = fc.oneof(
  fc.record({ status: fc.constantFrom(200, 204, 409, 500, 503), body: fc.option(body, { nil: undefined }) }),
  fc.record({
    fail: fc.constantFrom("remote reset", "remote connection failure", "overflow", "connection termination"),
    sent: fc.constantFrom("nothing", "partial", "all"),
  }),
  fc.constant("stalls"),
);
const bodyKind = fc.constantFrom<"none" | "whole" | "hangs">("none", "whole", "hangs");
const scenario = fc.record({
  outcomes: fc.array(fc.record({ outcome, reads: fc.constantFrom(0, 1, 9) }), { maxLength: 6 }),
  copy: outcome,
  route: fc.record({
    timeoutMs: fc.constantFrom<number>(0, 60, 200),
    retryOn: fc.constantFrom("5xx", "reset,retriable-4xx", "connect-failure"),
    limits: fc.constantFrom({}, { perTryTimeout: "0.030s" }, { perTryIdleTimeout: "0.040s" }),
    hedges: fc.boolean(),
    mirrors: fc.boolean(),
    bodyBufferLimit: fc.constantFrom(3, 1000),
  }),
  requestBody: bodyKind,
  steps: fc.array(fc.oneof(fc.constant("answer" as const), fc.integer({ min: 1, max: 80 })), { maxLength: 8 }),
});
type Scenario = ValueOf<typeof scenario>;
type Drawn = ValueOf<typeof outcome>;
type ValueOf<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Value> ? Value : never;

function outcomeOf(drawn: Drawn): Outcome {
  if (typeof drawn === "string" || !("status" in drawn)) return drawn;
  const { status, body: answer } = drawn;
  return answer === undefined
    ? { status }
    : { status, body: new ScriptedBody(answer.text, answer.hangs ? "hang" : undefined) };
}

function routeOf({ timeoutMs, retryOn, limits, hedges, mirrors, bodyBufferLimit }: Scenario["route"]): ForwardRoute {
  const context = { diagnostics: new DiagnosticCollector(), clusters: new Set(["copy"]) };
  // Without a limit in time a copy may hang for ever; the host then ends it.
  const configs = mirrors && timeoutMs > 0 ? [{ cluster: "copy" }] : [];
  const policies = {
    retry: retryPolicy({ retryOn, numRetries: 3, ...limits }),
    hedgeOnPerTryTimeout: hedges,
    mirrors: compileMirrors(configs, ConfigPath.root, context),
    bodyBufferLimit,
  };
  return routeWith(policies, { timeoutMs });
}

function bodyOf(kind: Scenario["requestBody"]): ScriptedBody | undefined {
  if (kind === "none") return undefined;
  return new ScriptedBody("request", kind === "hangs" ? "hang" : undefined);
}

interface Running {
  readonly bench: RouterBench;
  readonly upstream: ScriptedUpstream;
  readonly stream: RunningStream;
}

async function play({ outcomes, copy, route, requestBody, steps }: Scenario): Promise<Running> {
  let attempts = 0;
  const upstream = new ScriptedUpstream((_at, { clusterName }) => {
    if (clusterName === "copy") return outcomeOf(copy);
    const drawn = outcomes[attempts++];
    return drawn === undefined ? "stalls" : [outcomeOf(drawn.outcome), { reads: drawn.reads }];
  });
  const bench = new RouterBench({ clusters: [APP, COPY], upstream });
  const stream = bench.request(routeOf(route), { ":method": "POST" }, bodyOf(requestBody));
  for (const step of steps) {
    await idle();
    if (step === "answer") upstream.attempts.find(({ isOpen }) => isOpen)?.settle({ status: 200 });
    else bench.timers.advance(step);
  }
  await idle();
  return { bench, upstream, stream };
}

/** The client goes, and whatever mirrors wait for comes. */
async function end({ bench, upstream, stream }: Running): Promise<void> {
  stream.manager.reset("remote reset");
  await idle();
  for (const attempt of upstream.attempts) if (attempt.isOpen) attempt.settle({ status: 204 });
  await idle();
  bench.timers.advance(0);
}

describe("UpstreamExchange", () => {
  it("leaves no timer, no place in a breaker and no attempt, whenever the client goes away", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(scenario, async (drawn) => {
        const running = await play(drawn);
        const { bench, stream } = running;
        await end(running);
        // A copy goes on without the client, until its own time is over.
        bench.timers.advance(200);
        expect(bench.leftovers).toEqual([]);
        expect(bench.stat("cluster.app.circuit_breakers.default.remaining_retries")).toBe(MAX_RETRIES);
        expect(bench.stat("cluster.app.circuit_breakers.default.remaining_rq")).toBe(3);
        expect(bench.cluster("app")?.hosts.map(({ counters }) => counters.rqActive)).toEqual([0, 0]);
        expect(stream.info.attemptCount).toBeLessThanOrEqual(4);
      }),
      { seed: 20261123, numRuns: 1500 },
    );
  });

  it("answers once, and with a limit in time always", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(scenario, async (drawn) => {
        const limited = { ...drawn, route: { ...drawn.route, timeoutMs: 60 }, requestBody: "none" as const };
        const { bench, stream } = await play(limited);
        bench.timers.advance(60);
        await idle();
        expect([stream.client.complete, stream.client.reset !== undefined]).toContain(true);
        expect(bench.stat("late_callback")).toBe(0);
      }),
      { seed: 20261123, numRuns: 1500 },
    );
  });
});
