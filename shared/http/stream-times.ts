/**
 * Points in the life of a stream, in Envoy's names: `DS` is the client's side, `US` the upstream's, `RX` what came in, `TX` what
 * went out. Source: Envoy `%COMMON_DURATION%`.
 */
const TIME_POINTS = [
  "DS_RX_BEG",
  "DS_RX_END",
  "US_TX_END",
  "US_RX_BEG",
  "US_RX_END",
  "DS_TX_BEG",
  "DS_TX_END",
] as const;

export type TimePoint = (typeof TIME_POINTS)[number];

export function isTimePoint(name: string): name is TimePoint {
  return TIME_POINTS.some((point) => point === name);
}

/** Monotonic milliseconds of the points that were reached. */
export type StreamTimes = { [Point in TimePoint]: number | undefined };

/** All points at once: an object that grew with each point would change its shape with each. */
export function noTimes(): StreamTimes {
  return {
    DS_RX_BEG: undefined,
    DS_RX_END: undefined,
    US_TX_END: undefined,
    US_RX_BEG: undefined,
    US_RX_END: undefined,
    DS_TX_BEG: undefined,
    DS_TX_END: undefined,
  };
}

/** What a new attempt has to reach again. */
export const UPSTREAM_POINTS: readonly TimePoint[] = TIME_POINTS.filter((point) => point.startsWith("US_"));
