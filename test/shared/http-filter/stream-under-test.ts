import type { BodySource } from "../../../shared/http/body-source.ts";
import type { HeaderMap } from "../../../shared/http/header-map.ts";
import { StreamInfo } from "../../../shared/http/stream-info.ts";
import type { NewHttpFilter } from "../../../shared/http-filter/filter-factory.ts";
import { FilterManager } from "../../../shared/http-filter/filter-manager.ts";
import type { TerminalFilterCallbacks, TerminalHttpFilter } from "../../../shared/http-filter/http-filter.ts";
import type { Route } from "../../../shared/router/route.ts";
import type { FakeTimers } from "../../support/fakes.ts";
import { fakePorts } from "../../support/filter-streams.ts";

export interface StreamUnderTestOptions {
  readonly filters: readonly NewHttpFilter[];
  /** What the terminal filter does; nothing unless said. */
  readonly onRun?: (callbacks: TerminalFilterCallbacks, body: BodySource | undefined, headers: HeaderMap) => unknown;
  readonly terminal?: Omit<TerminalHttpFilter, "run">;
  /** What the client does when the response headers come. */
  readonly onResponse?: (body: BodySource | undefined) => unknown;
  readonly route?: () => Route | undefined;
  readonly bufferLimit?: number;
}

/** A stream with both ends in the test's hands, step by step. */
export interface StreamUnderTest {
  readonly manager: FilterManager;
  readonly timers: FakeTimers;
  readonly streamInfo: StreamInfo;
  readonly terminalRan: boolean;
  /** What the client saw: `headers 200 end`, `headers 200`, `informational 103`, `upgrade 101`, `reset local reset`. */
  readonly sent: readonly string[];
  readonly responseHeaders: HeaderMap | undefined;
  readonly responseBody: BodySource | undefined;
  readonly lateCallbacks: number;
  readonly filterExceptions: number;
}

export function startStream(options: StreamUnderTestOptions): StreamUnderTest {
  const ports = fakePorts();
  const { filters, onRun, terminal, onResponse, route = () => undefined, bufferLimit = 1024 } = options;
  const counters = { lateCallback: counter(), filterException: counter() };
  const streamInfo = new StreamInfo({ startWallMs: 0, startMonotonicMs: 0, downstream: DOWNSTREAM });
  const sent: string[] = [];
  const state: { ran: boolean; headers?: HeaderMap; body?: BodySource | undefined } = { ran: false };
  const manager = new FilterManager({
    ...ports,
    streamInfo,
    counters,
    bufferLimits: { request: bufferLimit, response: bufferLimit },
    routes: { route, clear: () => undefined },
    chain: {
      filters: filters.map((create, index) => ({ name: `f${index}`, terminal: false, create })),
      terminal: {
        name: "terminal",
        terminal: true,
        create: (callbacks) => ({
          ...terminal,
          run: (headers, body) => {
            state.ran = true;
            onRun?.(callbacks, body, headers);
          },
        }),
      },
    },
    downstream: {
      encodeInformational: (headers) => sent.push(`informational ${headers.get(":status")}`),
      encodeUpgrade: (headers) => sent.push(`upgrade ${headers.get(":status")}`),
      reset: (reason) => sent.push(`reset ${reason}`),
      encodeHeaders: (headers, body) => {
        state.headers = headers;
        state.body = body;
        sent.push(`headers ${headers.get(":status")}${body === undefined ? " end" : ""}`);
        onResponse?.(body);
      },
    },
  });
  return {
    manager,
    timers: ports.timers,
    streamInfo,
    sent,
    get terminalRan() {
      return state.ran;
    },
    get responseHeaders() {
      return state.headers;
    },
    get responseBody() {
      return state.body;
    },
    get lateCallbacks() {
      return counters.lateCallback.value;
    },
    get filterExceptions() {
      return counters.filterException.value;
    },
  };
}

const DOWNSTREAM = {
  remoteAddress: "192.0.2.1:4711",
  directRemoteAddress: "192.0.2.1:4711",
  localAddress: "192.0.2.2:443",
  protocol: "HTTP/1.1",
  tls: true,
} as const;

function counter(): { value: number; inc(): void; add(amount: number): void } {
  return {
    value: 0,
    inc() {
      this.value += 1;
    },
    add(amount) {
      this.value += amount;
    },
  };
}
