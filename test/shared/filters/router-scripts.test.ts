import fc from "fast-check";
import { describe, it } from "vitest";
import { ScriptedBody } from "../../support/fake-transport.ts";
import { RouterBench, type RunningStream } from "../../support/router-stream.ts";
import { clusterConfig, endpointAt } from "../../support/sample-cluster.ts";
import { forwardRoute } from "../../support/sample-route.ts";

/** What happens to a stream after it began, in any order. */
type Step = "settle" | "client goes" | "time passes" | "request body read";

const headers = fc.record(
  {
    "x-fake-async": fc.constant("1"),
    "x-fake-body": fc.constantFrom("a", "hello"),
    "x-fake-break": fc.constantFrom("remote reset", "connection termination"),
    "x-fake-hang": fc.constant("1"),
    "x-fake-fail": fc.constantFrom("remote connection failure", "overflow", "protocol error"),
    "x-fake-sent": fc.constantFrom("nothing", "partial"),
    "x-fake-status": fc.constantFrom("200", "204", "500"),
    "x-fake-upgrade": fc.constant("1"),
    ":method": fc.constantFrom("GET", "HEAD"),
  },
  { requiredKeys: [] },
);
const steps = fc.array(fc.constantFrom<Step>("settle", "client goes", "time passes", "request body read"), {
  maxLength: 5,
});
const request = fc.record({ headers, steps, hasBody: fc.boolean(), timeoutMs: fc.constantFrom(0, 100) });

async function take(step: Step, bench: RouterBench, stream: RunningStream): Promise<void> {
  if (step === "settle") await bench.transport.settle();
  if (step === "client goes") stream.manager.reset("remote reset");
  if (step === "time passes") bench.timers.advance(100);
  if (step === "request body read") await bench.transport.requests.at(-1)?.body?.read();
  await bench.transport.idle();
}

function requestBody(hasBody: boolean): ScriptedBody | undefined {
  return hasBody ? new ScriptedBody("request") : undefined;
}

describe("RouterFilter", () => {
  it("leaves nothing active, armed or called too late, whatever happens when", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(request, async (script) => {
        const bench = new RouterBench({ clusters: [clusterConfig("app", [endpointAt("10.0.0.1:80")])] });
        const route = forwardRoute("app", { timeoutMs: script.timeoutMs });
        const stream = bench.request(route, script.headers, requestBody(script.hasBody));
        for (const step of script.steps) await take(step, bench, stream);
        stream.manager.reset("remote reset");
        await bench.transport.settle();
        const host = bench.cluster("app")?.hosts[0];
        expect(host?.counters.rqActive).toBe(0);
        expect(bench.stat("cluster.app.upstream_rq_active")).toBe(0);
        expect(bench.timers.pending).toBe(0);
        expect(bench.stat("late_callback")).toBe(0);
        expect(bench.stat("filter_exception")).toBe(0);
      }),
      { seed: 20261123, numRuns: 1000 },
    );
  });

  it("never lets an answer that broke off end well", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(request, async (script) => {
        const bench = new RouterBench({ clusters: [clusterConfig("app", [endpointAt("10.0.0.1:80")])] });
        const { "x-fake-fail": _fail, "x-fake-upgrade": _upgrade, ":method": _method, ...rest } = script.headers;
        const broken = { ...rest, "x-fake-status": "200", "x-fake-break": "remote reset" };
        const stream = bench.request(forwardRoute("app"), broken);
        for (const step of script.steps) await take(step, bench, stream);
        await bench.transport.settle();
        expect(stream.client.complete).toBe(false);
      }),
      { seed: 20261123, numRuns: 300 },
    );
  });
});
