import { BodyFailure, type BodySource, END } from "../../shared/http/body-source.ts";

/** How a body that was pulled through the core ended: `cancelled` by who read it. One that was handed over natively never reports. */
export type OnBodyEnd = (end: "complete" | "cancelled" | BodyFailure) => void;

export interface PlatformBody {
  readonly stream: ReadableStream<Uint8Array>;
  /** The platform moves the bytes by itself from here on; nobody will hear of the end. */
  readonly handedOver: boolean;
}

/**
 * A {@link BodySource} as a platform stream: the source's own, untouched, where it has one to hand over; else one that pulls.
 * With a known length the result is fixed-length, which is how Workers keep `content-length`; a body that turns out shorter
 * then breaks instead of ending.
 */
export function platformBody(source: BodySource, contentLength: string | undefined, onEnd: OnBodyEnd): PlatformBody {
  const native = source.unwrap();
  // Sources on this host only ever unwrap to the platform's streams.
  if (native !== undefined) return { stream: native as ReadableStream<Uint8Array>, handedOver: true };
  const pulled = pullStream(source, onEnd);
  if (!isLength(contentLength)) return { stream: pulled, handedOver: false };
  const fixed = new FixedLengthStream(BigInt(contentLength));
  // A failure breaks both ends of the pipe, and the reading end is what the platform watches.
  pulled.pipeTo(fixed.writable).catch(() => undefined);
  return { stream: fixed.readable, handedOver: false };
}

/**
 * A request body for `fetch`. A native stream is piped through a native one, which stays outside JavaScript, keeps the length and
 * tells of the end: the route timeout begins there.
 */
export function uploadStream(
  source: BodySource,
  contentLength: string | undefined,
  onSent: () => void,
): ReadableStream<Uint8Array> {
  const { stream, handedOver } = platformBody(source, contentLength, () => undefined);
  if (!handedOver) return stream;
  const passing = isLength(contentLength)
    ? new FixedLengthStream(BigInt(contentLength))
    : new IdentityTransformStream();
  // A body that breaks breaks the passing stream too, and with it the fetch.
  stream.pipeTo(passing.writable).then(onSent, () => undefined);
  return passing.readable;
}

function isLength(contentLength: string | undefined): contentLength is string {
  return contentLength !== undefined && /^\d+$/.test(contentLength);
}

function pullStream(source: BodySource, onEnd: OnBodyEnd): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const read = await source.read();
        if (read === END) {
          controller.close();
          onEnd("complete");
        } else if (read instanceof BodyFailure) {
          controller.error(new Error(read.reason));
          onEnd(read);
        } else {
          // The chunk is only valid until the next read, and the stream may hold it longer than that.
          controller.enqueue(read.slice());
        }
      },
      cancel() {
        source.cancel("remote reset");
        onEnd("cancelled");
      },
    },
    { highWaterMark: 0 },
  );
}
