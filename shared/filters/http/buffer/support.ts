import { type MessageSupport, support } from "../../../config/support.ts";

/** What becomes of the fields of Envoy's buffer filter. */
export const bufferSupport: readonly MessageSupport[] = [
  support("envoy.extensions.filters.http.buffer.v3.Buffer", { maxRequestBytes: "supported" }),
  support("envoy.extensions.filters.http.buffer.v3.BufferPerRoute", { disabled: "supported", buffer: "supported" }),
];
