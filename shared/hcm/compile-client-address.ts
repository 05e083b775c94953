import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";
import { compileCidrSet } from "../net/cidr.ts";
import type {
  CustomHeaderConfig,
  HttpConnectionManager,
  TypedExtensionConfig,
  XffConfig,
} from "../schema/envoy-types.ts";
import {
  type AddressDetector,
  type ClientAddressPolicy,
  detectByHeader,
  detectByHops,
  detectByNetworks,
} from "./client-address.ts";
import { errorStatus } from "./error-status.ts";

const XFF = "type.googleapis.com/envoy.extensions.http.original_ip_detection.xff.v3.XffConfig";
const CUSTOM_HEADER =
  "type.googleapis.com/envoy.extensions.http.original_ip_detection.custom_header.v3.CustomHeaderConfig";

/** Of `reject_with_status`, where it is no error. */
const DEFAULT_REJECT_STATUS = 403;

export function compileClientAddress(
  config: HttpConnectionManager,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): ClientAddressPolicy {
  const { useRemoteAddress = false, xffNumTrustedHops = 0, originalIpDetectionExtensions: extensions = [] } = config;
  if (extensions.length > 0 && (useRemoteAddress || xffNumTrustedHops > 0)) {
    const message =
      "original_ip_detection_extensions cannot be combined with use_remote_address or xff_num_trusted_hops";
    diagnostics.error(path.field("originalIpDetectionExtensions"), "config.conflict", message);
  }
  const extensionsPath = path.field("originalIpDetectionExtensions");
  const detectors = extensions.map((extension, at) =>
    compileDetector(extension, extensionsPath.index(at).field("typedConfig"), diagnostics),
  );
  return {
    useRemoteAddress,
    xffNumTrustedHops,
    skipXffAppend: config.skipXffAppend ?? false,
    mapsIpv4: config.representIpv4RemoteAddressAsIpv4MappedIpv6 ?? false,
    detectors:
      extensions.length === 0
        ? [detectByHops(xffNumTrustedHops, false)]
        : detectors.filter((detector) => detector !== undefined),
  };
}

function compileDetector(
  { name = "", typedConfig }: TypedExtensionConfig,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): AddressDetector | undefined {
  switch (typedConfig?.["@type"]) {
    case XFF:
      return compileXff(typedConfig as XffConfig, path, diagnostics); // what the type URL names, checked by the loader
    case CUSTOM_HEADER:
      return compileCustomHeader(typedConfig as CustomHeaderConfig); // as above
    default:
      diagnostics.error(path, "config.unknown_extension", `no implementation of "${name}" as original IP detection`);
      return undefined;
  }
}

function compileXff(config: XffConfig, path: ConfigPath, diagnostics: DiagnosticSink): AddressDetector {
  const { xffNumTrustedHops = 0, xffTrustedCidrs, skipXffAppend = true } = config;
  if (xffTrustedCidrs === undefined) return detectByHops(xffNumTrustedHops, !skipXffAppend);
  const cidrs = path.field("xffTrustedCidrs").field("cidrs");
  return detectByNetworks(compileCidrSet(xffTrustedCidrs.cidrs ?? [], cidrs, diagnostics), !skipXffAppend);
}

/** As in Envoy, a status that is no error is answered with 403. */
function compileCustomHeader(config: CustomHeaderConfig): AddressDetector {
  const { headerName = "", allowExtensionToSetAddressAsTrusted = false, rejectWithStatus } = config;
  const rejectStatus = rejectWithStatus && (errorStatus(rejectWithStatus.code) ?? DEFAULT_REJECT_STATUS);
  return detectByHeader(headerName.toLowerCase(), allowExtensionToSetAddressAsTrusted, rejectStatus);
}
