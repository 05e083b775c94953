import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { Cluster, CommonTlsContext, UpstreamTlsContext } from "../schema/envoy-types.ts";
import type { LintContext } from "./lint-context.ts";

const TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";

/** Warns of a cluster whose certificates nobody checks. `path` is that of the cluster. */
export function lintUpstreamTls({ transportSocket }: Cluster, path: ConfigPath, { diagnostics }: LintContext): void {
  const config = transportSocket?.typedConfig;
  if (config?.["@type"] !== TLS) return;
  const { commonTlsContext = {} } = config as UpstreamTlsContext; // as its type URL says
  if (namesTrust(commonTlsContext)) return;
  const message =
    "nothing says whom to trust, so that Envoy accepts any certificate; at the edge the platform checks it";
  const socketPath = path.field("transportSocket").field("typedConfig");
  diagnostics.warning(
    socketPath,
    "lint.unverified_tls",
    message,
    "give common_tls_context a validation_context with trusted_ca",
  );
}

/** What comes from elsewhere (SDS, certificate providers) is taken to name it. */
function namesTrust(context: CommonTlsContext): boolean {
  const { validationContext, combinedValidationContext } = context;
  const contexts = [validationContext, combinedValidationContext?.defaultValidationContext];
  if (contexts.some((inline) => inline?.trustChainVerification === "ACCEPT_UNTRUSTED")) return false;
  if (contexts.some((inline) => inline?.trustedCa !== undefined || inline?.systemRootCerts !== undefined)) return true;
  return (
    context.validationContextSdsSecretConfig !== undefined ||
    combinedValidationContext?.validationContextSdsSecretConfig !== undefined
  );
}
