import { loadConfig } from "../../shared/config/load.ts";
import { DiagnosticCollector } from "../../shared/diagnostics/collector.ts";
import { renderDiagnostic } from "../../shared/diagnostics/render.ts";
import { bufferFilter } from "../../shared/filters/http/buffer/buffer-filter.ts";
import { corsFilter } from "../../shared/filters/http/cors/cors-filter.ts";
import { createRouterFactory } from "../../shared/filters/http/router/router-factory.ts";
import type { HttpStream } from "../../shared/hcm/active-stream.ts";
import type { HostCapabilities } from "../../shared/host/capabilities.ts";
import type { UpstreamOutcome, UpstreamRequest, UpstreamTarget } from "../../shared/host/upstream-transport.ts";
import type { BodySource } from "../../shared/http/body-source.ts";
import { BytesBody } from "../../shared/http/bytes-body.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import type { ResetReason } from "../../shared/http/reset-reason.ts";
import type { DownstreamInfo, StreamInfo } from "../../shared/http/stream-info.ts";
import type { DownstreamStream } from "../../shared/http-filter/downstream-stream.ts";
import { HttpProxy } from "../../shared/proxy/http-proxy.ts";
import { createLocalStats } from "../../shared/stats/local-stats.ts";
import { FakeTimers, RecordingLogger, RecordingLogs, SeededRandom } from "./fakes.ts";

const CAPABILITIES: HostCapabilities = {
  target: "edge",
  rawConnect: false,
};

/** What one request led to. */
export interface Exchange {
  readonly info: StreamInfo;
  readonly stream: HttpStream;
  status: number | undefined;
  headers: HeaderMap | undefined;
  body: string;
  reset: ResetReason | undefined;
  /** What the upstream got, if anything was sent. */
  upstream: { readonly target: UpstreamTarget; readonly headers: HeaderMap } | undefined;
}

export type Respond = (target: UpstreamTarget, request: UpstreamRequest) => UpstreamOutcome | Promise<UpstreamOutcome>;

/** The whole core on fake ports: a YAML configuration in, requests through, everything synchronous unless the upstream waits. */
export class HttpProxyHarness {
  readonly timers: FakeTimers = new FakeTimers();
  readonly stats = createLocalStats();
  readonly logs: RecordingLogs = new RecordingLogs();
  readonly proxy: HttpProxy;
  /** How the upstream answers; by default with 200 and the name of its cluster. */
  respond: Respond = (target) => ok(target.clusterName);
  #current: Exchange | undefined;

  constructor(yaml: string, seed = 1) {
    const upstream = {
      exchange: (target: UpstreamTarget, request: UpstreamRequest) => {
        if (this.#current !== undefined) this.#current.upstream = { target, headers: request.headers };
        return this.respond(target, request);
      },
    };
    const { timers } = this;
    const random = new SeededRandom(seed);
    const logger = new RecordingLogger();
    const { logs } = this;
    const host = { capabilities: CAPABILITIES, clock: timers.clock, timers, random, logger, logs, upstream };
    this.proxy = new HttpProxy({
      host,
      stats: this.stats.store,
      filters: (clusters) => [
        bufferFilter,
        corsFilter,
        createRouterFactory({ clusters, transport: upstream, timers, stats: this.stats.store }),
      ],
    });
    const problems = this.update(yaml);
    if (problems.some((problem) => !problem.includes("warning: "))) throw new Error(problems.join("\n"));
  }

  /** Takes over another configuration; gives what speaks against it. */
  update(yaml: string): string[] {
    const loaded = loadConfig(yaml, { file: "test.yaml" });
    const diagnostics = new DiagnosticCollector(loaded.positions);
    if (loaded.diagnostics.length === 0) this.proxy.update(loaded.json, diagnostics);
    return [...loaded.diagnostics, ...diagnostics.diagnostics].map(renderDiagnostic);
  }

  /** Sends a request and gives what has become of it so far. The body of the answer is read at once. */
  ask(path: string, headers: Readonly<Record<string, string>> = {}, body?: BodySource): Exchange {
    const all = { ":method": "GET", ":path": path, ":authority": "test.example", ":scheme": "http", ...headers };
    const downstream: DownstreamInfo = {
      remoteAddress: "203.0.113.7:4000",
      directRemoteAddress: "203.0.113.7:4000",
      localAddress: "192.0.2.1:80",
      protocol: "HTTP/1.1",
      tls: all[":scheme"] === "https",
    };
    const partial: Partial<Exchange> = { body: "" };
    // Completed right below, before anyone else sees it.
    const exchange = partial as Exchange;
    this.#current = exchange;
    const stream = this.proxy.handle(
      { headers: HeaderMap.from(Object.entries(all)), body, downstream },
      client(exchange),
    );
    Object.assign(exchange, { stream, info: stream.info });
    if (exchange.status !== undefined) stream.complete();
    return exchange;
  }

  counter(name: string): number | undefined {
    for (const counter of this.stats.view().counters()) if (counter.name === name) return counter.value;
    return undefined;
  }
}

export function ok(text: string, headers: Readonly<Record<string, string>> = {}): UpstreamOutcome {
  const body = new BytesBody(new TextEncoder().encode(text));
  return { kind: "response", headers: HeaderMap.from(Object.entries({ ":status": "200", ...headers })), body };
}

function client(exchange: Exchange): DownstreamStream {
  return {
    encodeInformational: () => undefined,
    encodeHeaders(headers, body) {
      exchange.status = Number(headers.get(":status"));
      exchange.headers = headers;
      for (let read = body?.read(); read instanceof Uint8Array; read = body?.read()) {
        exchange.body += new TextDecoder().decode(read);
      }
    },
    encodeUpgrade(headers) {
      exchange.status = Number(headers.get(":status"));
      exchange.headers = headers;
    },
    reset(reason) {
      exchange.reset = reason;
    },
  };
}
