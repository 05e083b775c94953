import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { HttpConnectionManager } from "../schema/envoy-types.ts";
import type { LintContext } from "./lint-context.ts";

/**
 * Warns of a connection manager that believes whatever clients say of where they come from. Behind another proxy that is right; the
 * edge has none in front. `path` is that of the connection manager.
 */
export function lintTrustedClients(config: HttpConnectionManager, path: ConfigPath, context: LintContext): void {
  const { useRemoteAddress = false, originalIpDetectionExtensions = [] } = config;
  if (context.target !== "edge" || useRemoteAddress || originalIpDetectionExtensions.length > 0) return;
  const message = "without use_remote_address clients are believed what x-forwarded-for and x-forwarded-proto say";
  const hint = "set use_remote_address: true, unless a proxy of your own stands before the Worker";
  context.diagnostics.warning(path, "lint.trusted_clients", message, hint);
}
