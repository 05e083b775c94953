import type { ResponseFlagSet } from "../../shared/http/response-flags.ts";
import type { NodeFailure } from "../host/node-failure.ts";
import type { CloseType, PumpSide } from "./pump.ts";
import type { TcpUpstream } from "./tcp-upstream.ts";

/** What happens in a session, in this order: connecting, then connected or failed, again per attempt, then exactly one end. */
export interface TcpSessionObserver<Upstream extends TcpUpstream> {
  onConnecting(host: Upstream): void;
  onConnectFail(host: Upstream, reason: NodeFailure): void;
  onConnected(host: Upstream, connectMs: number): void;
  /** Both sockets are closed, or were never opened; no timer is left. */
  onEnd(summary: TcpSessionSummary<Upstream>): void;
}

/** How a session ended, for access log and counters. */
export interface TcpSessionSummary<Upstream extends TcpUpstream> {
  /** Bytes from downstream and bytes from upstream (`%BYTES_RECEIVED%`, `%BYTES_SENT%`). */
  readonly bytesRx: number;
  readonly bytesTx: number;
  readonly durationMs: number;
  readonly responseFlags: ResponseFlagSet;
  /** Why this side ended it (`%DOWNSTREAM_LOCAL_CLOSE_REASON%`); empty when a peer did. */
  readonly detail: string;
  /** `%UPSTREAM_TRANSPORT_FAILURE_REASON%` of the last attempt; empty when there is none. */
  readonly transportReason: string;
  /** The host of the last attempt. */
  readonly upstream: Upstream | undefined;
  readonly connectAttempts: number;
  readonly closedBy: PumpSide | "local";
  readonly downstreamCloseType: CloseType;
  readonly upstreamCloseType: CloseType;
  /** How often downstream was not read because upstream did not keep up, and the other way round. */
  readonly downstreamPauses: number;
  readonly upstreamPauses: number;
}
