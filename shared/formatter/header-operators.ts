import { ok } from "../base/result.ts";
import type { HeaderMap } from "../http/header-map.ts";
import type { FormatContext } from "./format-context.ts";
import { type CompiledOperator, misused, type OperatorSpec, type OperatorTable, plain } from "./operator-spec.ts";

type Side = (context: FormatContext) => HeaderMap | undefined;

/** `NAME(X?Y):Z`: the header X, else the header Y, cut to Z characters. */
function header(side: Side): OperatorSpec {
  return { argument: "required", length: true, compile: (argument) => compileHeader(side, argument) };
}

const request = header(({ requestHeaders }) => requestHeaders);
const response = header(({ responseHeaders }) => responseHeaders);
const trailer = header(({ responseTrailers }) => responseTrailers);

/** Operators that read headers and trailers, under their short and their long names. */
export const HEADER_OPERATORS: OperatorTable = {
  REQ: request,
  REQUEST_HEADER: request,
  RESP: response,
  RESPONSE_HEADER: response,
  TRAILER: trailer,
  RESPONSE_TRAILER: trailer,
  REQUEST_HEADERS_BYTES: plain(({ requestHeaders }) => requestHeaders?.byteSize ?? 0),
  RESPONSE_HEADERS_BYTES: plain(({ responseHeaders }) => responseHeaders?.byteSize ?? 0),
  RESPONSE_TRAILERS_BYTES: plain(({ responseTrailers }) => responseTrailers?.byteSize ?? 0),
};

/** Of a header that came more than once the first value counts, as in Envoy. */
function compileHeader(side: Side, argument: string): CompiledOperator {
  const [main = "", alternative, ...more] = argument.toLowerCase().split("?");
  if (more.length > 0) return misused(`More than 1 alternative header specified in token: ${argument}`);
  if (alternative === undefined || alternative === "") return ok((context) => side(context)?.first(main));
  return ok((context) => {
    const headers = side(context);
    return headers?.first(main) ?? headers?.first(alternative);
  });
}
