export type { Locality, UpstreamHost } from "../host/upstream-host.ts";
