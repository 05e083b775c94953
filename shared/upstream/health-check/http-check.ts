import { HeaderMap } from "../../http/header-map.ts";

/** One request, and what its answer has to be. */
export interface HttpCheck {
  readonly kind: "http";
  readonly method: string;
  readonly path: string;
  /** Empty: the host's own name, or the cluster's. */
  readonly host: string;
  readonly protocol: "HTTP1" | "HTTP2" | "HTTP3";
  readonly body: Uint8Array | undefined;
  readonly changeHeaders: (headers: HeaderMap) => void;
  readonly expectedStatuses: readonly StatusRange[];
  /** Those that count towards the threshold, where others fail a host at once. */
  readonly retriableStatuses: readonly StatusRange[];
  /** Parts of the body, in this order. Empty: the body is not read. */
  readonly receive: readonly Uint8Array[];
  /** How much of the body is looked at; 0 is all. */
  readonly responseBufferBytes: number;
  /** Of `x-envoy-upstream-healthchecked-cluster`; absent: not looked at. */
  readonly matchesServiceName: ((name: string) => boolean) | undefined;
}

/** From `start` to before `end`. */
export interface StatusRange {
  readonly start: number;
  readonly end: number;
}

export function isInRanges(status: number, ranges: readonly StatusRange[]): boolean {
  return ranges.some(({ start, end }) => status >= start && status < end);
}

/** The request that a probe sends; `authority` is what the host is called where the check says nothing. */
export function createCheckRequest(check: HttpCheck, authority: string): HeaderMap {
  const headers = HeaderMap.from([
    [":method", check.method],
    [":authority", check.host || authority],
    [":path", check.path],
    ["user-agent", "Envoy/HC"],
  ]);
  check.changeHeaders(headers);
  if (check.body !== undefined) headers.set("content-length", String(check.body.length));
  return headers;
}
