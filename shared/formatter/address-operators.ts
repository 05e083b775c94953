import { ok } from "../base/result.ts";
import type { StreamInfo } from "../http/stream-info.ts";
import { parseIp, renderIp } from "../net/ip-address.ts";
import { type CompiledOperator, misused, type OperatorSpec, type OperatorTable, plain } from "./operator-spec.ts";

type AddressOf = (info: StreamInfo) => string | undefined;
type PartOf = (address: string) => string | number | undefined;

/** `NAME_ADDRESS`, `NAME_ADDRESS_WITHOUT_PORT`, which may be masked, and `NAME_PORT`. */
export function addressFamily(name: string, addressOf: AddressOf): OperatorTable {
  return {
    [`${name}_ADDRESS`]: part(addressOf, (address) => address),
    [`${name}_ADDRESS_WITHOUT_PORT`]: {
      argument: "optional",
      length: false,
      compile: (argument) => compileMasked(addressOf, argument),
    },
    [`${name}_PORT`]: part(addressOf, portOf),
  };
}

function part(addressOf: AddressOf, partOf: PartOf): OperatorSpec {
  return plain(({ streamInfo }) => {
    const address = addressOf(streamInfo);
    return address === undefined ? undefined : partOf(address);
  });
}

/** Operators that print addresses of the downstream connection. */
export const ADDRESS_OPERATORS: OperatorTable = {
  ...addressFamily("DOWNSTREAM_REMOTE", ({ remoteAddress }) => remoteAddress),
  ...addressFamily("DOWNSTREAM_DIRECT_REMOTE", ({ downstream }) => downstream.directRemoteAddress),
  ...addressFamily("DOWNSTREAM_LOCAL", ({ downstream }) => downstream.localAddress),
  // No listener filter here changes the local address.
  ...addressFamily("DOWNSTREAM_DIRECT_LOCAL", ({ downstream }) => downstream.localAddress),
  ...endpointIds("DOWNSTREAM_REMOTE", "DOWNSTREAM_DIRECT_REMOTE", "DOWNSTREAM_LOCAL", "DOWNSTREAM_DIRECT_LOCAL"),
  REQUESTED_SERVER_NAME: { argument: "optional", length: false, compile: compileServerName },
};

/** Only internal listeners' addresses have one. */
function endpointIds(...names: readonly string[]): OperatorTable {
  return Object.fromEntries(names.map((name) => [`${name}_ADDRESS_ENDPOINT_ID`, plain(() => "")]));
}

/** A prefix length masks the address, and is printed with it: `10.0.0.0/8`. */
function compileMasked(addressOf: AddressOf, argument: string): CompiledOperator {
  if (argument !== "" && !/^\d{1,3}$/.test(argument)) return misused(`expected a prefix length, got ${argument}`);
  const masked = argument === "" ? hostOf : (address: string): string => maskedHost(hostOf(address), Number(argument));
  return ok(({ streamInfo }) => {
    const address = addressOf(streamInfo);
    return address === undefined ? undefined : masked(address);
  });
}

function maskedHost(host: string, prefixLength: number): string {
  const ip = parseIp(host);
  if (ip === undefined) return host;
  const length = Math.min(prefixLength, ip.bytes.length * 8);
  const bytes = ip.bytes.map((byte, at) => byte & (0xff00 >> Math.min(Math.max(length - at * 8, 0), 8)) & 0xff);
  return `${renderIp({ ...ip, bytes })}/${length}`;
}

type NameOf = (names: { readonly sni: string | undefined; readonly host: string | undefined }) => string | undefined;

const SERVER_NAMES: ReadonlyMap<string, NameOf> = new Map<string, NameOf>([
  ["", ({ sni }) => sni],
  ["SNI_ONLY", ({ sni }) => sni],
  ["SNI_FIRST", ({ sni, host }) => sni ?? host],
  ["HOST_ONLY", ({ host }) => host],
  ["HOST_FIRST", ({ sni, host }) => host ?? sni],
]);

/** Which name first, and whether the host is the one before it was rewritten: `SNI_FIRST:ORIG`. */
function compileServerName(argument: string): CompiledOperator {
  const [which = "", host = "ORIG_OR_HOST", ...more] = argument.split(":");
  const nameOf = SERVER_NAMES.get(which);
  const hostHeaders = HOST_HEADERS.get(host);
  if (nameOf === undefined || hostHeaders === undefined || more.length > 0) {
    return misused(`expected SNI_ONLY, SNI_FIRST, HOST_ONLY or HOST_FIRST for REQUESTED_SERVER_NAME, got ${argument}`);
  }
  return ok(({ streamInfo, requestHeaders }) => {
    const sni = streamInfo.downstream.requestedServerName || undefined;
    const name = hostHeaders.map((header) => requestHeaders?.get(header)).find((value) => value !== undefined);
    return nameOf({ sni, host: name });
  });
}

const HOST_HEADERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["ORIG", ["x-envoy-original-host"]],
  ["HOST", [":authority"]],
  ["ORIG_OR_HOST", ["x-envoy-original-host", ":authority"]],
]);

/** `10.0.0.1:80` and `[::1]:80` without port and brackets; an address without port (a pipe) as it is. */
export function hostOf(address: string): string {
  const end = portColon(address);
  return (end < 0 ? address : address.slice(0, end)).replace(/^\[(.*)\]$/, "$1");
}

function portOf(address: string): number | undefined {
  const colon = portColon(address);
  return colon < 0 ? undefined : Number(address.slice(colon + 1));
}

function portColon(address: string): number {
  return /:[0-9]+$/.exec(address)?.index ?? -1;
}
