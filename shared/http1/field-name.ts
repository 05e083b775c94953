import { TOKEN } from "./byte-class.ts";
import { latin1Text } from "./latin1.ts";

/** The lower-case name of a field. Names that are seen often are found, not built; the bytes are tokens. */
export function fieldName(bytes: Uint8Array, start: number, end: number): string {
  const bucket = BUCKETS[bucketOf(end - start, TOKEN[bytes[start] ?? 0] ?? 0, TOKEN[bytes[end - 1] ?? 0] ?? 0)];
  if (bucket !== undefined) {
    for (const name of bucket) if (isSpelled(name, bytes, start, end)) return name;
  }
  return latin1Text(bytes, start, end, true).toLowerCase();
}

function isSpelled(name: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let at = 0; at < name.length; at++) {
    if (TOKEN[bytes[start + at] ?? 0] !== name.charCodeAt(at)) return false;
  }
  return true;
}

const BUCKET_COUNT = 512;

function bucketOf(length: number, first: number, last: number): number {
  return (length * 31 + first * 7 + last) % BUCKET_COUNT;
}

const KNOWN_NAMES = `
  accept accept-charset accept-encoding accept-language accept-ranges age allow alt-svc
  access-control-allow-credentials access-control-allow-headers access-control-allow-methods
  access-control-allow-origin access-control-expose-headers access-control-max-age access-control-request-headers
  access-control-request-method authorization baggage cache-control cdn-loop cf-connecting-ip cf-ray connection
  content-disposition content-encoding content-language content-length content-location content-range
  content-security-policy content-type cookie date dnt etag expect expires forwarded from grpc-accept-encoding
  grpc-encoding grpc-message grpc-status grpc-timeout host if-match if-modified-since if-none-match if-range
  if-unmodified-since keep-alive last-modified link location origin pragma priority proxy-authenticate
  proxy-authorization proxy-connection range referer referrer-policy retry-after sec-ch-ua sec-ch-ua-mobile
  sec-ch-ua-platform sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user sec-websocket-accept
  sec-websocket-extensions sec-websocket-key sec-websocket-protocol sec-websocket-version server server-timing
  set-cookie strict-transport-security te traceparent tracestate trailer transfer-encoding upgrade
  upgrade-insecure-requests user-agent vary via www-authenticate x-b3-parentspanid x-b3-sampled x-b3-spanid
  x-b3-traceid x-content-type-options x-envoy-attempt-count x-envoy-decorator-operation x-envoy-expected-rq-timeout-ms
  x-envoy-external-address x-envoy-internal x-envoy-original-path x-envoy-upstream-service-time
  x-forwarded-client-cert x-forwarded-for x-forwarded-host x-forwarded-port x-forwarded-proto x-frame-options
  x-powered-by x-real-ip x-request-id x-requested-with x-xss-protection
`;

const BUCKETS: readonly (readonly string[] | undefined)[] = bucketed(KNOWN_NAMES.trim().split(/\s+/));

function bucketed(names: readonly string[]): (string[] | undefined)[] {
  const buckets: (string[] | undefined)[] = Array.from({ length: BUCKET_COUNT }, () => undefined);
  for (const name of names) {
    const bucket = bucketOf(name.length, name.charCodeAt(0), name.charCodeAt(name.length - 1));
    (buckets[bucket] ??= []).push(name);
  }
  return buckets;
}
