import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { compileMutationList, type Mutate } from "../router/mutation-list.ts";
import type { EarlyHeaderMutationHeaderMutationHeaderMutation, TypedExtensionConfig } from "../schema/envoy-types.ts";

const HEADER_MUTATION =
  "type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation";

/** Compiles `early_header_mutation_extensions`: changes to a request before anything is made of its headers. */
export function compileEarlyMutations(
  extensions: readonly TypedExtensionConfig[],
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): readonly Mutate[] {
  return extensions
    .map(({ name = "", typedConfig }, at) => {
      const configPath = path.index(at).field("typedConfig");
      if (typedConfig?.["@type"] !== HEADER_MUTATION) {
        diagnostics.error(configPath, "config.unknown_extension", `no early header mutation "${name}"`);
        return undefined;
      }
      // What the type URL names, checked by the loader.
      const { mutations = [] } = typedConfig as EarlyHeaderMutationHeaderMutationHeaderMutation;
      return compileMutationList(mutations, configPath.field("mutations"), diagnostics);
    })
    .filter((mutate) => mutate !== undefined);
}
