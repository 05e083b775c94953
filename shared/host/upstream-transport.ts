import type { MaybePromise } from "../base/maybe-promise.ts";
import type { BodySource } from "../http/body-source.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { ResetReason } from "../http/reset-reason.ts";
import type { UpstreamHost } from "./upstream-host.ts";

/** Where to send a request. Balancing is over; the transport only connects there. */
export interface UpstreamTarget {
  readonly clusterName: string;
  readonly host: UpstreamHost;
  /** TCP and TLS together, in milliseconds (`Cluster.connect_timeout`). */
  readonly connectTimeoutMs: number;
  /** Whether the connection is encrypted. */
  readonly tls: boolean;
}

export interface UpstreamRequest {
  /** With `:method`, `:path`, `:authority` and `:scheme`; hop-by-hop headers already gone. */
  readonly headers: HeaderMap;
  /** Absent when the request has no body. */
  readonly body: BodySource | undefined;
  /** For a transport that unwraps the body: called when its last byte was passed on. Without unwrapping the source knows. */
  readonly onBodySent: () => void;
  /** `x-forwarded-host` is the route's word (`append_x_forwarded_host`) and no client's. Default false. */
  readonly forwardsHost?: boolean;
}

export type UpstreamOutcome =
  | { readonly kind: "response"; readonly headers: HeaderMap; readonly body: BodySource | undefined }
  /** The upstream agreed to switch protocols; the host ties both ends together by `connection`, which only it understands. */
  | { readonly kind: "upgraded"; readonly headers: HeaderMap; readonly connection: unknown }
  | UpstreamFailure;

export interface UpstreamFailure {
  readonly kind: "failure";
  readonly reason: ResetReason;
  /** The transport's own words, for the response code details. */
  readonly transportReason?: string;
  /** How much of the request went out; `nothing` makes a retry safe. */
  readonly sent: "nothing" | "partial" | "all";
  readonly reusedConnection: boolean;
  /** The transport itself gave up waiting for the answer: for the client the same as the route's timeout. */
  readonly timedOut?: boolean;
}

/** Lets the core give up an exchange: client gone, timeout. */
export interface Cancellation {
  readonly cancelled: ResetReason | undefined;
  /** Calls back once, at once if it happened already. */
  onCancel(callback: (reason: ResetReason) => void): void;
}

/** Sends one request to one host. Never throws and never rejects: failures are values, classified by the host in one place. */
export interface UpstreamTransport {
  exchange(target: UpstreamTarget, request: UpstreamRequest, cancellation: Cancellation): MaybePromise<UpstreamOutcome>;
}
