import { ok } from "../base/result.ts";
import type { DownstreamInfo } from "../http/stream-info.ts";
import { type CompiledOperator, notImplemented, type OperatorSpec, type OperatorTable } from "./operator-spec.ts";

type AddressOf = (downstream: DownstreamInfo) => string;
type PartOf = (address: string) => string | number | undefined;

/** `NAME_ADDRESS`, `NAME_ADDRESS_WITHOUT_PORT` and `NAME_PORT`. */
function family(name: string, addressOf: AddressOf): OperatorTable {
  return {
    [`${name}_ADDRESS`]: spec(`${name}_ADDRESS`, addressOf, (address) => address),
    [`${name}_ADDRESS_WITHOUT_PORT`]: spec(`${name}_ADDRESS_WITHOUT_PORT`, addressOf, hostOf),
    [`${name}_PORT`]: spec(`${name}_PORT`, addressOf, portOf),
  };
}

function spec(name: string, addressOf: AddressOf, partOf: PartOf): OperatorSpec {
  const compile: OperatorSpec["compile"] = (argument) =>
    argument === ""
      ? ok(({ streamInfo }) => partOf(addressOf(streamInfo.downstream)))
      : notImplemented(`${name}(${argument}): masks are not implemented`);
  return { argument: name.endsWith("_WITHOUT_PORT") ? "optional" : "none", length: false, compile };
}

/** Operators that print addresses of the downstream connection. */
export const ADDRESS_OPERATORS: OperatorTable = {
  ...family("DOWNSTREAM_REMOTE", ({ remoteAddress }) => remoteAddress),
  ...family("DOWNSTREAM_DIRECT_REMOTE", ({ directRemoteAddress }) => directRemoteAddress),
  ...family("DOWNSTREAM_LOCAL", ({ localAddress }) => localAddress),
  REQUESTED_SERVER_NAME: { argument: "optional", length: false, compile: compileServerName },
};

function compileServerName(argument: string): CompiledOperator {
  if (argument !== "") return notImplemented(`REQUESTED_SERVER_NAME(${argument}): arguments are not implemented`);
  return ok(({ streamInfo }) => streamInfo.downstream.requestedServerName || undefined);
}

/** `10.0.0.1:80` and `[::1]:80` without port and brackets; an address without port (a pipe) as it is. */
function hostOf(address: string): string {
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
