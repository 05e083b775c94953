import { redact } from "../../shared/config/load.ts";
import type {
  AdminAddress,
  AdminSource,
  ConfigDump,
  DrainOptions,
  ListenerStatus,
  ServerState,
} from "../../shared/proxy/admin/admin-source.ts";
import { type JsonObject, isJsonObject } from "../../shared/schema/json-value.ts";
import { toProtoNames } from "../../shared/schema/proto-names.ts";
import type { MergedStats } from "../../shared/stats/merged-stats.ts";
import type { BindAddress } from "../listener/bind-address.ts";
import type { BindPlan } from "./bind-plan.ts";
import type { CheckedConfig } from "./check-config.ts";
import { clusterStatuses, type HostOfCluster } from "../../shared/proxy/admin/cluster-status.ts";

/** What the admin interface needs of the server. */
export interface AdminSubject {
  readonly state: ServerState;
  readonly version: string;
  readonly commandLineOptions: JsonObject;
  uptimeSeconds(): number;
  /** All statistics, up to date. */
  stats(): MergedStats;
  /** What runs, since when, and where it is bound. */
  running(): { readonly config: CheckedConfig; readonly sinceWallMs: number; readonly binds: BindPlan };
  hosts(): Promise<readonly HostOfCluster[]>;
  drainListeners(options: DrainOptions): void;
}

/** The main thread as the admin interface sees it, its worker threads summed up. */
export function createNodeAdminSource(subject: AdminSubject): AdminSource {
  return {
    state: () => subject.state,
    serverInfo: () => ({
      version: subject.version,
      uptimeSeconds: subject.uptimeSeconds(),
      commandLineOptions: subject.commandLineOptions,
      node: nodeOf(subject.running().config),
    }),
    stats: () => subject.stats(),
    resetCounters: () => subject.stats().resetCounters(),
    clusters: async () => clusterStatuses(subject.running().config.clusters, await subject.hosts()),
    listeners: () => listenerStatuses(subject.running()),
    configDump: () => configDump(subject.running()),
    drainListeners: (options) => subject.drainListeners(options),
  };
}

function nodeOf({ bootstrap }: CheckedConfig): JsonObject {
  return toProtoNames(asJson(bootstrap.node ?? {}), "envoy.config.core.v3.Node");
}

function listenerStatuses({ config, binds }: ReturnType<AdminSubject["running"]>): ListenerStatus[] {
  return config.listeners.flatMap(({ name }) => {
    const bound = binds.get(name);
    return bound === undefined ? [] : [{ name, address: adminAddress(bound.actual) }];
  });
}

function adminAddress(address: BindAddress): AdminAddress {
  if (address.kind === "pipe") return { kind: "pipe", path: address.path };
  return { kind: "socket", ip: address.host, port: address.port };
}

function configDump({ config, sinceWallMs }: ReturnType<AdminSubject["running"]>): ConfigDump {
  const bootstrap = asJson(redact(config.bootstrap, config.loaded.secretPaths));
  return {
    bootstrap: toProtoNames(bootstrap, "envoy.config.bootstrap.v3.Bootstrap"),
    lastUpdated: new Date(sinceWallMs).toISOString(),
  };
}

/** Typed canonical JSON is JSON; its types only say more than that. */
function asJson(message: object): JsonObject {
  return isJsonObject(message) ? message : {};
}
