import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import type { HeaderValueOption } from "../schema/envoy-types.ts";
import { compileHeaderMutation, type HeaderMutation } from "./header-mutation.ts";

/** The four lists that a route configuration, a virtual host, a route and a weighted cluster have alike. */
export interface MutationLists {
  readonly requestHeadersToAdd?: readonly HeaderValueOption[];
  readonly requestHeadersToRemove?: readonly string[];
  readonly responseHeadersToAdd?: readonly HeaderValueOption[];
  readonly responseHeadersToRemove?: readonly string[];
}

/** Header mutations of all levels that a route stands in, in the order in which they are carried out. Immutable. */
export class MutationLevels {
  readonly #mostSpecificWins: boolean;
  readonly #request: readonly HeaderMutation[];
  readonly #response: readonly HeaderMutation[];

  private constructor(
    mostSpecificWins: boolean,
    request: readonly HeaderMutation[],
    response: readonly HeaderMutation[],
  ) {
    this.#mostSpecificWins = mostSpecificWins;
    this.#request = request;
    this.#response = response;
  }

  /** The last level to write wins: the most general one unless `most_specific_header_mutations_wins`. */
  static none(mostSpecificWins: boolean): MutationLevels {
    return new MutationLevels(mostSpecificWins, [], []);
  }

  /** These and those of a level that is more specific. */
  extend(lists: MutationLists, path: ConfigPath, diagnostics: DiagnosticSink): MutationLevels {
    const request = compileRequestMutation(lists, path, diagnostics);
    const response = compileResponseMutation(lists, path, diagnostics);
    if (request === undefined && response === undefined) return this;
    return new MutationLevels(
      this.#mostSpecificWins,
      this.#join(this.#request, request),
      this.#join(this.#response, response),
    );
  }

  applyToRequest(headers: HeaderMap, info: StreamInfo): void {
    if (this.#request.length === 0) return;
    const context = { requestHeaders: headers, streamInfo: info };
    for (const mutation of this.#request) mutation.apply(headers, context);
  }

  applyToResponse(headers: HeaderMap, request: HeaderMap, info: StreamInfo): void {
    if (this.#response.length === 0) return;
    const context = { requestHeaders: request, responseHeaders: headers, streamInfo: info };
    for (const mutation of this.#response) mutation.apply(headers, context);
  }

  #join(levels: readonly HeaderMutation[], level: HeaderMutation | undefined): readonly HeaderMutation[] {
    if (level === undefined) return levels;
    return this.#mostSpecificWins ? [...levels, level] : [level, ...levels];
  }
}

function compileRequestMutation(
  lists: MutationLists,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): HeaderMutation | undefined {
  return compileHeaderMutation(
    {
      add: lists.requestHeadersToAdd,
      addPath: path.field("requestHeadersToAdd"),
      remove: lists.requestHeadersToRemove,
      removePath: path.field("requestHeadersToRemove"),
    },
    diagnostics,
  );
}

function compileResponseMutation(
  lists: MutationLists,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): HeaderMutation | undefined {
  return compileHeaderMutation(
    {
      add: lists.responseHeadersToAdd,
      addPath: path.field("responseHeadersToAdd"),
      remove: lists.responseHeadersToRemove,
      removePath: path.field("responseHeadersToRemove"),
    },
    diagnostics,
  );
}
