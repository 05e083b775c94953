import { invariant } from "../../shared/base/invariant.ts";
import { checkSupport } from "../../shared/config/check-support.ts";
import { inlineDataSources } from "../../shared/config/inline-data-sources.ts";
import type { LoadedConfig } from "../../shared/config/load.ts";
import { DiagnosticCollector, hasErrors } from "../../shared/diagnostics/collector.ts";
import { ConfigPath } from "../../shared/diagnostics/config-path.ts";
import type { Diagnostic, DiagnosticSink } from "../../shared/diagnostics/diagnostic.ts";
import type { Host } from "../../shared/host/host.ts";
import { lintConfig } from "../../shared/lint/lint-config.ts";
import { EDGE_CAPABILITIES, edgeFilters } from "../../shared/proxy/edge-profile.ts";
import { HttpProxy } from "../../shared/proxy/http-proxy.ts";
import { ALL_SUPPORT } from "../../shared/proxy/support.ts";
import type { Bootstrap } from "../../shared/schema/envoy-types.ts";
import { createLocalStats } from "../../shared/stats/local-stats.ts";
import { nodeClock } from "../host/node-clock.ts";
import { createNodeRandom } from "../host/node-random.ts";
import { nativeTimers } from "../host/node-timers.ts";
import { StderrLogger } from "../host/stderr-logger.ts";
import { dataReader } from "./data-reader.ts";

export interface EdgeCheckOptions {
  /** Accepts unsupported fields without effect. */
  readonly lenient: boolean;
  /** Lets private keys and passwords that stand in the file into the bundle. Default false. */
  readonly allowInlineSecrets?: boolean;
}

export interface EdgeCheck {
  /** What loading and all passes after it had to say, in order. */
  readonly diagnostics: readonly Diagnostic[];
  /** As the Worker gets it, files that it names read; absent when one of the diagnostics is an error. */
  readonly bootstrap: Bootstrap | undefined;
}

/** Whether the edge can run a configuration, decided by the functions that the Worker itself runs. */
export function checkForEdge(loaded: LoadedConfig, options: EdgeCheckOptions): EdgeCheck {
  const collector = new DiagnosticCollector(loaded.positions);
  checkSupport(loaded.json, { target: "edge", tables: ALL_SUPPORT, lenient: options.lenient }, collector);
  // What could not be read is missing from the rest, and compiling that would report what is not so.
  if (hasErrors(loaded.diagnostics)) {
    return { diagnostics: [...loaded.diagnostics, ...collector.diagnostics], bootstrap: undefined };
  }
  if (options.allowInlineSecrets !== true) reportInlineSecrets(loaded, collector);
  const bootstrap = structuredClone(loaded.json);
  inlineDataSources(bootstrap, dataReader, collector);
  edgeProxy().update(bootstrap, collector);
  lintConfig(loaded.json, { diagnostics: collector, target: "edge", positions: loaded.positions });
  const diagnostics = [...loaded.diagnostics, ...collector.diagnostics];
  return { diagnostics, bootstrap: hasErrors(diagnostics) ? undefined : bootstrap };
}

/** The name of a file is no secret; what stands in the configuration itself would be readable in the bundle. */
function reportInlineSecrets({ secretPaths }: LoadedConfig, diagnostics: DiagnosticSink): void {
  for (const pointer of secretPaths) {
    const steps = pointer.slice(1).split("/");
    if (/^(filename|environmentVariable|path)$/.test(steps.at(-1) ?? "")) continue;
    const path = steps.reduce(stepInto, ConfigPath.root);
    const hint = "name a file or an environment variable, or say --allow-inline-secrets";
    diagnostics.error(path, "edge.inline_secret", "this secret would be readable in the Worker's bundle", hint);
  }
}

function stepInto(path: ConfigPath, step: string): ConfigPath {
  return /^\d+$/.test(step) ? path.index(Number(step)) : path.field(step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The Worker's proxy, on a host that never gets a request. */
function edgeProxy(): HttpProxy {
  const upstream: Host["upstream"] = {
    exchange() {
      invariant(false, "a configuration that is only checked sends nothing");
    },
  };
  const host: Host = {
    capabilities: EDGE_CAPABILITIES,
    clock: nodeClock,
    timers: nativeTimers,
    random: createNodeRandom(),
    logger: new StderrLogger("off"),
    logs: { open: () => ({ write: () => undefined }) },
    upstream,
  };
  const stats = createLocalStats().store;
  return new HttpProxy({ host, stats, filters: (clusters) => edgeFilters(clusters, host, stats) });
}
