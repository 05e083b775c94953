import type { Difference } from "./difference.ts";
import type { Exchange } from "./exchange.ts";
import type { PlannedRequest } from "./planned-request.ts";

/** Where a difference was found. */
export interface Finding {
  readonly difference: Difference;
  readonly config: string;
  readonly request: PlannedRequest;
  readonly envoy: Exchange;
  readonly nuncio: Exchange;
}

/** A difference that a fact of the platform explains, and where it may show. */
export interface KnownDifference {
  readonly kind: string;
  readonly reason: string;
  readonly explains: (finding: Finding) => boolean;
}

const HOP_BY_HOP: ReadonlySet<string> = new Set(["connection", "keep-alive", "transfer-encoding"]);
const LOOPBACK_ADDRESS = /^"127\.0\.0\.1:\d+"$/;

const EDGE: readonly KnownDifference[] = [
  {
    kind: "header order",
    reason: "the platform hands headers over sorted by name, in both directions",
    explains: ({ difference }) => difference.kind.endsWith("-order"),
  },
  {
    kind: "header lines",
    reason: "the platform joins the lines of a header into one",
    explains: ({ difference }) => difference.kind.endsWith("-lines"),
  },
  {
    kind: "platform's connections",
    reason: "connections to clients are the platform's: it frames answers and ends connections by its own rules",
    explains: ({ difference }) => difference.kind === "header" && HOP_BY_HOP.has(difference.name),
  },
  {
    kind: "host by fetch",
    reason: "fetch writes the endpoint's address into Host; what Host would have been is in x-forwarded-host",
    explains: ({ difference: { kind, name, envoy, nuncio } }) =>
      kind === "upstream-header" &&
      ((name === "host" && LOOPBACK_ADDRESS.test(nuncio)) || (name === "x-forwarded-host" && envoy === "absent")),
  },
  {
    kind: "platform's mark",
    reason: "fetch marks what a Worker sends with CF-Worker",
    explains: ({ difference: { kind, name } }) => kind === "upstream-header" && name === "cf-worker",
  },
];

/** What is known of each target. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, readonly KnownDifference[]>> = { edge: EDGE };
