import { describe, it } from "vitest";
import { BytesBody } from "../../../../shared/http/bytes-body.ts";
import { retryRoute } from "../../../support/retry-route.ts";
import { RouterBench, type RunningStream } from "../../../support/router-stream.ts";
import { clusterConfig, endpointAt } from "../../../support/sample-cluster.ts";
import { idle, type Outcome, type Script, ScriptedUpstream } from "../../../support/scripted-upstream.ts";

const HOSTS = ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80", "10.0.0.4:80"];
const REQUESTS = 16;
const BODY = [1, 2, 3, 4];

const PREVIOUS_HOSTS = {
  name: "envoy.retry_host_predicates.previous_hosts",
  typedConfig: {
    "@type": "type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate",
  },
};
const ROUTE = retryRoute(
  {
    retryOn: "5xx,connect-failure,reset",
    numRetries: 3,
    perTryTimeout: "0.200s",
    retryHostPredicate: [PREVIOUS_HOSTS],
    hostSelectionRetryMaxAttempts: "10",
  },
  { timeoutMs: 2000 },
);
/** All may be on a retry at once; the default of three would refuse them. */
const LIMITS = { thresholds: [{ maxRetries: REQUESTS, trackRemaining: true }] };

const FAULTS: readonly (readonly [string, Outcome, number])[] = [
  ["killed", { fail: "remote connection failure", sent: "nothing" }, 0],
  ["stalled", "stalls", 9],
  ["unreachable", { fail: "connection timeout", sent: "nothing" }, 0],
  ["resetting in the request", { fail: "remote reset", sent: "partial" }, 1],
  ["closing before the answer", { fail: "connection termination", sent: "all" }, 9],
  ["answering 503", { status: 503 }, 9],
  ["answering 500 early", { status: 500 }, 0],
];
const MATRIX = FAULTS.flatMap(([name, outcome, reads]) => HOSTS.map((faulty) => ({ name, outcome, reads, faulty })));

function oneFaulty({ outcome, reads, faulty }: (typeof MATRIX)[number]): Script {
  return (_attempt, { host }) => (host.address === faulty ? [outcome, { reads }] : { status: 200 });
}

/** Requests side by side, and the time that they take. */
async function load(bench: RouterBench): Promise<readonly RunningStream[]> {
  const streams = Array.from({ length: REQUESTS }, () =>
    bench.request(ROUTE, { ":method": "POST" }, new BytesBody(Uint8Array.from(BODY))),
  );
  for (let time = 0; time < 20; time += 1) {
    await idle();
    bench.timers.advance(50);
  }
  await idle();
  return streams;
}

describe("UpstreamExchange with one of four hosts", () => {
  it.for(MATRIX)(
    "$name ($faulty): no client sees it, and every answer is to the whole body",
    async (fault, { expect }) => {
      const { faulty } = fault;
      const upstream = new ScriptedUpstream(oneFaulty(fault));
      const endpoints = HOSTS.map((host) => endpointAt(host));
      const bench = new RouterBench({
        clusters: [clusterConfig("app", endpoints, { circuitBreakers: LIMITS })],
        upstream,
      });
      const streams = await load(bench);
      expect(streams.map(({ client }) => client.headers?.get(":status"))).toEqual(streams.map(() => "200"));
      const failed = upstream.hosts.filter((host) => host === faulty).length;
      expect(failed).toBeGreaterThanOrEqual(REQUESTS / HOSTS.length);
      expect(upstream.attempts.length).toBe(REQUESTS + failed);
      const good = upstream.attempts.filter(({ target }) => target.host.address !== faulty);
      expect(good.map(({ received }) => received)).toEqual(good.map(() => BODY));
      expect(bench.stat("cluster.app.upstream_rq_retry")).toBe(failed);
      expect(bench.stat("cluster.app.upstream_rq_retry_success")).toBe(failed);
      expect(bench.stat("cluster.app.circuit_breakers.default.remaining_retries")).toBe(REQUESTS);
      expect(bench.leftovers).toEqual([]);
    },
  );
});
