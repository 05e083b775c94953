import { afterAll, beforeAll, describe, it } from "vitest";
import { httpFilter, loopback } from "../support/edge-fixture.ts";
import { type Fault, FaultyBackend } from "../support/faulty-backend.ts";
import { NuncioProcess } from "../support/nuncio-process.ts";
import { writeConfig } from "../support/sample-config.ts";

const MANAGER = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
const PREDICATES = "type.googleapis.com/envoy.extensions.retry.host";
const SECRET = "faults";
const REQUESTS = 80;
const AT_ONCE = 8;

function bootstrap(ports: readonly number[]): object {
  const retryPolicy = {
    retry_on: "5xx,connect-failure,reset",
    num_retries: 3,
    per_try_timeout: "1s",
    retry_host_predicate: [
      {
        name: "previous",
        typed_config: { "@type": `${PREDICATES}.previous_hosts.v3.PreviousHostsPredicate` },
      },
    ],
    host_selection_retry_max_attempts: 5,
  };
  const manager = {
    "@type": MANAGER,
    stat_prefix: "faults",
    use_remote_address: true,
    route_config: {
      virtual_hosts: [
        {
          name: "all",
          domains: ["*"],
          include_attempt_count_in_response: true,
          routes: [{ match: { prefix: "/" }, route: { cluster: "app", retry_policy: retryPolicy } }],
        },
      ],
    },
    http_filters: [httpFilter("router", "router.v3.Router")],
  };
  const endpoints = ports.map((port) => ({ endpoint: { address: loopback(port) } }));
  const app = {
    name: "app",
    // All eight clients may be on their third retry at once; the default of three would refuse them.
    circuit_breakers: { thresholds: [{ max_retries: 32 }] },
    outlier_detection: { consecutive_5xx: 5, base_ejection_time: "0.2s", interval: "0.1s", max_ejection_percent: 50 },
    load_assignment: { cluster_name: "app", endpoints: [{ lb_endpoints: endpoints }] },
  };
  const chains = [{ filters: [{ name: "http", typed_config: manager }] }];
  return {
    static_resources: {
      listeners: [{ name: "http", address: loopback(80), filter_chains: chains }],
      clusters: [app],
    },
  };
}

describe("a cluster of four at the edge, with retries and outlier detection", () => {
  let backends: FaultyBackend[] = [];
  let nuncio: NuncioProcess | undefined;

  beforeAll(async () => {
    backends = await Promise.all(["one", "two", "three", "four"].map((name) => FaultyBackend.start(name)));
    const config = await writeConfig("faults.json", JSON.stringify(bootstrap(backends.map(({ port }) => port))));
    const args = ["edge", "-c", config, "--port", "0", "--var", `NUNCIO_ADMIN_SECRET=${SECRET}`];
    nuncio = await NuncioProcess.start(args);
  });

  afterAll(async () => {
    await nuncio?.stop();
    await Promise.all(backends.map((backend) => backend.stop()));
  });

  async function ask(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`http://127.0.0.1:${nuncio?.port}${path}`, init);
  }

  /** Sends requests, some at a time, and gives every status that came back. */
  async function load(): Promise<readonly number[]> {
    const statuses: number[] = [];
    const client = async (): Promise<void> => {
      while (statuses.length < REQUESTS) {
        const response = await ask("/work", { method: "POST", body: "a body that is sent again with a retry" });
        await response.text();
        statuses.push(response.status);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, client));
    return statuses;
  }

  async function counter(name: string): Promise<number> {
    const response = await ask(`/.nuncio/admin/stats?filter=^${name}$`, {
      headers: { authorization: `Bearer ${SECRET}` },
    });
    return Number((await response.text()).split(": ")[1]);
  }

  const faults: readonly Fault[] = ["killed", "reset", "503", "stalled"];
  it.for(faults)("hides each of them in turn being %s", { timeout: 60_000 }, async (fault, { expect }) => {
    const retriesBefore = await counter("cluster.app.upstream_rq_retry");
    for (const backend of backends) {
      await backend.become(fault);
      const statuses = await load();
      await backend.become("none");
      expect(statuses.filter((status) => status !== 200)).toEqual([]);
    }
    expect(await counter("cluster.app.upstream_rq_retry")).toBeGreaterThan(retriesBefore);
    expect(await counter("cluster.app.upstream_rq_retry_success")).toBeGreaterThan(0);
    expect(await counter("cluster.app.upstream_rq_retry_limit_exceeded")).toBe(0);
  });

  it("counts the attempts in the answer, and ejected what failed five times in a row", async ({ expect }) => {
    const response = await ask("/");
    expect([response.status, response.headers.get("x-envoy-attempt-count")]).toEqual([200, "1"]);
    expect(await counter("cluster.app.outlier_detection.ejections_enforced_consecutive_5xx")).toBeGreaterThan(0);
  });

  it("passes the failure on when every one of them fails, with the retries counted", async ({ expect }) => {
    await Promise.all(backends.map((backend) => backend.become("503")));
    const response = await ask("/");
    expect([response.status, await response.text()]).toEqual([503, "failing"]);
    expect(response.headers.get("x-envoy-attempt-count")).toBe("4");
    expect(await counter("cluster.app.upstream_rq_retry_limit_exceeded")).toBe(1);
    await Promise.all(backends.map((backend) => backend.become("none")));
  });
});
