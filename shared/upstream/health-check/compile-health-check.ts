import { durationMs } from "../../base/duration-ms.ts";
import type { ConfigPath } from "../../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../../diagnostics/diagnostic.ts";
import type { HealthCheck } from "../../schema/envoy-types.ts";
import { compileHttpCheck } from "./compile-http-check.ts";
import type { CheckIntervals, GrpcCheck, HealthCheckSettings, TcpCheck } from "./health-check-settings.ts";
import { compilePayload, compilePayloads } from "./payload.ts";

const DEFAULT_NO_TRAFFIC_INTERVAL = "60s";

/** Compiles one of `Cluster.health_checks`; nothing after reporting why. */
export function compileHealthCheck(
  config: HealthCheck,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): HealthCheckSettings | undefined {
  const check = compileCheck(config, path, diagnostics);
  if (check === undefined) return undefined;
  return {
    check,
    timeoutMs: durationMs(config.timeout ?? "0s"),
    unhealthyThreshold: config.unhealthyThreshold ?? 0,
    healthyThreshold: config.healthyThreshold ?? 0,
    reuseConnection: config.reuseConnection ?? true,
    intervals: compileIntervals(config),
    alwaysLogFailures: config.alwaysLogHealthCheckFailures ?? false,
    alwaysLogSuccess: config.alwaysLogHealthCheckSuccess ?? false,
  };
}

function compileCheck(
  { httpHealthCheck, tcpHealthCheck, grpcHealthCheck }: HealthCheck,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): HealthCheckSettings["check"] | undefined {
  if (httpHealthCheck !== undefined) {
    return compileHttpCheck(httpHealthCheck, path.field("httpHealthCheck"), diagnostics);
  }
  if (tcpHealthCheck !== undefined) {
    return compileTcpCheck(tcpHealthCheck, path.field("tcpHealthCheck"), diagnostics);
  }
  if (grpcHealthCheck !== undefined) return compileGrpcCheck(grpcHealthCheck);
  diagnostics.error(path.field("customHealthCheck"), "config.unsupported", "custom health checks are not implemented");
  return undefined;
}

function compileTcpCheck(
  { send, receive = [] }: NonNullable<HealthCheck["tcpHealthCheck"]>,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): TcpCheck | undefined {
  const sent = send && compilePayload(send, path.field("send"), diagnostics);
  const expected = compilePayloads(receive, path.field("receive"), diagnostics);
  if (expected === undefined || (send !== undefined && sent === undefined)) return undefined;
  return { kind: "tcp", send: sent, receive: expected };
}

function compileGrpcCheck({
  serviceName = "",
  authority = "",
}: NonNullable<HealthCheck["grpcHealthCheck"]>): GrpcCheck {
  return { kind: "grpc", serviceName, authority };
}

function compileIntervals(config: HealthCheck): CheckIntervals {
  const ms = (duration: string | undefined, otherwiseMs: number): number =>
    duration === undefined ? otherwiseMs : durationMs(duration);
  const healthyMs = ms(config.interval, 0);
  const unhealthyMs = ms(config.unhealthyInterval, healthyMs);
  const noTrafficMs = durationMs(config.noTrafficInterval ?? DEFAULT_NO_TRAFFIC_INTERVAL);
  return {
    healthyMs,
    unhealthyMs,
    healthyEdgeMs: ms(config.healthyEdgeInterval, healthyMs),
    unhealthyEdgeMs: ms(config.unhealthyEdgeInterval, unhealthyMs),
    noTrafficMs,
    noTrafficHealthyMs: ms(config.noTrafficHealthyInterval, noTrafficMs),
    initialJitterMs: ms(config.initialJitter, 0),
    jitterMs: ms(config.intervalJitter, 0),
    jitterPercent: config.intervalJitterPercent ?? 0,
  };
}
