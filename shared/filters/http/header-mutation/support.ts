import { ignored, type MessageSupport, support, unsupported } from "../../../config/support.ts";

/** What becomes of the fields of Envoy's header mutation filter. */
export const headerMutationSupport: readonly MessageSupport[] = [
  support("envoy.extensions.filters.http.header_mutation.v3.HeaderMutation", {
    mutations: "supported",
    mostSpecificHeaderMutationsWins: "supported",
  }),
  support("envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute", { mutations: "supported" }),
  support("envoy.extensions.filters.http.header_mutation.v3.Mutations", {
    requestMutations: "supported",
    responseMutations: "supported",
    requestTrailersMutations: { edge: ignored("trailers do not pass the platform"), node: "supported" },
    responseTrailersMutations: { edge: ignored("trailers do not pass the platform"), node: "supported" },
    queryParameterMutations: unsupported("query parameters are not rewritten"),
  }),
  support("envoy.config.common.mutation_rules.v3.HeaderMutation", {
    remove: "supported",
    append: "supported",
    removeOnMatch: "supported",
  }),
  support("envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch", { keyMatcher: "supported" }),
];
