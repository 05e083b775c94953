/** One respect in which two proxies treated the same request differently. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The header or log field that differs; empty where the kind says it all. */
  readonly name: string;
  readonly envoy: string;
  readonly nuncio: string;
}

export type DifferenceKind =
  | "status"
  | "header"
  | "header-order"
  | "header-lines"
  | "body"
  | "backend"
  | "upstream-target"
  | "upstream-header"
  | "upstream-header-order"
  | "upstream-header-lines"
  | "upstream-body"
  | "flag"
  | "details"
  | "log"
  | "balance"
  | "not-loaded";

export function renderDifference({ kind, name, envoy, nuncio }: Difference): string {
  return `${kind}${name === "" ? "" : ` ${name}`}: envoy ${envoy}, nuncio ${nuncio}`;
}
