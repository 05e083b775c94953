import type { ConfigPath } from "../../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../../diagnostics/diagnostic.ts";
import { compileMutationList, type Mutate } from "../../../router/mutation-list.ts";
import type { HeaderMutation, Mutations } from "../../../schema/envoy-types.ts";

/** The compiled lists of an `envoy.extensions.filters.http.header_mutation.v3.Mutations`; an empty list is `undefined`. */
export interface CompiledMutations {
  readonly request: Mutate | undefined;
  readonly response: Mutate | undefined;
  readonly requestTrailers: Mutate | undefined;
  readonly responseTrailers: Mutate | undefined;
}

/** Compiles all lists. Problems are reported, and what they concern is left out. */
export function compileMutations(
  config: Mutations | undefined,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): CompiledMutations {
  const compile = (field: keyof Mutations, list: readonly HeaderMutation[] = []): Mutate | undefined =>
    compileMutationList(list, path.field(field), diagnostics);
  return {
    request: compile("requestMutations", config?.requestMutations),
    response: compile("responseMutations", config?.responseMutations),
    requestTrailers: compile("requestTrailersMutations", config?.requestTrailersMutations),
    responseTrailers: compile("responseTrailersMutations", config?.responseTrailersMutations),
  };
}
