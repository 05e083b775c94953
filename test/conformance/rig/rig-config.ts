import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const FOLDER = join(ROOT, "test/conformance/configs");

type Json = Readonly<Record<string, unknown>>;

/** What is sent to both proxies; one of each list is drawn for each request. */
export interface Traffic {
  readonly hosts: readonly string[];
  readonly methods: readonly string[];
  /** Path and query; a suffix is drawn too. */
  readonly paths: readonly string[];
  /** No suffixes. */
  readonly exactPaths: boolean;
  /** Whole messages in the place of everything above; `$headers` stands for what identifies the request. */
  readonly raw: readonly string[];
  /** Half of the requests have paths that parsers disagree on. */
  readonly hostile: boolean;
  /** Each header is sent by half of the requests; a list as a value is sent as several lines. */
  readonly headers: Readonly<Record<string, readonly (string | readonly string[])[]>>;
  /** Headers that every request has, with one of the values. */
  readonly always: Traffic["headers"];
  /** Body sizes in bytes, for methods that have one. */
  readonly bodies: readonly number[];
  /** What backends are told to do; `""` is a plain answer. */
  readonly scripts: readonly string[];
  /** How many requests this configuration takes of a run, against 1 of the others. */
  readonly weight: number;
  /** Never more than this many: the requests are slow. */
  readonly atMost: number;
  /** One request after the other: state decides what becomes of the next one. */
  readonly sequential: boolean;
  /** The pick among these backends is free; their shares of all requests must agree. */
  readonly balanced: readonly string[];
}

const DEFAULT_TRAFFIC: Traffic = {
  hosts: ["a.example"],
  methods: ["GET"],
  paths: ["/"],
  exactPaths: false,
  raw: [],
  hostile: false,
  headers: {},
  always: {},
  bodies: [0, 1, 1000],
  scripts: [""],
  weight: 1,
  atMost: Number.POSITIVE_INFINITY,
  sequential: false,
  balanced: [],
};

/** A feature, the configuration that shows it, and the requests that exercise it. */
export interface RigConfig {
  readonly name: string;
  readonly about: string;
  readonly traffic: Traffic;
  /** The whole configuration, the same for every proxy but for the listener's port. */
  bootstrap(ports: Ports): Json;
}

export interface Ports {
  readonly listener: number;
  /** By the backend's name. */
  readonly backends: ReadonlyMap<string, number>;
}

/** The names that configurations use as `$one` in the place of a port; nothing listens at `$nowhere`. */
export const BACKENDS: readonly string[] = ["one", "two", "three", "four"];

interface RigFile {
  readonly about: string;
  /** A sample of config/ instead of everything else but the traffic. */
  readonly sample?: string;
  readonly traffic?: Partial<Traffic>;
  readonly manager?: Json;
  /** The routes of a virtual host for every domain, for configurations that need no more. */
  readonly routes?: readonly unknown[];
  readonly virtual_hosts?: readonly unknown[];
  readonly route_config?: Json;
  readonly filters?: readonly unknown[];
  /** Beside the clusters `one` to `four`. */
  readonly clusters?: readonly unknown[];
  /** Further fields of the access log's line. */
  readonly log?: Json;
}

export function rigConfigNames(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.slice(0, -".yaml".length))
    .toSorted();
}

export function loadRigConfig(name: string): RigConfig {
  const text = readFileSync(join(FOLDER, `${name}.yaml`), "utf8");
  // The files are part of the rig; a mistake in one shows as a refusal by Envoy or as an exception here.
  const file = parse(text) as RigFile;
  return {
    name,
    about: file.about,
    traffic: { ...DEFAULT_TRAFFIC, ...file.traffic },
    bootstrap: (ports) => (file.sample === undefined ? assembled(file, ports) : sample(file.sample, file, ports)),
  };
}

function assembled(file: RigFile, ports: Ports): Json {
  const plain = BACKENDS.map((name) => clusterOf(name, `$${name}`));
  const listener = { name: "http", address: loopback(ports.listener), filter_chains: [{ filters: [manager(file)] }] };
  const resources = { listeners: [listener], clusters: [...plain, ...(file.clusters ?? [])] };
  return withPorts({ static_resources: resources }, ports.backends);
}

function manager(file: RigFile): Json {
  const hosts = file.virtual_hosts ?? [{ name: "all", domains: ["*"], routes: file.routes ?? [] }];
  const router = extension("router", "http.router.v3.Router", {});
  return extension("hcm", "network.http_connection_manager.v3.HttpConnectionManager", {
    stat_prefix: "rig",
    use_remote_address: true,
    route_config: { name: "routes", ...file.route_config, virtual_hosts: hosts },
    http_filters: [...(file.filters ?? []), router],
    ...file.manager,
    access_log: [rigLog(file.log ?? {}), ...accessLogs(file.manager)],
  });
}

function accessLogs(fields: Json | undefined): readonly unknown[] {
  const logs = fields?.["access_log"];
  return Array.isArray(logs) ? logs : [];
}

/** One JSON line a stream on standard output, with what tells how the stream ended. */
function rigLog(fields: Json): Json {
  const json = {
    id: "%REQ(X-RIG-ID)%",
    status: "%RESPONSE_CODE%",
    flags: "%RESPONSE_FLAGS%",
    details: "%RESPONSE_CODE_DETAILS%",
    ...fields,
  };
  const typed = {
    "@type": "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
    log_format: { json_format: json },
  };
  return { name: "envoy.access_loggers.stdout", typed_config: typed };
}

/** A sample as it is, but for addresses and the rig's access log. */
function sample(path: string, file: RigFile, ports: Ports): Json {
  const text = readFileSync(join(ROOT, path), "utf8").replaceAll(/port_value: (\d+)/g, (_all, port: string) => {
    const position = ["1111", "2222", "3333", "4444"].indexOf(port);
    return `port_value: ${ports.backends.get(BACKENDS[position] ?? "") ?? ports.listener}`;
  });
  const bootstrap: unknown = parse(text, { merge: true });
  return withoutAdmin(mapObjects(bootstrap, (object) => withRigLog(object, file.log ?? {})));
}

function withRigLog(object: Json, fields: Json): Json {
  const type = object["@type"];
  if (typeof type !== "string" || !type.endsWith(".HttpConnectionManager")) return object;
  return { ...object, access_log: [rigLog(fields), ...accessLogs(object)] };
}

function withoutAdmin(bootstrap: Json): Json {
  const { admin: _admin, ...rest } = bootstrap;
  return rest;
}

/** Every object of a JSON value, innermost first, replaced by what `change` makes of it. */
export function mapObjects(value: unknown, change: (object: Json) => Json): Json {
  const mapped = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map(mapped);
    if (typeof inner !== "object" || inner === null) return inner;
    return change(Object.fromEntries(Object.entries(inner).map(([key, field]) => [key, mapped(field)])));
  };
  // An object stays one: `change` gives objects for objects.
  return mapped(value) as Json;
}

/** `port_value: $one` becomes the port of that backend. */
function withPorts(bootstrap: Json, backends: ReadonlyMap<string, number>): Json {
  return mapObjects(bootstrap, (object) => {
    const port = object["port_value"];
    return typeof port === "string" ? { ...object, port_value: backends.get(port.slice(1)) } : object;
  });
}

function extension(name: string, type: string, fields: Json): Json {
  return { name, typed_config: { "@type": `type.googleapis.com/envoy.extensions.filters.${type}`, ...fields } };
}

function loopback(port: number | string): Json {
  return { socket_address: { address: "127.0.0.1", port_value: port } };
}

/** Envoy lets three retries at a time through: whether one more is let through would be a matter of chance. */
const MANY_RETRIES: Json = { thresholds: [{ max_retries: 1000 }] };

function clusterOf(name: string, port: string): Json {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: loopback(port) } }] }];
  const assignment = { cluster_name: name, endpoints };
  return { name, connect_timeout: "1s", circuit_breakers: MANY_RETRIES, load_assignment: assignment };
}
