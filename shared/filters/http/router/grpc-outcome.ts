import { isPromise, type MaybePromise } from "../../../base/maybe-promise.ts";
import { type BodyRead, type BodySource, END } from "../../../http/body-source.ts";
import type { HeaderMap } from "../../../http/header-map.ts";
import { PeekedBody } from "./peeked-body.ts";

/** How a gRPC answer begins: with data, or with trailers that tell its outcome. */
export interface GrpcOutcome {
  /** The whole body still. */
  readonly body: BodySource;
  /** The head; with `grpc-status` where trailers that came before any data tell it. */
  readonly outcome: HeaderMap;
}

/**
 * Looks whether an answer has no data but trailers: gRPC tells the outcome there, and a client that has seen nothing of the
 * answer can still be given another one. Envoy looks at heads only. Any other answer is given back untouched.
 */
export function peekGrpcOutcome(headers: HeaderMap, body: BodySource): MaybePromise<GrpcOutcome> {
  const isGrpc = headers.get("content-type")?.startsWith("application/grpc") ?? false;
  if (!isGrpc || headers.has("grpc-status")) return { body, outcome: headers };
  const first = body.read();
  return isPromise(first) ? first.then((read) => outcomeOf(headers, body, read)) : outcomeOf(headers, body, first);
}

function outcomeOf(headers: HeaderMap, body: BodySource, first: BodyRead): GrpcOutcome {
  const status = first === END ? body.trailers()?.get("grpc-status") : undefined;
  if (status === undefined) return { body: new PeekedBody(body, first), outcome: headers };
  const outcome = headers.clone();
  outcome.set("grpc-status", status);
  return { body: new PeekedBody(body, first), outcome };
}
