import { parseArgs } from "node:util";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { hasErrors, type PositionIndex } from "../../shared/diagnostics/collector.ts";
import { HeaderMap } from "../../shared/http/header-map.ts";
import type { LocalReply } from "../../shared/http/local-reply.ts";
import { StreamInfo } from "../../shared/http/stream-info.ts";
import { type Explanation, explainRequest } from "../../shared/route-check/explain-request.ts";
import { admitRequest } from "./admit-request.ts";
import { chooseRouteConfig, loadRouteConfigs } from "./load-route-configs.ts";
import { printDiagnostics } from "./print-diagnostics.ts";
import { type ExplainedInput, explanationJson, explanationText, urlOf } from "./render-explanation.ts";

export const EXPLAIN_USAGE = `usage: nuncio explain -c FILE [-X METHOD] [-H 'name: value']... [--json] URL

Says why a request goes where it goes: every virtual host and route considered, and the matcher that each one failed.
  -c, --config-path FILE  a bootstrap or a bare RouteConfiguration, as .yaml, .json or .pb
  -X METHOD               default GET
  -H 'name: value'        a header of the request; Host replaces that of the URL
  --random-value N        what decides in splits and runtime fractions (default 0)
  --route-config NAME     which of a bootstrap's route configurations, if it has several
  --json                  the same as JSON`;

interface ExplainOptions {
  readonly file: string;
  readonly request: HeaderMap;
  readonly random: bigint;
  readonly routeConfig: string | undefined;
  readonly json: boolean;
}

/** `nuncio explain`: exit code 0 when there was something to explain, whatever becomes of the request. */
export async function runExplain(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (!options.ok) {
    console.error(`nuncio explain: ${options.error}\n\n${EXPLAIN_USAGE}`);
    return 1;
  }
  const { configs, positions, diagnostics } = await loadRouteConfigs(options.value.file);
  printDiagnostics(diagnostics);
  if (hasErrors(diagnostics)) return 1;
  const chosen = chooseRouteConfig(configs, options.value.routeConfig);
  if (typeof chosen === "string") {
    console.error(`nuncio explain: ${chosen}`);
    return 1;
  }
  const { request, random } = options.value;
  const input = { random, info: streamOf(request) };
  const url = urlOf(request);
  const refusal = admitRequest(request, input.info, chosen);
  if (refusal !== undefined) return printRefusal(refusal, options.value);
  const explanation = explainRequest(chosen, request, input, positions);
  if (explanation.ok) return print(explanation.value, { ...options.value, url }, positions);
  printDiagnostics(explanation.error);
  return 1;
}

function print(explanation: Explanation, options: ExplainOptions & ExplainedInput, positions: PositionIndex): number {
  if (options.json) console.log(JSON.stringify(explanationJson(explanation, positions), undefined, 2));
  else console.log(explanationText(explanation, options, positions));
  return 0;
}

/** The connection manager's word: no route was asked. */
function printRefusal({ status, details }: LocalReply, { json }: ExplainOptions): number {
  if (json) console.log(JSON.stringify({ decision: { kind: "refused", status, details } }, undefined, 2));
  else console.log(`=> ${status} by the connection manager before any route was asked: ${details}`);
  return 0;
}

/** A stream from this machine, without a client certificate. */
function streamOf(request: HeaderMap): StreamInfo {
  const address = "127.0.0.1:0";
  const downstream = {
    remoteAddress: address,
    directRemoteAddress: address,
    localAddress: address,
    protocol: "HTTP/1.1",
    tls: request.get(":scheme") === "https",
  } as const;
  return new StreamInfo({ startWallMs: 0, startMonotonicMs: 0, downstream });
}

function parseOptions(args: readonly string[]): Result<ExplainOptions, string> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        "config-path": { type: "string", short: "c" },
        request: { type: "string", short: "X", default: "GET" },
        header: { type: "string", short: "H", multiple: true, default: [] },
        "random-value": { type: "string", default: "0" },
        "route-config": { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const [url, extra] = positionals;
    const { "config-path": file, "random-value": random, "route-config": routeConfig, json } = values;
    if (file === undefined || url === undefined || extra !== undefined) return err("expected -c FILE and one URL");
    if (!/^[0-9]+$/.test(random)) return err(`--random-value: expected a whole number, got ${random}`);
    const request = requestOf(values.request, url, values.header);
    return request.ok ? ok({ file, request: request.value, random: BigInt(random), routeConfig, json }) : request;
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

/** The path stays as it is written, since that is what is matched; what stands behind `#` is never sent. */
function requestOf(method: string, url: string, headers: readonly string[]): Result<HeaderMap, string> {
  const [, scheme = "", authority = "", path = ""] = /^(https?):\/\/([^/?#]+)([^#]*)/.exec(url) ?? [];
  if (authority === "") return err(`expected a URL such as https://app.example/path, got ${url}`);
  const request = HeaderMap.from([
    [":method", method],
    [":scheme", scheme],
    [":authority", authority],
    [":path", path.startsWith("/") ? path : `/${path}`],
    ["x-forwarded-proto", scheme],
  ]);
  for (const header of headers) {
    const [, name = "", value = ""] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(header) ?? [];
    if (name === "") return err(`expected a header such as 'x-user: 7', got ${header}`);
    if (name.toLowerCase() === "host") request.set(":authority", value);
    else request.append(name.toLowerCase(), value);
  }
  return ok(request);
}
