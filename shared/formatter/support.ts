import { ignored, type MessageSupport, support, unsupported } from "../config/support.ts";

/** What becomes of the fields of Envoy's format strings. */
export const formatterSupport: readonly MessageSupport[] = [
  support("envoy.config.core.v3.SubstitutionFormatString", {
    textFormat: "supported",
    textFormatSource: "supported",
    jsonFormat: "supported",
    omitEmptyValues: "supported",
    contentType: "supported",
    jsonFormatOptions: "supported",
    formatters: unsupported("operators that are extensions are not implemented"),
  }),
  support("envoy.config.core.v3.JsonFormatOptions", {
    sortProperties: ignored("properties are always sorted, as in Envoy 1.39"),
  }),
];
