import type { LogFields } from "../../host/logger.ts";
import type { UpstreamHost } from "../../host/upstream-host.ts";
import type { EjectionType } from "./outlier-settings.ts";

/** What happened to a host, with the fields of `envoy.data.cluster.v3.OutlierDetectionEvent` that its cluster does not know. */
export type OutlierEvent = OutlierEjection | OutlierReturn;

interface CommonEvent {
  readonly host: UpstreamHost;
  /** This one included. */
  readonly ejections: number;
  /** Since the opposite happened to the host, if ever. Whole seconds. */
  readonly secondsSinceLastAction: number | undefined;
}

export interface OutlierEjection extends CommonEvent {
  readonly action: "EJECT";
  readonly type: EjectionType;
  /** False for a host that was found but, by the share that is enforced, kept. */
  readonly enforced: boolean;
}

export interface OutlierReturn extends CommonEvent {
  readonly action: "UNEJECT";
}

/** An event as the application log has it, with the names of Envoy's fields. */
export function outlierLogEntry(cluster: string, event: OutlierEvent): readonly [name: string, fields: LogFields] {
  const fields = {
    cluster_name: cluster,
    upstream_url: event.host.address,
    num_ejections: event.ejections,
    secs_since_last_action: event.secondsSinceLastAction,
  };
  if (event.action === "UNEJECT") return ["outlier_unejection", fields];
  return ["outlier_ejection", { ...fields, type: event.type, enforced: event.enforced }];
}
