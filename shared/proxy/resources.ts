import { ConfigPath } from "../diagnostics/config-path.ts";
import type { NodeIdentity } from "../hcm/compile-policies.ts";
import type { Bootstrap, Cluster, Listener } from "../schema/envoy-types.ts";
import { withRuntime } from "./runtime-layers.ts";

/**
 * The unit of change: one listener or one cluster, with everything in it. A resource whose content did not change keeps its
 * compiled object and its state through any update.
 */
export interface Resource<Config> {
  readonly name: string;
  readonly config: Config;
  readonly path: ConfigPath;
  /**
   * Equal exactly when the content is equal. It is the canonical text itself: an update compares each resource once, so a
   * digest would save nothing and could collide.
   */
  readonly fingerprint: string;
}

export interface ResourceSet {
  readonly listeners: ReadonlyMap<string, Resource<Listener>>;
  readonly clusters: ReadonlyMap<string, Resource<Cluster>>;
  readonly node: NodeIdentity;
}

/** What an update does to the resources of one kind. */
export interface ResourceChanges<Config> {
  readonly added: readonly Resource<Config>[];
  readonly modified: readonly Resource<Config>[];
  readonly removed: readonly string[];
}

/** The resources of a bootstrap, by name. An unnamed listener is known by its place, which is all that identifies it. */
export function resourcesOf(config: Bootstrap): ResourceSet {
  const bootstrap = withRuntime(config);
  const path = ConfigPath.root.field("staticResources");
  const { listeners = [], clusters = [] } = bootstrap.staticResources ?? {};
  return {
    listeners: index(listeners, path.field("listeners"), "listener"),
    clusters: index(clusters, path.field("clusters"), "cluster"),
    node: { cluster: bootstrap.node?.cluster ?? "", node: bootstrap.node?.id ?? "" },
  };
}

export function diffResources<Config>(
  before: ReadonlyMap<string, Resource<Config>>,
  after: ReadonlyMap<string, Resource<Config>>,
): ResourceChanges<Config> {
  const added = [...after.values()].filter(({ name }) => !before.has(name));
  const modified = [...after.values()].filter(({ name, fingerprint }) => {
    const old = before.get(name);
    return old !== undefined && old.fingerprint !== fingerprint;
  });
  return { added, modified, removed: [...before.keys()].filter((name) => !after.has(name)) };
}

function index<Config extends { readonly name?: string }>(
  configs: readonly Config[],
  path: ConfigPath,
  kind: string,
): ReadonlyMap<string, Resource<Config>> {
  const resources = configs.map((config, position): Resource<Config> => {
    const name = config.name ?? `${kind}_${position}`;
    return { name, config, path: path.index(position), fingerprint: JSON.stringify(config) };
  });
  return new Map(resources.map((resource) => [resource.name, resource]));
}
