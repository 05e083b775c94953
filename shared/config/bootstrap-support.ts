import { approximated, approximatedAsWhole, ignored, type MessageSupport, support, unsupported } from "./support.ts";

const NO_LISTENING = ignored("a Worker does not listen; the admin interface is reached through the Worker itself");
const MODE = ignored("a Worker does not listen on a Unix socket");

/** What becomes of the fields of a bootstrap and of the messages that stand everywhere. */
export const bootstrapSupport: readonly MessageSupport[] = [
  support("envoy.config.bootstrap.v3.Bootstrap", {
    node: "supported",
    staticResources: "supported",
    admin: "supported",
    layeredRuntime: "supported",
    statsFlushInterval: {
      edge: ignored("statistics are read on demand; there is no sink to flush to"),
      node: "supported",
    },
    statsFlushOnAdmin: ignored("statistics are read on demand; there is no sink to flush to"),
    enableDispatcherStats: ignored("the event loop keeps no such statistics"),
  }),
  support("envoy.config.bootstrap.v3.Bootstrap.StaticResources", { listeners: "supported", clusters: "supported" }),
  support("envoy.config.bootstrap.v3.LayeredRuntime", { layers: "supported" }),
  support("envoy.config.bootstrap.v3.RuntimeLayer", {
    name: "supported",
    staticLayer: approximatedAsWhole(
      "keys that the configuration names have effect; Envoy's own feature flags have none",
    ),
    adminLayer: ignored("the admin interface changes no runtime values"),
    diskLayer: unsupported("runtime values are not read from a folder"),
    rtdsLayer: unsupported("runtime values are not discovered"),
  }),
  support("envoy.config.bootstrap.v3.Admin", {
    address: { edge: NO_LISTENING, node: "supported" },
    allowPaths: { edge: NO_LISTENING, node: "supported" },
    ignoreGlobalConnLimit: ignored("there is no global connection limit"),
    profilePath: ignored("there are no profiler endpoints"),
  }),
  support("envoy.config.core.v3.Node", {
    id: "supported",
    cluster: "supported",
    metadata: ignored("nothing reads the node's metadata without a control plane"),
    locality: ignored("nothing reads the node's locality without zone-aware balancing"),
  }),
  support("envoy.config.core.v3.Address", {
    socketAddress: "supported",
    pipe: { edge: unsupported("a Worker cannot open a Unix socket"), node: "supported" },
    envoyInternalAddress: {
      edge: approximated("server_listener_name names a service binding of the Worker"),
      node: unsupported("internal listeners are not implemented"),
    },
  }),
  support("envoy.config.core.v3.SocketAddress", {
    protocol: "supported",
    address: "supported",
    portValue: "supported",
    ipv4Compat: { edge: NO_LISTENING, node: "supported" },
  }),
  support("envoy.config.core.v3.Pipe", { path: "supported", mode: { edge: MODE, node: "supported" } }),
  support("envoy.config.core.v3.EnvoyInternalAddress", { serverListenerName: "supported" }),
  support("envoy.config.core.v3.DataSource", {
    filename: approximated("read when the configuration is loaded or built, relative to the working directory"),
    inlineBytes: "supported",
    inlineString: "supported",
    environmentVariable: approximated("read when the configuration is loaded or built"),
  }),
  support("envoy.config.core.v3.CidrRange", { addressPrefix: "supported", prefixLen: "supported" }),
];
