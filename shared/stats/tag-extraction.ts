/** What a full statistic name says once its variable parts are taken out. */
export interface TaggedName {
  /** The name without those parts: `cluster.upstream_rq`. */
  readonly name: string;
  /** In the order of {@link DEFAULT_TAGS}. */
  readonly tags: readonly { readonly tag: string; readonly value: string }[];
}

interface TagExtractor {
  readonly tag: string;
  /** Group 1 is the tag's value. Flag `d` tells where it stands. */
  readonly pattern: RegExp;
}

/**
 * The tags that Envoy extracts without `stats_config`, in its order of output. `$` stands for the value, `*` for one level, `**`
 * for one or more to the end.
 */
const DEFAULT_TAGS: readonly TagExtractor[] = [
  { tag: "envoy.response_code", pattern: /_rq_(\d{3})$/d },
  { tag: "envoy.response_code_class", pattern: /_rq_(\d)xx$/d },
  {
    tag: "envoy.dynamo_operation",
    pattern: /^http\.[^.]+\.dynamodb\.(?:operation|table\.[^.]+\.capacity)\.([^.]+)\./d,
  },
  { tag: "envoy.dynamo_table", pattern: /^http\.[^.]+\.dynamodb\.(?:table|error)\.([^.]+)\./d },
  level("envoy.http_user_agent", "http.*.user_agent.$.**"),
  level("envoy.virtual_cluster", "vhost.*.vcluster.$.**"),
  level("envoy.fault_downstream_cluster", "http.*.fault.$.**"),
  { tag: "envoy.ssl_cipher", pattern: /^listener\..+\.ssl\.ciphers?\.([^.]+)$/d },
  { tag: "envoy.ssl_curve", pattern: /^(?:listener|cluster)\..+\.ssl\.curves\.([^.]+)$/d },
  { tag: "envoy.ssl_sigalg", pattern: /^(?:listener|cluster)\..+\.ssl\.sigalgs\.([^.]+)$/d },
  { tag: "envoy.ssl_version", pattern: /^(?:listener|cluster)\..+\.ssl\.versions\.(TLSv1(?:\.\d)?)$/d },
  { tag: "cipher_suite", pattern: /^cluster\.[^.]+\.ssl\.ciphers\.([^.]+)$/d },
  { tag: "envoy.tls_certificate", pattern: /\.ssl\.certificate\.([^.]+)\./d },
  level("envoy.grpc_bridge_method", "cluster.*.grpc.*.$.**"),
  level("envoy.grpc_bridge_service", "cluster.*.grpc.$.**"),
  level("envoy.mongo_callsite", "mongo.*.collection.*.callsite.$.**"),
  { tag: "envoy.mongo_collection", pattern: /^mongo\.[^.]+\.collection\.([^.]+)\.(?:.*\.)?query\.\w+$/d },
  level("envoy.mongo_cmd", "mongo.*.cmd.$.**"),
  level("envoy.mongo_prefix", "mongo.$.**"),
  level("envoy.tcp_prefix", "tcp.$.**"),
  level("envoy.udp_prefix", "udp.$.**"),
  level("envoy.clientssl_prefix", "auth.clientssl.$.**"),
  level("envoy.ratelimit_prefix", "ratelimit.$.**"),
  level("envoy.cluster_name", "cluster.$.**"),
  { tag: "envoy.ext_authz_prefix", pattern: /^(?:cluster|http)\.[^.]+\.ext_authz\.([^.]+)\../d },
  { tag: "envoy.rbac_policy_name", pattern: /\brbac\.(?:[^.]+\.)?policy\.([^.]+)\.(?:shadow_)?(?:allowed|denied)$/d },
  { tag: "envoy.rbac_http_prefix", pattern: /^http\.[^.]+\.rbac\.(?!policy\.)([^.]+)\../d },
  level("envoy.rbac_prefix", "$.rbac.**"),
  { tag: "envoy.rds_route_config", pattern: /^http\.[^.]+\.rds\.(.+)\.\w+$/d },
  { tag: "envoy.scoped_rds_config", pattern: /^http\.[^.]+\.scoped_rds\.(.+)\.\w+$/d },
  { tag: "envoy.worker_id", pattern: /\.worker_(\d+)\../d },
  { tag: "envoy.http_conn_manager_prefix", pattern: /^(?:listener\..+?\.)?http\.([^.]+)\../d },
  // An address keeps its dots: `0.0.0.0_80`. The admin listener is not tagged.
  { tag: "envoy.listener_address", pattern: /^listener\.(?!admin\.)([\d.]+_\d+|[^.]+)\../d },
  level("envoy.virtual_host", "vhost.$.**"),
  level("envoy.route", "vhost.*.route.$.**"),
  level("envoy.xds_resource_name", "sds.$.**"),
  level("envoy.redis_prefix", "redis.$.**"),
  level("envoy.thrift_prefix", "thrift.$.**"),
  level("envoy.google_grpc_client_prefix", "grpc.$.**"),
  level("envoy.dns_filter_prefix", "dns_filter.$.**"),
  level("envoy.connection_limit_prefix", "connection_limit.$.**"),
  level("envoy.local_http_ratelimit_prefix", "$.http_local_rate_limit.**"),
  level("envoy.local_network_ratelimit_prefix", "local_rate_limit.$.**"),
  { tag: "envoy.proxy_protocol_version", pattern: /^proxy_proto\.(?:[^.]+\.)?versions\.v(\d)\.\w+$/d },
  { tag: "envoy.proxy_protocol_prefix", pattern: /^proxy_proto\.(?!versions\.)([^.]+)\../d },
];

/** Takes the default tags out of a name. Each looks at the whole name; none sees what another took. */
export function extractTags(fullName: string): TaggedName {
  const found = DEFAULT_TAGS.flatMap(({ tag, pattern }) => {
    const bounds = pattern.exec(fullName)?.indices?.[1];
    return bounds === undefined ? [] : [{ tag, bounds }];
  });
  let name = fullName;
  for (const { bounds } of found.toSorted((a, b) => b.bounds[0] - a.bounds[0])) name = cut(name, bounds);
  return { name, tags: found.map(({ tag, bounds }) => ({ tag, value: fullName.slice(...bounds) })) };
}

/** Takes a value out with the dot behind it or, at the end of the name, with the separator before it. */
function cut(name: string, [start, end]: readonly [number, number]): string {
  if (name[end] === ".") return name.slice(0, start) + name.slice(end + 1);
  return name.slice(0, end === name.length ? start - 1 : start) + name.slice(end);
}

function level(tag: string, pattern: string): TagExtractor {
  const source = pattern.split(".").map((part) => {
    if (part === "$") return "([^.]+)";
    if (part === "*") return "[^.]+";
    return part === "**" ? "." : part;
  });
  return { tag, pattern: new RegExp(`^${source.join("\\.")}`, "d") };
}
