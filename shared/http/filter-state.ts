/** An object that a filter leaves on a stream for others. Source: Envoy `StreamInfo::FilterState::Object`. */
export interface FilterStateObject {
  /** What `%FILTER_STATE(KEY:PLAIN)%` prints; absent where it has no text. */
  readonly text?: string;
  /** What `%FILTER_STATE(KEY)%` prints, as plain data; absent where it has no typed form. */
  readonly value?: unknown;
  /** What `%FILTER_STATE(KEY:FIELD:name)%` prints. */
  field?(name: string): string | number | undefined;
}
