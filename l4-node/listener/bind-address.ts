/** Where a listener's socket is bound. */
export type BindAddress = TcpBindAddress | PipeBindAddress;

export interface TcpBindAddress {
  readonly kind: "tcp";
  readonly host: string;
  /** Never 0 once the main thread has reserved a port. */
  readonly port: number;
  /** `::` serves IPv4 too only where `ipv4_compat` asks for it. */
  readonly ipv6Only: boolean;
}

export interface PipeBindAddress {
  readonly kind: "pipe";
  /** As Envoy spells it: a leading `@` makes it a name in Linux's abstract namespace, with no file. */
  readonly path: string;
  /** Permission bits of the socket file; absent leaves them to the umask. */
  readonly mode?: number;
}

/** `127.0.0.1:80`, `[::1]:80` or the path: equal exactly where one socket serves both. */
export function renderBindAddress(address: BindAddress): string {
  if (address.kind === "pipe") return address.path;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}

/** The path as Node and the kernel spell it: an abstract name starts with a zero byte. */
export function socketPath({ path }: PipeBindAddress): string {
  return isAbstract(path) ? `\0${path.slice(1)}` : path;
}

export function isAbstract(path: string): boolean {
  return path.startsWith("@");
}
