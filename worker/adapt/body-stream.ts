import { BodyFailure, type BodySource, END } from "../../shared/http/body-source.ts";

/**
 * A {@link BodySource} as a platform stream: the source's own, untouched, where it has one to hand over; else one that pulls.
 * With a known length the result is fixed-length, which is how Workers keep `content-length`; a body that turns out shorter
 * then breaks instead of ending.
 */
export function bodyStream(source: BodySource, contentLength: string | undefined): ReadableStream<Uint8Array> {
  const native = source.unwrap();
  // Sources on this host only ever unwrap to the platform's streams.
  if (native !== undefined) return native as ReadableStream<Uint8Array>;
  const pulled = pullStream(source);
  if (contentLength === undefined || !/^\d+$/.test(contentLength)) return pulled;
  const fixed = new FixedLengthStream(BigInt(contentLength));
  // A failure breaks both ends of the pipe, and the reading end is what the platform watches.
  pulled.pipeTo(fixed.writable).catch(() => undefined);
  return fixed.readable;
}

function pullStream(source: BodySource): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const read = await source.read();
        if (read === END) controller.close();
        else if (read instanceof BodyFailure) controller.error(new Error(read.reason));
        // The chunk is only valid until the next read, and the stream may hold it longer than that.
        else controller.enqueue(read.slice());
      },
      cancel() {
        source.cancel("remote reset");
      },
    },
    { highWaterMark: 0 },
  );
}
