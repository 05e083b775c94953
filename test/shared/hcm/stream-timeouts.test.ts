import { describe, it } from "vitest";
import type { MaybePromise } from "../../../shared/base/maybe-promise.ts";
import { type BodyRead, type BodySource, END } from "../../../shared/http/body-source.ts";
import { type Exchange, HttpProxyHarness } from "../../support/http-proxy-harness.ts";
import { type ManagerConfig, managerConfig } from "../../support/manager-config.ts";

const NO_ROUTE_TIMEOUT = "{ match: { prefix: / }, route: { cluster: app, timeout: 0s } }";

/** An upload that sends what it is told to. */
class Upload implements BodySource {
  #waiting: ((read: BodyRead) => void) | undefined;

  read(): Promise<BodyRead> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  async send(read: BodyRead): Promise<void> {
    this.#waiting?.(read);
    await Promise.resolve();
    await Promise.resolve();
  }

  trailers(): undefined {
    return undefined;
  }

  cancel(): void {
    this.#waiting = undefined;
  }

  unwrap(): undefined {
    return undefined;
  }
}

function stalled(config: ManagerConfig): HttpProxyHarness {
  const harness = new HttpProxyHarness(managerConfig({ routes: [NO_ROUTE_TIMEOUT], ...config }));
  harness.respond = () => Promise.withResolvers<never>().promise;
  return harness;
}

function ended({ status, body, info }: Exchange): readonly unknown[] {
  return [status, body, info.responseCodeDetails];
}

/** Reads an upload to its end, as a transport does. */
async function drain(read: MaybePromise<BodyRead> | undefined, body: BodySource): Promise<void> {
  for (let chunk = await read; chunk instanceof Uint8Array; chunk = await body.read());
}

/** With an upload that the upstream reads as it comes. */
function uploading(config: ManagerConfig): { harness: HttpProxyHarness; upload: Upload; exchange: Exchange } {
  const harness = new HttpProxyHarness(managerConfig({ routes: [NO_ROUTE_TIMEOUT], ...config }));
  harness.respond = (_target, { body }) => {
    if (body !== undefined) void drain(body.read(), body);
    return Promise.withResolvers<never>().promise;
  };
  const upload = new Upload();
  const exchange = harness.ask("/", { ":method": "POST" }, upload);
  return { harness, upload, exchange };
}

describe("stream timeouts", () => {
  it("end a stream without activity after five minutes with 504, unless the manager says otherwise", ({ expect }) => {
    const harness = stalled({});
    const exchange = harness.ask("/");
    harness.timers.advance(299_999);
    expect(exchange.status).toBeUndefined();
    harness.timers.advance(1);
    expect(ended(exchange)).toEqual([504, "stream timeout", "stream_idle_timeout"]);
    expect(exchange.info.hasFlag("StreamIdleTimeout")).toBe(true);
    expect(harness.counter("http.ingress.downstream_rq_idle_timeout")).toBe(1);
  });

  it("answer with 408 while the request is not complete", async ({ expect }) => {
    const { harness, upload, exchange } = uploading({ manager: ["stream_idle_timeout: 1s"] });
    harness.timers.advance(900);
    await upload.send(new Uint8Array(1));
    harness.timers.advance(900);
    expect(exchange.status).toBeUndefined();
    harness.timers.advance(100);
    expect(ended(exchange)).toEqual([408, "stream timeout", "stream_idle_timeout"]);
  });

  it("are all that answers where there are no filters", ({ expect }) => {
    const harness = new HttpProxyHarness(managerConfig({}));
    const [warning, ...others] = harness.update(managerConfig({ filters: "none" }));
    expect([warning?.includes("no filter answers"), others]).toEqual([true, []]);
    const exchange = harness.ask("/");
    harness.timers.advance(300_000);
    expect(ended(exchange)).toEqual([504, "stream timeout", "stream_idle_timeout"]);
  });

  it("are off at 0s, and then arm no timer", ({ expect }) => {
    const harness = stalled({ manager: ["stream_idle_timeout: 0s"] });
    harness.ask("/");
    expect(harness.timers.pending).toBe(0);
  });

  it("arm no timer for an answer that is there at once", ({ expect }) => {
    const routes = ["{ match: { prefix: / }, direct_response: { status: 200, body: { inline_string: here } } }"];
    const harness = new HttpProxyHarness(managerConfig({ routes }));
    let armed = 0;
    const after = harness.timers.after.bind(harness.timers);
    harness.timers.after = (delayMs, slackMs, fire) => {
      armed += 1;
      return after(delayMs, slackMs, fire);
    };
    expect([harness.ask("/").body, armed]).toEqual(["here", 0]);
  });

  it("leave no timer behind", ({ expect }) => {
    const harness = new HttpProxyHarness(managerConfig({ manager: ["request_timeout: 1s"] }));
    expect(harness.ask("/").status).toBe(200);
    expect(harness.timers.pending).toBe(0);
  });

  it.for([
    ["idle_timeout: 2s", 2000],
    ["idle_timeout: 600s", 600_000],
  ] as const)("of a route (%s) count before those of the manager", ([field, afterMs], { expect }) => {
    const harness = stalled({ routes: [`{ match: { prefix: / }, route: { cluster: app, timeout: 0s, ${field} } }`] });
    const exchange = harness.ask("/");
    harness.timers.advance(afterMs - 1);
    expect(exchange.status).toBeUndefined();
    harness.timers.advance(1);
    expect(exchange.status).toBe(504);
  });

  it("of a route with 0s never call it idle", ({ expect }) => {
    const harness = stalled({
      routes: ["{ match: { prefix: / }, route: { cluster: app, timeout: 0s, idle_timeout: 0s } }"],
    });
    const exchange = harness.ask("/");
    harness.timers.advance(1_000_000);
    expect(exchange.status).toBeUndefined();
  });

  it("end a request that takes too long to arrive, whatever arrives meanwhile", async ({ expect }) => {
    const { harness, upload, exchange } = uploading({ manager: ["request_timeout: 1s"] });
    harness.timers.advance(999);
    await upload.send(new Uint8Array(1));
    harness.timers.advance(1);
    expect(ended(exchange)).toEqual([408, "request timeout", "request_overall_timeout"]);
    expect(harness.counter("http.ingress.downstream_rq_timeout")).toBe(1);
  });

  it("do not count a request as late that has arrived", async ({ expect }) => {
    const { harness, upload, exchange } = uploading({ manager: ["request_timeout: 1s"] });
    await upload.send(END);
    harness.timers.advance(60_000);
    expect(exchange.status).toBeUndefined();
  });

  it("end a stream that takes too long", ({ expect }) => {
    const harness = stalled({ manager: ["common_http_protocol_options: { max_stream_duration: 3s }"] });
    const exchange = harness.ask("/");
    harness.timers.advance(3000);
    expect(ended(exchange)).toEqual([504, "downstream duration timeout", "max_duration_timeout"]);
    expect(harness.counter("http.ingress.downstream_rq_max_duration_reached")).toBe(1);
  });

  it("tell a gRPC client that its deadline was exceeded", ({ expect }) => {
    const harness = stalled({ manager: ["common_http_protocol_options: { max_stream_duration: 3s }"] });
    const exchange = harness.ask("/", { "content-type": "application/grpc" });
    harness.timers.advance(3000);
    expect([exchange.status, exchange.headers?.get("grpc-status")]).toEqual([200, "4"]);
  });
});

describe("max_stream_duration of a route", () => {
  const bounded = (duration: string): ManagerConfig => ({
    manager: ["common_http_protocol_options: { max_stream_duration: 10s }"],
    routes: [`{ match: { prefix: / }, route: { cluster: app, timeout: 0s, max_stream_duration: ${duration} } }`],
  });
  const grpc = (timeout: string): Record<string, string> => ({
    "content-type": "application/grpc",
    "grpc-timeout": timeout,
  });

  it.for([
    ["{ max_stream_duration: 2s }", "9S", 2000, "2000m"],
    ["{ }", "9S", 10_000, "10000m"],
    ["{ grpc_timeout_header_max: 5s }", "9S", 5000, "5000m"],
    ["{ grpc_timeout_header_max: 5s }", "3S", 3000, "3000m"],
    ["{ grpc_timeout_header_max: 0s }", "9S", 9000, "9000m"],
    ["{ grpc_timeout_header_max: 0s, grpc_timeout_header_offset: 1s }", "9S", 8000, "8000m"],
    ["{ max_stream_duration: 2s, grpc_timeout_header_max: 0s }", "junk", 2000, "2000m"],
  ] as const)("%s gives a gRPC request with timeout %s %i ms", ([duration, asked, afterMs, sent], { expect }) => {
    const harness = stalled(bounded(duration));
    const exchange = harness.ask("/", grpc(asked));
    expect(exchange.upstream?.headers.get("grpc-timeout")).toBe(sent);
    harness.timers.advance(afterMs - 1);
    expect(exchange.status).toBeUndefined();
    harness.timers.advance(1);
    expect(exchange.headers?.get("grpc-status")).toBe("4");
  });

  it("of 0s lets a stream take any time, and takes grpc-timeout away", ({ expect }) => {
    const harness = stalled(bounded("{ max_stream_duration: 0s }"));
    const exchange = harness.ask("/", grpc("9S"));
    harness.timers.advance(200_000);
    expect([exchange.status, exchange.upstream?.headers.has("grpc-timeout")]).toEqual([undefined, false]);
  });
});
