import type { JsonObject, JsonValue } from "../../schema/json-value.ts";
import { type AdminCommand, type AdminQuery, type AdminReply, prettyJson, text } from "./admin-command.ts";
import type { AdminSource, ConfigDump } from "./admin-source.ts";
import { type CompileFilter, nameFilter } from "./name-filter.ts";

/** `/config_dump`: the running configuration, by the messages of `envoy.admin.v3`. */
export function createConfigDumpCommand(source: AdminSource, compileFilter: CompileFilter): AdminCommand {
  return {
    path: "/config_dump",
    help: "dump current configs",
    params: {
      resource: "The resource to dump; one of (static_clusters, static_listeners, static_route_configs)",
      name_regex: "Dump only the resources whose names match the regular expression (RE2 syntax)",
    },
    mutates: false,
    run: (query) => dump(query, source, compileFilter),
  };
}

/** One repeated field of a dump: the elements stand under `element` and are `message`s. */
interface ResourceKind {
  readonly dump: string;
  readonly field: string;
  readonly message: string;
  readonly element: string;
  readonly type: string;
}

const RESOURCES: readonly ResourceKind[] = [
  {
    dump: "ClustersConfigDump",
    field: "static_clusters",
    message: "StaticCluster",
    element: "cluster",
    type: "envoy.config.cluster.v3.Cluster",
  },
  {
    dump: "ListenersConfigDump",
    field: "static_listeners",
    message: "StaticListener",
    element: "listener",
    type: "envoy.config.listener.v3.Listener",
  },
  {
    dump: "RoutesConfigDump",
    field: "static_route_configs",
    message: "StaticRouteConfig",
    element: "route_config",
    type: "envoy.config.route.v3.RouteConfiguration",
  },
];

/** Parameters that Envoy has and that would change the answer. */
const UNSUPPORTED: readonly string[] = ["mask", "include_eds"];

async function dump(query: AdminQuery, source: AdminSource, compileFilter: CompileFilter): Promise<AdminReply> {
  const refused = UNSUPPORTED.find((name) => query(name) !== undefined);
  if (refused !== undefined) return text(`${refused} is not implemented: leave it out\n`, 400);
  if (source.configDump === undefined) return text("the configuration cannot be dumped here\n", 501);
  const filter = nameFilter(query("name_regex"), compileFilter);
  if (!filter.ok) return text(`Error while parsing name_regex: ${filter.error}\n`, 400);
  const config = await source.configDump();
  const resource = query("resource");
  return resource === undefined || resource === ""
    ? dumpAll(config, filter.value)
    : dumpResource(resource, config, filter.value);
}

type NameFilter = (name: string) => boolean;

function dumpAll(config: ConfigDump, matches: NameFilter): AdminReply {
  const { bootstrap, lastUpdated } = config;
  const dumps = RESOURCES.map((kind) => {
    const elements = elementsOf(kind, config, matches);
    return { "@type": adminType(kind.dump), ...(elements.length === 0 ? {} : { [kind.field]: elements }) };
  });
  const whole = { "@type": adminType("BootstrapConfigDump"), bootstrap, last_updated: lastUpdated };
  return prettyJson({ configs: [whole, ...dumps] });
}

function dumpResource(resource: string, config: ConfigDump, matches: NameFilter): AdminReply {
  if (resource === "bootstrap") return text("bootstrap is not a repeated field: ask without resource\n", 400);
  const kind = RESOURCES.find(({ field }) => field === resource);
  if (kind === undefined) return text(`${resource} not found in config dump`, 404);
  const type = adminType(`${kind.dump}.${kind.message}`);
  const elements = elementsOf(kind, config, matches).map((element) => ({ "@type": type, ...element }));
  return prettyJson(elements.length === 0 ? {} : { configs: elements });
}

function elementsOf(kind: ResourceKind, config: ConfigDump, matches: NameFilter): readonly JsonObject[] {
  return staticResources(kind.field, config.bootstrap)
    .filter(({ name }) => matches(typeof name === "string" ? name : ""))
    .map((resource) => ({
      [kind.element]: { "@type": `type.googleapis.com/${kind.type}`, ...resource },
      last_updated: config.lastUpdated,
    }));
}

function adminType(message: string): string {
  return `type.googleapis.com/envoy.admin.v3.${message}`;
}

function staticResources(field: string, bootstrap: JsonObject): readonly JsonObject[] {
  const resources = objectIn(bootstrap, "static_resources");
  const listeners = objectsIn(resources, "listeners");
  if (field === "static_clusters") return objectsIn(resources, "clusters");
  return field === "static_listeners" ? listeners : listeners.flatMap(routeConfigsOf);
}

/** The route configurations that stand inline in a listener's HTTP connection managers. */
function routeConfigsOf(listener: JsonObject): readonly JsonObject[] {
  const chains = [...objectsIn(listener, "filter_chains"), objectIn(listener, "default_filter_chain")];
  const filters = chains.flatMap((chain) => objectsIn(chain, "filters"));
  return filters.map((filter) => objectIn(objectIn(filter, "typed_config"), "route_config")).filter(hasContent);
}

function hasContent(object: JsonObject): boolean {
  return Object.keys(object).length > 0;
}

function objectIn(parent: JsonObject, field: string): JsonObject {
  const value = parent[field];
  return isJsonObject(value) ? value : {};
}

function objectsIn(parent: JsonObject, field: string): readonly JsonObject[] {
  const value: JsonValue | undefined = parent[field];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

// Of `schema/` only types may come here: the Worker's bundle must not hold the schema.
function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
