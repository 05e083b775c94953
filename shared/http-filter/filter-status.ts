/**
 * What a header hook tells the manager. Source: Envoy `Http::FilterHeadersStatus`; `ContinueAndDetach` is ours.
 * Small integers: the manager compares them for every filter of every request.
 */
export const HeadersStatus: {
  /** Go on with the next filter. */
  readonly Continue: 0;
  /** Stop here; data still comes to this filter, and its data hook or `continueDecoding` lets the headers go on. */
  readonly StopIteration: 1;
  /** Stop everything and buffer the body up to the buffer limit (413 or 500 beyond) until told to continue. */
  readonly StopAllAndBuffer: 2;
  /** Stop everything and leave the body unread until told to continue. */
  readonly StopAllAndWatermark: 3;
  /** Go on, but the filter will add a body to a message that has none. */
  readonly ContinueAndDontEndStream: 4;
  /** Go on, and call this filter no more for this message. */
  readonly ContinueAndDetach: 5;
} = {
  Continue: 0,
  StopIteration: 1,
  StopAllAndBuffer: 2,
  StopAllAndWatermark: 3,
  ContinueAndDontEndStream: 4,
  ContinueAndDetach: 5,
};
export type HeadersStatus = (typeof HeadersStatus)[keyof typeof HeadersStatus];

/** What a data hook tells the manager. Source: Envoy `Http::FilterDataStatus`. */
export const DataStatus: {
  readonly Continue: 0;
  /** Keep the data in the manager's buffer, up to the buffer limit, and go on reading. */
  readonly StopAndBuffer: 1;
  /** Keep the data and read no more once the buffer limit is reached, until told to continue. */
  readonly StopAndWatermark: 2;
  /** The filter took what it wants of the data; the rest is dropped. Go on reading. */
  readonly StopNoBuffer: 3;
} = { Continue: 0, StopAndBuffer: 1, StopAndWatermark: 2, StopNoBuffer: 3 };
export type DataStatus = (typeof DataStatus)[keyof typeof DataStatus];

/** What a trailer hook tells the manager. Source: Envoy `Http::FilterTrailersStatus`. */
export const TrailersStatus: { readonly Continue: 0; readonly StopIteration: 1 } = { Continue: 0, StopIteration: 1 };
export type TrailersStatus = (typeof TrailersStatus)[keyof typeof TrailersStatus];
