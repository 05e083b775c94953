import { checkSupport } from "../../shared/config/check-support.ts";
import type { LoadedConfig } from "../../shared/config/load.ts";
import { DiagnosticCollector, hasErrors } from "../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import type { Diagnostic, DiagnosticSink } from "../../shared/diagnostics/diagnostic.ts";
import { lintConfig } from "../../shared/lint/lint-config.ts";
import { compileStringMatcher } from "../../shared/matching/string-matcher.ts";
import { type ResourceSet, resourcesOf } from "../../shared/proxy/resources.ts";
import { ALL_SUPPORT } from "../../shared/proxy/support.ts";
import type { Bootstrap, Listener } from "../../shared/schema/envoy-types.ts";
import { compileCluster, reportDuplicateClusters } from "../../shared/upstream/compile-cluster.ts";
import type { CompiledCluster } from "../../shared/upstream/compiled-cluster.ts";
import { networkFilters, type TerminalFilter } from "../filters.ts";
import { nodeCapabilities } from "../host/node-capabilities.ts";
import { type BindAddress, renderBindAddress } from "../listener/bind-address.ts";
import { bindAddress, type CompiledListener, compileListener } from "../listener/compile-listener.ts";

/** A configuration that nothing speaks against, compiled as the threads will compile it. */
export interface CheckedConfig {
  readonly loaded: LoadedConfig;
  readonly bootstrap: Bootstrap;
  readonly resources: ResourceSet;
  /** In declared order. */
  readonly listeners: readonly CompiledListener<TerminalFilter>[];
  readonly clusters: readonly CompiledCluster[];
  readonly adminAddress: BindAddress | undefined;
  /** `Admin.allow_paths`; absent where all may be asked for. */
  readonly adminAllowPath: ((pathAndQuery: string) => boolean) | undefined;
}

export interface ConfigCheck {
  /** What loading and all passes after it had to say, in order. */
  readonly diagnostics: readonly Diagnostic[];
  /** Absent when one of the diagnostics is an error. */
  readonly checked: CheckedConfig | undefined;
}

/** Everything that can be known about a configuration without touching a socket: whether this host can run it, and what it is then. */
export function checkConfig(loaded: LoadedConfig, options: { readonly lenient: boolean }): ConfigCheck {
  const collector = new DiagnosticCollector(loaded.positions);
  checkSupport(loaded.json, { target: "node", tables: ALL_SUPPORT, lenient: options.lenient }, collector);
  // What could not be read is missing from the rest, and compiling that would report what is not so.
  if (hasErrors(loaded.diagnostics)) {
    return { diagnostics: [...loaded.diagnostics, ...collector.diagnostics], checked: undefined };
  }
  const checked = compileAll(loaded, collector);
  lintConfig(loaded.json, { diagnostics: collector, target: "node", positions: loaded.positions });
  const diagnostics = [...loaded.diagnostics, ...collector.diagnostics];
  return { diagnostics, checked: hasErrors(diagnostics) ? undefined : checked };
}

function compileAll(loaded: LoadedConfig, diagnostics: DiagnosticSink): CheckedConfig {
  const bootstrap = loaded.json;
  const resources = resourcesOf(bootstrap);
  const { listeners = [], clusters = [] } = bootstrap.staticResources ?? {};
  const path = ConfigPath.root.field("staticResources");
  reportDuplicateListeners(listeners, path.field("listeners"), diagnostics);
  reportDuplicateClusters(clusters, path.field("clusters"), diagnostics);
  const compiled = compileListeners(resources, diagnostics);
  reportSharedAddresses(compiled, resources, diagnostics);
  reportUnknownClusters(compiled, resources, diagnostics);
  return {
    loaded,
    bootstrap,
    resources,
    listeners: compiled,
    clusters: [...resources.clusters.values()].flatMap((cluster) => {
      return compileCluster(cluster.config, cluster.path, { diagnostics, capabilities: nodeCapabilities }) ?? [];
    }),
    adminAddress: adminAddress(bootstrap, diagnostics),
    adminAllowPath: adminAllowPath(bootstrap, diagnostics),
  };
}

function compileListeners({ listeners }: ResourceSet, diagnostics: DiagnosticSink): CompiledListener<TerminalFilter>[] {
  return [...listeners.values()].flatMap(({ name, config, path }) => {
    return compileListener(config, name, { path, filters: networkFilters, diagnostics }) ?? [];
  });
}

function reportDuplicateListeners(listeners: readonly Listener[], path: ConfigPath, diagnostics: DiagnosticSink): void {
  const seen = new Set<string>();
  for (const [position, { name }] of listeners.entries()) {
    if (name === undefined) continue;
    if (seen.has(name)) diagnostics.error(path.index(position), "listener.duplicate", `duplicate listener '${name}'`);
    seen.add(name);
  }
}

/** Two listeners on one address are refused, in Envoy's words; port 0 is never the same twice. */
function reportSharedAddresses(
  listeners: readonly CompiledListener<TerminalFilter>[],
  resources: ResourceSet,
  diagnostics: DiagnosticSink,
): void {
  const seen = new Set<string>();
  for (const { name, address } of listeners) {
    const text = renderBindAddress(address);
    const path = resources.listeners.get(name)?.path ?? ConfigPath.root;
    if (seen.has(text)) {
      const message = `'${name}' has duplicate address '${text}' as existing listener`;
      diagnostics.error(path.field("address"), "listener.duplicate_address", message);
    }
    if (address.kind === "pipe" || address.port !== 0) seen.add(text);
  }
}

/** Envoy takes such a configuration and closes each connection: the cluster might still come from a control plane. */
function reportUnknownClusters(
  listeners: readonly CompiledListener<TerminalFilter>[],
  resources: ResourceSet,
  diagnostics: DiagnosticSink,
): void {
  for (const { name, chain } of listeners) {
    const path = resources.listeners.get(name)?.path ?? ConfigPath.root;
    for (const cluster of chain.terminal?.clusterNames ?? []) {
      if (resources.clusters.has(cluster)) continue;
      const message = `unknown cluster '${cluster}': connections to it are closed`;
      diagnostics.warning(path.field("filterChains"), "tcp_proxy.unknown_cluster", message);
    }
  }
}

function adminAddress({ admin }: Bootstrap, diagnostics: DiagnosticSink): BindAddress | undefined {
  if (admin?.address === undefined) return undefined;
  return bindAddress(admin.address, ConfigPath.root.field("admin").field("address"), diagnostics);
}

function adminAllowPath({ admin }: Bootstrap, diagnostics: DiagnosticSink): CheckedConfig["adminAllowPath"] {
  const { allowPaths = [] } = admin ?? {};
  if (allowPaths.length === 0) return undefined;
  const path = ConfigPath.root.field("admin").field("allowPaths");
  const matchers = allowPaths.map((matcher, position) =>
    compileStringMatcher(matcher, path.index(position), diagnostics),
  );
  return (pathAndQuery) => matchers.some((matches) => matches?.(pathAndQuery));
}
