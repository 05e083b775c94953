import { compileLogFilter } from "../../access-log/compile-log-filter.ts";
import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../diagnostics/diagnostic.ts";
import { compileSubstitution } from "../../formatter/compile-substitution.ts";
import { dataSourceText } from "../../formatter/data-source-text.ts";
import { compileHeaderMutation } from "../../router/header-mutation.ts";
import type { LocalReplyConfig, ResponseMapper } from "../../schema/envoy-types.ts";
import type { LocalReplies, ReplyMapping } from "./local-reply-mapper.ts";

/** Compiles a `local_reply_config`. Problems are reported, and what they concern is left out. */
export function compileLocalReply(
  { mappers = [], bodyFormat }: LocalReplyConfig,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): LocalReplies {
  const mappings = mappers
    .map((mapper, at) => compileMapper(mapper, path.field("mappers").index(at), diagnostics))
    .filter((mapping) => mapping !== undefined);
  return { mappings, format: bodyFormat && compileSubstitution(bodyFormat, path.field("bodyFormat"), diagnostics) };
}

function compileMapper(
  config: ResponseMapper,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): ReplyMapping | undefined {
  const { statusCode, body, bodyFormatOverride, headersToAdd } = config;
  const filter = compileLogFilter(config.filter ?? {}, path.field("filter"), diagnostics);
  const headers = {
    add: headersToAdd,
    addPath: path.field("headersToAdd"),
    remove: undefined,
    removePath: path,
  };
  const mapping = {
    status: statusCode,
    body: body && dataSourceText(body, path.field("body"), diagnostics),
    headers: compileHeaderMutation(headers, diagnostics),
    format:
      bodyFormatOverride && compileSubstitution(bodyFormatOverride, path.field("bodyFormatOverride"), diagnostics),
  };
  return filter && { filter, ...mapping };
}
