import type { ProtocolFault } from "./protocol-fault.ts";

/** A request target taken apart (RFC 9112 section 3.2). Absent is what it does not say. */
export interface RequestTarget {
  readonly path: string | undefined;
  readonly authority: string | undefined;
  readonly scheme: string | undefined;
}

/** Reads the target of a request line; with `allowAbsoluteUrl` false an absolute one is taken for a path, as in Envoy. */
export function parseRequestTarget(
  method: string,
  target: string,
  allowAbsoluteUrl: boolean,
): RequestTarget | ProtocolFault {
  if (method === "CONNECT") return parseAuthorityForm(target);
  if (target.startsWith("/") || (target === "*" && method === "OPTIONS")) return pathOnly(target);
  const parts = ABSOLUTE_FORM.exec(target);
  if (parts === null) return "invalidTarget";
  return allowAbsoluteUrl ? absoluteTarget(parts) : pathOnly(target);
}

const ABSOLUTE_FORM = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)(.*)$/;
/** A name, an IPv4 address, or an IPv6 address in brackets, with or without a port. A user name is refused (RFC 9110 section 4.2.4). */
const AUTHORITY = /^(?:[A-Za-z0-9._~!$&'()*+,;=%-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;
const HAS_PORT = /:[0-9]{1,5}$/;

function parseAuthorityForm(target: string): RequestTarget | ProtocolFault {
  if (!AUTHORITY.test(target) || !HAS_PORT.test(target)) return "invalidUrl";
  return { path: undefined, authority: target, scheme: undefined };
}

function absoluteTarget([, scheme = "", authority = "", rest = ""]: RegExpExecArray): RequestTarget | ProtocolFault {
  const lowerScheme = scheme.toLowerCase();
  if (lowerScheme !== "http" && lowerScheme !== "https") return "invalidScheme";
  if (!AUTHORITY.test(authority)) return "invalidUrl";
  return { path: rest === "" ? "/" : rest, authority, scheme: lowerScheme };
}

function pathOnly(path: string): RequestTarget {
  return { path, authority: undefined, scheme: undefined };
}
