/** The bootstrap of an HTTP proxy at the edge, from the parts that a test is about. Parts are YAML in flow style. */
export interface ManagerConfig {
  /** Fields of the connection manager beside the usual ones, each a line. */
  readonly manager?: readonly string[];
  readonly routes?: readonly string[];
  /** Fields of the route configuration beside its virtual host. */
  readonly routeConfig?: string;
  /** Filters before the router; `none` is not even that. */
  readonly filters?: readonly string[] | "none";
}

export const TO_APP = "{ match: { prefix: / }, route: { cluster: app } }";

export function managerConfig({
  manager = [],
  routes = [TO_APP],
  routeConfig = "",
  filters = [],
}: ManagerConfig): string {
  return `
static_resources:
  listeners:
    - name: http
      address: { socket_address: { address: 127.0.0.1, port_value: 80 } }
      filter_chains:
        - filters:
            - name: hcm
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: ingress
${manager.map((line) => `                ${line}`).join("\n")}
                route_config:
                  ${routeConfig}
                  virtual_hosts: [{ name: all, domains: ["*"], routes: [${routes.join(", ")}] }]
                http_filters: [${filters === "none" ? "" : [...filters, ROUTER].join(", ")}]
  clusters:
    - name: app
      load_assignment:
        cluster_name: app
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 1111 } } } }] }]
`;
}

const ROUTER =
  '{ name: router, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } }';
