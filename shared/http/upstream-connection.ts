import type { TlsConnection } from "./tls-connection.ts";
import type { Protocol } from "./stream-info.ts";

/** What a transport knows of the connection that took a request. Absent is unknown; nothing is guessed. */
export interface UpstreamConnection {
  readonly id?: number;
  /** `10.0.0.9:40000`, our end. */
  readonly localAddress?: string;
  /** `10.0.0.1:80`, where it went in the end. */
  readonly remoteAddress?: string;
  readonly protocol?: Protocol;
  readonly tls?: TlsConnection;
}
