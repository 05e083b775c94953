import type { Cancellation, UpstreamFailure, UpstreamOutcome } from "../../shared/host/upstream-transport.ts";
import { BodyFailure, type BodySource, END } from "../../shared/http/body-source.ts";
import type { ResetReason } from "../../shared/http/reset-reason.ts";
import { BodyWriter } from "../../shared/http1/body-writer.ts";
import { latin1Bytes } from "../../shared/http1/latin1.ts";
import type { RenderedHead } from "../../shared/http1/render-head.ts";
import type { ResponseHead } from "../../shared/http1/response-parser.ts";
import { isPlatformStatus } from "../adapt/response-to-platform.ts";
import { AnswerReader } from "./answer-reader.ts";
import { closeSocket, type PlatformSocket } from "./open-socket.ts";

export interface WrittenRequest {
  readonly method: string;
  readonly head: RenderedHead;
  readonly body: BodySource | undefined;
}

/** One request and its answer on a connection of their own. The request goes out while the answer is awaited. */
export class SocketExchange {
  readonly #socket: PlatformSocket;
  readonly #request: WrittenRequest;
  readonly #answer: AnswerReader;
  #sent: UpstreamFailure["sent"] = "nothing";
  /** Why this side gave up, once it did. */
  #givenUp: ResetReason | undefined;

  constructor(socket: PlatformSocket, request: WrittenRequest) {
    this.#socket = socket;
    this.#request = request;
    this.#answer = new AnswerReader(socket.readable, { method: request.method, onEnd: () => this.#end() });
  }

  async run(cancellation: Cancellation): Promise<UpstreamOutcome> {
    cancellation.onCancel((reason) => this.#giveUp(reason));
    this.#send().catch(() => undefined); // a peer that takes no more may have answered all the same: reading tells
    const head = await this.#answer.readHead();
    if (this.#givenUp !== undefined) return this.#failed(this.#givenUp);
    if (head instanceof BodyFailure) return this.#failed(head.reason);
    if (!isPlatformStatus(head.status)) return this.#failed("protocol error");
    return { kind: "response", headers: head.headers, body: this.#bodyOf(head) };
  }

  #bodyOf(head: ResponseHead): BodySource | undefined {
    if (head.framing.kind !== "none") return this.#answer;
    this.#end();
    return undefined;
  }

  async #send(): Promise<void> {
    const { head, body } = this.#request;
    const writer = this.#socket.writable.getWriter();
    writer.closed.catch(() => undefined);
    const written = writer.write(latin1Bytes(head.text));
    this.#sent = body === undefined ? "all" : "partial";
    await written;
    if (body !== undefined) await this.#sendBody(body, writer);
  }

  async #sendBody(body: BodySource, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    const framed = new BodyWriter(this.#request.head.framing);
    for (;;) {
      const read = await body.read();
      if (read instanceof BodyFailure) return this.#giveUp(read.reason);
      const pieces = read === END ? framed.end(body.trailers()) : framed.data(read);
      if (typeof pieces === "string") return this.#giveUp("protocol error");
      if (read === END) this.#sent = "all";
      // A chunk may be used again once the next one is read, so all of it has to be taken before.
      for (const piece of pieces) await writer.write(piece);
      if (read === END) return;
    }
  }

  /** The connection goes without the request's end, so that no peer takes a part of it for the whole. */
  #giveUp(reason: ResetReason): void {
    this.#givenUp ??= reason;
    this.#answer.cancel(reason);
  }

  /** The answer is over, well or not: so is the connection, and with it what was not sent yet. */
  #end(): void {
    if (this.#sent !== "all") this.#request.body?.cancel("local reset");
    closeSocket(this.#socket);
  }

  #failed(reason: ResetReason): UpstreamFailure {
    this.#end();
    return { kind: "failure", reason, sent: this.#sent, reusedConnection: false };
  }
}
