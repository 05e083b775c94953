import { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import {
  type CompiledConnectionManager,
  compileConnectionManager,
  type ConnectionManagerContext,
} from "../hcm/compile-connection-manager.ts";
import { compileOnlyFilterChain, type NetworkFilters } from "../network-filter/compile-filter-chain.ts";
import { compileConnectionCheck, type ConnectionCheck } from "../network-filter/downstream-tls.ts";
import type { FilterChain, HttpConnectionManager, Listener } from "../schema/envoy-types.ts";
import type { Resource, ResourceSet } from "./resources.ts";

const CONNECTION_MANAGER_TYPE = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/**
 * The listeners that stand for the doors of a host that has no ports: one for requests that come by TLS, one for the others. A
 * single listener takes both.
 */
export interface HttpListeners {
  readonly tls: Resource<Listener>;
  readonly plain: Resource<Listener>;
}

/** Finds the listeners with an HTTP connection manager; nothing after reporting that there is none, or one too many. */
export function findHttpListeners({ listeners }: ResourceSet, diagnostics: DiagnosticSink): HttpListeners | undefined {
  const candidates = [...listeners.values()].filter(({ config }) => chainsOf(config).some(servesHttp));
  const [tls, secondTls] = candidates.filter(({ config }) => terminatesTls(config));
  const [plain, secondPlain] = candidates.filter(({ config }) => !terminatesTls(config));
  const tooMany = secondTls ?? secondPlain;
  const one = tls ?? plain;
  if (one !== undefined && tooMany === undefined) return { tls: one, plain: plain ?? one };
  const path = tooMany?.path ?? ConfigPath.root.field("staticResources").field("listeners");
  const got = candidates.length === 0 ? "none" : candidates.map(({ name }) => name).join(", ");
  const expected = "expected one listener with an HTTP connection manager, or one with and one without TLS";
  diagnostics.error(path, "edge.listener", `${expected}, got ${got}`);
  return undefined;
}

function chainsOf({ filterChains = [], defaultFilterChain }: Listener): readonly FilterChain[] {
  return defaultFilterChain === undefined ? filterChains : [...filterChains, defaultFilterChain];
}

function servesHttp({ filters = [] }: FilterChain): boolean {
  return filters.some(({ typedConfig }) => typedConfig?.["@type"] === `type.googleapis.com/${CONNECTION_MANAGER_TYPE}`);
}

function terminatesTls(listener: Listener): boolean {
  return chainsOf(listener).some(({ transportSocket }) => {
    const type = transportSocket?.typedConfig?.["@type"] ?? "";
    return type !== "" && !type.endsWith(".RawBuffer");
  });
}

export interface CompiledHttpListener {
  readonly manager: CompiledConnectionManager;
  readonly connectionCheck: ConnectionCheck | undefined;
}

/** Compiles the only filter chain of a listener; nothing after reporting why. */
export function compileHttpListener(
  { config, path }: Resource<Listener>,
  context: Omit<ConnectionManagerContext, "localPort">,
): CompiledHttpListener | undefined {
  const localPort = config.address?.socketAddress?.portValue;
  const filters: NetworkFilters<CompiledConnectionManager> = new Map([
    [
      CONNECTION_MANAGER_TYPE,
      // Checked against the schema by the loader, like every typed_config.
      (typed, at) => compileConnectionManager(typed as HttpConnectionManager, at, { ...context, localPort }),
    ],
  ]);
  const chain = compileOnlyFilterChain(config, path, { filters, diagnostics: context.diagnostics });
  if (chain?.terminal === undefined) return undefined;
  return { manager: chain.terminal, connectionCheck: compileConnectionCheck(chain.transportSocket) };
}
