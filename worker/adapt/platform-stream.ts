import type { HttpStream } from "../../shared/hcm/active-stream.ts";
import type { BodySource } from "../../shared/http/body-source.ts";
import type { HeaderMap } from "../../shared/http/header-map.ts";
import type { ResetReason } from "../../shared/http/reset-reason.ts";
import type { DownstreamStream } from "../../shared/http-filter/downstream-stream.ts";
import { type OnBodyEnd, platformBody } from "./body-stream.ts";
import { hasBody, platformResponse, resetResponse, upgradeResponse } from "./response-to-platform.ts";

/** The ways in which a stream can be over, to be told to the core. */
export type StreamEnd = Pick<HttpStream, "complete" | "disconnect" | "reset">;

/**
 * The client's side of one request at the edge: the answer as the platform's `Response`. A body that the platform moves by
 * itself counts as sent when it is handed over, since nobody hears of its end.
 */
export class PlatformStream implements DownstreamStream {
  readonly response: Promise<Response>;
  readonly #method: string;
  readonly #respond: (response: Response) => void;
  #stream: StreamEnd | undefined;
  /** The end came before the core gave the stream to tell of it. */
  #pending: ((stream: StreamEnd) => void) | undefined;

  constructor(method: string) {
    const { promise, resolve } = Promise.withResolvers<Response>();
    this.response = promise;
    this.#respond = resolve;
    this.#method = method;
  }

  /** Gives the stream that is to hear of the end; called once, right after the core took the request. */
  attach(stream: StreamEnd): void {
    this.#stream = stream;
    this.#pending?.(stream);
  }

  /** The platform has no way to send 1xx. */
  encodeInformational(): void {}

  encodeHeaders(headers: HeaderMap, body: BodySource | undefined): void {
    if (body === undefined || !hasBody(headers, this.#method)) {
      body?.cancel("local reset");
      this.#respond(platformResponse(headers, null));
      this.#end((stream) => stream.complete());
      return;
    }
    const { stream, handedOver } = platformBody(body, headers.get("content-length"), (end) =>
      this.#end((ended) => tellEnd(ended, end)),
    );
    this.#respond(platformResponse(headers, stream));
    if (handedOver) this.#end((ended) => ended.complete());
  }

  encodeUpgrade(headers: HeaderMap, connection: unknown): void {
    // The only transport of this host that agrees to an upgrade gives a WebSocket.
    this.#respond(upgradeResponse(headers, connection as WebSocket));
    this.#end((stream) => stream.complete());
  }

  reset(reason: ResetReason): void {
    this.#respond(resetResponse(reason));
    this.#end((stream) => stream.reset(reason));
  }

  #end(tell: (stream: StreamEnd) => void): void {
    if (this.#stream === undefined) this.#pending ??= tell;
    else tell(this.#stream);
  }
}

function tellEnd(stream: StreamEnd, end: Parameters<OnBodyEnd>[0]): void {
  if (end === "complete") stream.complete();
  else if (end === "cancelled") stream.disconnect();
  else stream.reset(end.reason);
}
