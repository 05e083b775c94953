import { approximated, type MessageSupport, support, unsupported } from "../../config/support.ts";

export const aggregateSupport: readonly MessageSupport[] = [
  support("envoy.extensions.clusters.aggregate.v3.ClusterConfig", {
    clusters: {
      edge: approximated("the member is chosen once for a request, retries included, and counts it under its own name"),
      node: unsupported("clusters of clusters are not implemented"),
    },
  }),
];
