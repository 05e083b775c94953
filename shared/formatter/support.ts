import { approximated, ignored, type MessageSupport, support, unsupported } from "../config/support.ts";

const OPERATORS = {
  edge: approximated(
    "as in Envoy, but what the platform does not tell prints as missing: ports, our own address and certificate, connections to upstreams",
  ),
  node: "supported",
} as const;

/** What becomes of the fields of Envoy's format strings. */
export const formatterSupport: readonly MessageSupport[] = [
  support("envoy.config.core.v3.SubstitutionFormatString", {
    textFormat: OPERATORS,
    textFormatSource: OPERATORS,
    jsonFormat: OPERATORS,
    omitEmptyValues: "supported",
    contentType: "supported",
    jsonFormatOptions: "supported",
    formatters: unsupported("operators that are extensions are not implemented"),
  }),
  support("envoy.config.core.v3.JsonFormatOptions", {
    sortProperties: ignored("properties are always sorted, as in Envoy 1.39"),
  }),
];
