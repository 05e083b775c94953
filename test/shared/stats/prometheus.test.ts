import { describe, it } from "vitest";
import { createLocalStats } from "../../../shared/stats/local-stats.ts";
import { renderPrometheus } from "../../../shared/stats/prometheus.ts";

// Each line is what Envoy 1.39 printed for a statistic of that name.
const SAMPLES: readonly (readonly [name: string, sample: string])[] = [
  ["cluster.svc.upstream_rq_200", 'envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="svc"}'],
  [
    "cluster.svc_one.upstream_rq_4xx",
    'envoy_cluster_upstream_rq_xx{envoy_response_code_class="4",envoy_cluster_name="svc_one"}',
  ],
  [
    "cluster.svc_one.external.upstream_rq_404",
    'envoy_cluster_external_upstream_rq{envoy_response_code="404",envoy_cluster_name="svc_one"}',
  ],
  ["cluster.svc_one.upstream_rq_completed", 'envoy_cluster_upstream_rq_completed{envoy_cluster_name="svc_one"}'],
  [
    "cluster.svc_one.circuit_breakers.default.cx_open",
    'envoy_cluster_circuit_breakers_default_cx_open{envoy_cluster_name="svc_one"}',
  ],
  ["cluster.a.b.c.upstream_rq_total", 'envoy_cluster_b_c_upstream_rq_total{envoy_cluster_name="a"}'],
  [
    "cluster.a.b.c.ssl.ciphers.ECDHE-RSA-AES128-GCM-SHA256",
    'envoy_cluster_b_c_ssl_ciphers_ECDHE_RSA_AES128_GCM_SHA256{envoy_cluster_name="a"}',
  ],
  ["cluster.a.b.c.ssl.curves.X25519", 'envoy_cluster_b_c_ssl_curves{envoy_ssl_curve="X25519",envoy_cluster_name="a"}'],
  [
    "cluster.a.b.c.ssl.sigalgs.rsa_pss_rsae_sha256",
    'envoy_cluster_b_c_ssl_sigalgs{envoy_ssl_sigalg="rsa_pss_rsae_sha256",envoy_cluster_name="a"}',
  ],
  [
    "cluster.a.b.c.ssl.versions.TLSv1.2",
    'envoy_cluster_b_c_ssl_versions{envoy_ssl_version="TLSv1.2",envoy_cluster_name="a"}',
  ],
  [
    "cluster.abc.ssl.ciphers.ECDHE-RSA-AES128-GCM-SHA256",
    'envoy_cluster_ssl_ciphers{cipher_suite="ECDHE-RSA-AES128-GCM-SHA256",envoy_cluster_name="abc"}',
  ],
  [
    "cluster.c.grpc.svc.meth.http_local_rate_limit.enabled",
    'envoy_cluster_grpc_http_local_rate_limit_enabled{envoy_grpc_bridge_method="meth",envoy_grpc_bridge_service="svc",envoy_cluster_name="c"}',
  ],
  [
    "cluster.c.ext_authz.p.http_local_rate_limit.enabled",
    'envoy_cluster_ext_authz_http_local_rate_limit_enabled{envoy_cluster_name="c",envoy_ext_authz_prefix="p"}',
  ],
  ["cluster_manager.cluster_added", "envoy_cluster_manager_cluster_added{}"],
  [
    "http.ingress_http.downstream_rq_2xx",
    'envoy_http_downstream_rq_xx{envoy_response_code_class="2",envoy_http_conn_manager_prefix="ingress_http"}',
  ],
  [
    "http.ingress_http.downstream_rq_total",
    'envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix="ingress_http"}',
  ],
  ["http.a.b.downstream_rq_completed", 'envoy_http_b_downstream_rq_completed{envoy_http_conn_manager_prefix="a"}'],
  ["http.fr.rbac.allowed", 'envoy_http_rbac_allowed{envoy_http_conn_manager_prefix="fr"}'],
  [
    "http.fr.rbac.rr.allowed",
    'envoy_http_rbac_allowed{envoy_rbac_http_prefix="rr",envoy_http_conn_manager_prefix="fr"}',
  ],
  [
    "http.fr.rbac.policy.pol3.allowed",
    'envoy_http_rbac_policy_allowed{envoy_rbac_policy_name="pol3",envoy_http_conn_manager_prefix="fr"}',
  ],
  [
    "http.fr.rbac.rr.policy.pol.allowed",
    'envoy_http_rbac_policy_allowed{envoy_rbac_policy_name="pol",envoy_rbac_http_prefix="rr",envoy_http_conn_manager_prefix="fr"}',
  ],
  [
    "http.fr.rbac.sh.policy.pol2.shadow_allowed",
    'envoy_http_rbac_policy_shadow_allowed{envoy_rbac_policy_name="pol2",envoy_rbac_http_prefix="sh",envoy_http_conn_manager_prefix="fr"}',
  ],
  [
    "http.ingress_http.fault.delays_injected",
    'envoy_http_fault_delays_injected{envoy_http_conn_manager_prefix="ingress_http"}',
  ],
  [
    "http.h.fault.down.http_local_rate_limit.enabled",
    'envoy_http_fault_http_local_rate_limit_enabled{envoy_fault_downstream_cluster="down",envoy_http_conn_manager_prefix="h"}',
  ],
  [
    "http.h.ext_authz.p.http_local_rate_limit.enabled",
    'envoy_http_ext_authz_http_local_rate_limit_enabled{envoy_ext_authz_prefix="p",envoy_http_conn_manager_prefix="h"}',
  ],
  [
    "http.h.dynamodb.table.tbl.capacity.Query.http_local_rate_limit.enabled",
    'envoy_http_dynamodb_table_capacity_http_local_rate_limit_enabled{envoy_dynamo_operation="Query",envoy_dynamo_table="tbl",envoy_http_conn_manager_prefix="h"}',
  ],
  [
    "http.h.user_agent.ios.http_local_rate_limit.enabled",
    'envoy_http_user_agent_http_local_rate_limit_enabled{envoy_http_user_agent="ios",envoy_http_conn_manager_prefix="h"}',
  ],
  [
    "http.h.rds.routes.http_local_rate_limit.enabled",
    'envoy_http_rds_enabled{envoy_rds_route_config="routes.http_local_rate_limit",envoy_http_conn_manager_prefix="h"}',
  ],
  [
    "http.h.scoped_rds.scopes.http_local_rate_limit.enabled",
    'envoy_http_scoped_rds_enabled{envoy_scoped_rds_config="scopes.http_local_rate_limit",envoy_http_conn_manager_prefix="h"}',
  ],
  [
    "listener.127.0.0.1_19906.downstream_cx_total",
    'envoy_listener_downstream_cx_total{envoy_listener_address="127.0.0.1_19906"}',
  ],
  [
    "listener.127.0.0.1_19906.worker_0.downstream_cx_total",
    'envoy_listener_worker_downstream_cx_total{envoy_worker_id="0",envoy_listener_address="127.0.0.1_19906"}',
  ],
  [
    "listener.127.0.0.1_19906.http.ingress_http.downstream_rq_4xx",
    'envoy_listener_http_downstream_rq_xx{envoy_response_code_class="4",envoy_http_conn_manager_prefix="ingress_http",envoy_listener_address="127.0.0.1_19906"}',
  ],
  [
    "listener.mytls.ssl.versions.TLSv1.3",
    'envoy_listener_ssl_versions{envoy_ssl_version="TLSv1.3",envoy_listener_address="mytls"}',
  ],
  [
    "listener.mytls.ssl.ciphers.TLS_AES_256_GCM_SHA384",
    'envoy_listener_ssl_ciphers{envoy_ssl_cipher="TLS_AES_256_GCM_SHA384",envoy_listener_address="mytls"}',
  ],
  [
    "listener.mytls.ssl.certificate.unnamed_cert_e3b0c442.expiration_unix_time_seconds",
    'envoy_listener_ssl_certificate_expiration_unix_time_seconds{envoy_tls_certificate="unnamed_cert_e3b0c442",envoy_listener_address="mytls"}',
  ],
  [
    "listener.[__1]_80.http.hh.http_local_rate_limit.enabled",
    'envoy_listener_http_http_local_rate_limit_enabled{envoy_http_conn_manager_prefix="hh",envoy_listener_address="[__1]_80"}',
  ],
  ["listener.admin.downstream_cx_total", "envoy_listener_admin_downstream_cx_total{}"],
  [
    "listener.admin.http.admin.downstream_rq_2xx",
    'envoy_listener_admin_http_downstream_rq_xx{envoy_response_code_class="2",envoy_http_conn_manager_prefix="admin"}',
  ],
  ["listener_manager.listener_added", "envoy_listener_manager_listener_added{}"],
  ["server.worker_0.watchdog_miss", 'envoy_server_worker_watchdog_miss{envoy_worker_id="0"}'],
  [
    "vhost.backend.route.rt.upstream_rq_404",
    'envoy_vhost_route_upstream_rq{envoy_response_code="404",envoy_virtual_host="backend",envoy_route="rt"}',
  ],
  [
    "vhost.backend.vcluster.users.upstream_rq_4xx",
    'envoy_vhost_vcluster_upstream_rq_xx{envoy_response_code_class="4",envoy_virtual_cluster="users",envoy_virtual_host="backend"}',
  ],
  ["tcp.db.downstream_cx_total", 'envoy_tcp_downstream_cx_total{envoy_tcp_prefix="db"}'],
  ["udp.up.http_local_rate_limit.enabled", 'envoy_udp_http_local_rate_limit_enabled{envoy_udp_prefix="up"}'],
  ["lrl.http_local_rate_limit.ok", 'envoy_http_local_rate_limit_ok{envoy_local_http_ratelimit_prefix="lrl"}'],
  [
    "local_rate_limit.nl.rate_limited",
    'envoy_local_rate_limit_rate_limited{envoy_local_network_ratelimit_prefix="nl"}',
  ],
  [
    "connection_limit.cl.limited_connections",
    'envoy_connection_limit_limited_connections{envoy_connection_limit_prefix="cl"}',
  ],
  ["nr.rbac.allowed", 'envoy_rbac_allowed{envoy_rbac_prefix="nr"}'],
  [
    "ratelimit.rp.http_local_rate_limit.enabled",
    'envoy_ratelimit_http_local_rate_limit_enabled{envoy_ratelimit_prefix="rp"}',
  ],
  [
    "auth.clientssl.ap.http_local_rate_limit.enabled",
    'envoy_auth_clientssl_http_local_rate_limit_enabled{envoy_clientssl_prefix="ap"}',
  ],
  [
    "redis.egress.command.get.http_local_rate_limit.enabled",
    'envoy_redis_command_get_http_local_rate_limit_enabled{envoy_redis_prefix="egress"}',
  ],
  ["thrift.tp.http_local_rate_limit.enabled", 'envoy_thrift_http_local_rate_limit_enabled{envoy_thrift_prefix="tp"}'],
  [
    "mongo.pfx.cmd.find.http_local_rate_limit.enabled",
    'envoy_mongo_cmd_http_local_rate_limit_enabled{envoy_mongo_cmd="find",envoy_mongo_prefix="pfx"}',
  ],
  [
    "mongo.pfx.collection.users.callsite.cs.query.http_local_rate_limit.enabled",
    'envoy_mongo_collection_users_callsite_query_http_local_rate_limit_enabled{envoy_mongo_callsite="cs",envoy_mongo_prefix="pfx"}',
  ],
  [
    "grpc.gp.http_local_rate_limit.enabled",
    'envoy_grpc_http_local_rate_limit_enabled{envoy_google_grpc_client_prefix="gp"}',
  ],
  [
    "sds.certs.http_local_rate_limit.enabled",
    'envoy_sds_http_local_rate_limit_enabled{envoy_xds_resource_name="certs"}',
  ],
  [
    "proxy_proto.pp.http_local_rate_limit.enabled",
    'envoy_proxy_proto_http_local_rate_limit_enabled{envoy_proxy_protocol_prefix="pp"}',
  ],
  [
    "dns_filter.d.http_local_rate_limit.enabled",
    'envoy_dns_filter_http_local_rate_limit_enabled{envoy_dns_filter_prefix="d"}',
  ],
  ["workers.watchdog_miss", "envoy_workers_watchdog_miss{}"],
];

describe("renderPrometheus", () => {
  it.for(SAMPLES)("renderPrometheus takes the tags out of %s", ([name, sample], { expect }) => {
    const stats = createLocalStats();
    stats.store.counter(name).add(7);
    expect(renderPrometheus(stats.view()).split("\n")[1]).toBe(`${sample} 7`);
  });

  it("renderPrometheus groups the samples of a metric below one TYPE line, counters before gauges", ({ expect }) => {
    const stats = createLocalStats();
    stats.store.gauge("cluster.b.upstream_cx_active").set(2);
    stats.store.counter("cluster.b.upstream_cx_total").add(5);
    stats.store.counter("cluster.a.upstream_cx_total").add(4);
    stats.store.counter("cluster.a.upstream_cx_idle_timeout");
    expect(renderPrometheus(stats.view())).toBe(
      [
        "# TYPE envoy_cluster_upstream_cx_idle_timeout counter",
        'envoy_cluster_upstream_cx_idle_timeout{envoy_cluster_name="a"} 0',
        "# TYPE envoy_cluster_upstream_cx_total counter",
        'envoy_cluster_upstream_cx_total{envoy_cluster_name="a"} 4',
        'envoy_cluster_upstream_cx_total{envoy_cluster_name="b"} 5',
        "# TYPE envoy_cluster_upstream_cx_active gauge",
        'envoy_cluster_upstream_cx_active{envoy_cluster_name="b"} 2',
        "",
      ].join("\n"),
    );
  });

  it("renderPrometheus escapes label values and replaces what a name must not hold", ({ expect }) => {
    const stats = createLocalStats();
    stats.store.counter('cluster.a"b\\c\nd.rq-total');
    expect(renderPrometheus(stats.view())).toContain('envoy_cluster_rq_total{envoy_cluster_name="a\\"b\\\\c\\nd"} 0\n');
  });

  it("renderPrometheus publishes histograms as cumulative buckets with exact sum and count", ({ expect }) => {
    const stats = createLocalStats();
    const time = stats.store.histogram("http.in.downstream_rq_time", "ms");
    for (const value of [0, 0, 1, 254, 4_000_000]) time.record(value);
    const lines = renderPrometheus(stats.view()).split("\n");
    const label = 'envoy_http_conn_manager_prefix="in"';
    expect(lines[0]).toBe("# TYPE envoy_http_downstream_rq_time histogram");
    expect(lines).toContain(`envoy_http_downstream_rq_time_bucket{${label},le="0.5"} 2`);
    expect(lines).toContain(`envoy_http_downstream_rq_time_bucket{${label},le="1"} 3`);
    // 254 lies in the bin [250, 260), which counts at 250 as in Envoy.
    expect(lines).toContain(`envoy_http_downstream_rq_time_bucket{${label},le="250"} 4`);
    expect(lines).toContain(`envoy_http_downstream_rq_time_bucket{${label},le="3600000"} 4`);
    expect(lines).toContain(`envoy_http_downstream_rq_time_bucket{${label},le="+Inf"} 5`);
    expect(lines).toContain(`envoy_http_downstream_rq_time_sum{${label}} 4000255`);
    expect(lines).toContain(`envoy_http_downstream_rq_time_count{${label}} 5`);
  });

  it("renderPrometheus publishes quantiles of the last interval as a summary", ({ expect }) => {
    const stats = createLocalStats();
    const time = stats.store.histogram("t", "ms");
    time.record(1);
    expect(renderPrometheus(stats.view(), "summary")).toContain('envoy_t{quantile="0.5"} NaN\n');
    stats.latchIntervals();
    expect(renderPrometheus(stats.view(), "summary")).toContain(
      'envoy_t{quantile="0.5"} 1.05\nenvoy_t{quantile="0.75"}',
    );
  });
});
