import { type MessageSupport, support } from "../../config/support.ts";

const MANAGER = "envoy.extensions.filters.network.http_connection_manager.v3";

/** What becomes of the fields that change the proxy's own answers. */
export const localReplySupport: readonly MessageSupport[] = [
  support(`${MANAGER}.LocalReplyConfig`, { mappers: "supported", bodyFormat: "supported" }),
  support(`${MANAGER}.ResponseMapper`, {
    filter: "supported",
    statusCode: "supported",
    body: "supported",
    bodyFormatOverride: "supported",
    headersToAdd: "supported",
  }),
];
