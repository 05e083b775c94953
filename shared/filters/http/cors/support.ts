import { type MessageSupport, support } from "../../../config/support.ts";

/** What becomes of the fields of Envoy's CORS filter. */
export const corsSupport: readonly MessageSupport[] = [
  support("envoy.extensions.filters.http.cors.v3.Cors", {}),
  support("envoy.extensions.filters.http.cors.v3.CorsPolicy", {
    allowOriginStringMatch: "supported",
    allowMethods: "supported",
    allowHeaders: "supported",
    exposeHeaders: "supported",
    maxAge: "supported",
    allowCredentials: "supported",
    filterEnabled: "supported",
    shadowEnabled: "supported",
    allowPrivateNetworkAccess: "supported",
    forwardNotMatchingPreflights: "supported",
  }),
];
