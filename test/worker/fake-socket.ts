import type { PlatformSocket, SocketOpener } from "../../worker/host/open-socket.ts";

/** The other end of a connection that an exit has opened, in a test's hands. */
export class FakeSocket implements PlatformSocket {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly opened: Promise<unknown>;
  readonly closed: Promise<void> = new Promise(() => undefined);
  /** What the exit sent so far, as Latin-1 text. */
  sent = "";
  isClosed = false;
  /** How often the exit asked for more. */
  pulls = 0;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #onSent: (() => void)[] = [];
  #accepts = true;

  constructor(opened: Promise<unknown> = Promise.resolve()) {
    this.opened = opened;
    this.readable = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.pulls += 1;
        },
      },
      { highWaterMark: 0 },
    );
    this.writable = new WritableStream<Uint8Array>({
      write: (chunk) => {
        if (!this.#accepts) throw new Error("Network connection lost.");
        this.sent += String.fromCharCode(...chunk);
        for (const tell of this.#onSent.splice(0)) tell();
      },
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }

  answer(text: string): void {
    this.#controller?.enqueue(Uint8Array.from(text, (char) => char.charCodeAt(0)));
  }

  /** The peer sends nothing more. */
  end(): void {
    this.#controller?.close();
  }

  /** The peer breaks the connection. */
  break(): void {
    this.#controller?.error(new Error("Network connection lost."));
  }

  /** The peer takes no more. */
  refuseMore(): void {
    this.#accepts = false;
  }

  /** Resolves once the exit has sent this. */
  async untilSent(text: string): Promise<void> {
    while (!this.sent.includes(text)) await new Promise<void>((resolve) => this.#onSent.push(resolve));
  }
}

/** A platform whose connections all lead to one fake socket, and what was asked of it. */
export function openerOf(socket: FakeSocket): { readonly open: SocketOpener; readonly calls: unknown[] } {
  const calls: unknown[] = [];
  const open: SocketOpener = (address, options) => {
    calls.push([address, options]);
    return socket;
  };
  return { open, calls };
}
