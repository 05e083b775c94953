import type { BodySource } from "../../../http/body-source.ts";
import type { ResetReason } from "../../../http/reset-reason.ts";
import { ObservedBody } from "./observed-body.ts";
import { SharedBody } from "./shared-body.ts";

/** The client's request body as attempts and mirrors get it. */
export interface RequestBody {
  /** For one upstream request, from the beginning; `undefined` where the request has no body. */
  open(): BodySource | undefined;
  /** For a mirror: the same, but it gets only what the client's own upstream requests read, and nothing if it is too slow. */
  follow(): BodySource | undefined;
  /** Whether another upstream request may still have all of it. */
  readonly canOpen: boolean;
  /** No more upstream requests: nothing is kept. */
  keepNothing(): void;
  /** Nobody is interested in the rest. */
  cancel(reason: ResetReason): void;
}

/** Nothing to send, as often as anybody likes. */
export const NO_BODY: RequestBody = {
  open: () => undefined,
  follow: () => undefined,
  canOpen: true,
  keepNothing: () => undefined,
  cancel: () => undefined,
};

/** A body for one upstream request: it passes through untouched, and may stay the platform's own. */
export function bodyForOne(source: BodySource, onEnd: () => void): RequestBody {
  const body = new ObservedBody(source, (end) => {
    // The end of a body that was handed over is the transport's to tell.
    if (end === "complete") onEnd();
  });
  return {
    open: () => body,
    follow: () => undefined,
    canOpen: false,
    keepNothing: () => undefined,
    cancel: (reason) => body.cancel(reason),
  };
}

/** A body that several upstream requests may need. */
export function bodyForMany(
  source: BodySource,
  options: { readonly limitBytes: number; readonly onOverflow: () => void; readonly onEnd: () => void },
): RequestBody {
  return new SharedBody({ source, ...options });
}
