import { everyField, ignored, type MessageSupport, support, unsupported } from "../../config/support.ts";

/** What becomes of the fields of `outlier_detection`. Who judges, and what is known there, is said where a cluster has it. */
export const outlierSupport: readonly MessageSupport[] = [
  support("envoy.config.cluster.v3.OutlierDetection", {
    ...everyField(
      [
        "consecutive5xx",
        "interval",
        "baseEjectionTime",
        "maxEjectionPercent",
        "enforcingConsecutive5xx",
        "enforcingSuccessRate",
        "successRateMinimumHosts",
        "successRateRequestVolume",
        "successRateStdevFactor",
        "consecutiveGatewayFailure",
        "enforcingConsecutiveGatewayFailure",
        "splitExternalLocalOriginErrors",
        "consecutiveLocalOriginFailure",
        "enforcingConsecutiveLocalOriginFailure",
        "enforcingLocalOriginSuccessRate",
        "failurePercentageThreshold",
        "enforcingFailurePercentage",
        "enforcingFailurePercentageLocalOrigin",
        "failurePercentageMinimumHosts",
        "failurePercentageRequestVolume",
        "maxEjectionTime",
        "maxEjectionTimeJitter",
        "alwaysEjectOneHost",
        "detectDegradedHosts",
      ],
      "supported",
    ),
    successfulActiveHealthCheckUnejectHost: {
      edge: ignored("a Worker makes no health checks that could bring a host back"),
      node: "supported",
    },
    monitors: unsupported("extensions of outlier detection are not implemented"),
  }),
];
