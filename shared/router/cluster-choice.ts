import type { HeaderMap } from "../http/header-map.ts";

/** Which cluster a request goes to. */
export type ClusterChoice =
  | { readonly kind: "name"; readonly name: string }
  /** Named by the first value of this header. */
  | { readonly kind: "header"; readonly header: string };

/** `undefined` when the header that should name it is missing. */
export function clusterNameOf(choice: ClusterChoice, request: HeaderMap): string | undefined {
  return choice.kind === "name" ? choice.name : request.values(choice.header)[0];
}
