import type { RandomSource } from "../host/random-source.ts";
import type { ClusterLoadAssignment } from "../schema/envoy-types.ts";
import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { DiagnosticSink } from "../diagnostics/diagnostic.ts";

/** Which share of the requests is refused before balancing (`policy.drop_overloads`): `part` of every `whole`. */
export interface DropOverload {
  readonly part: number;
  readonly whole: number;
}

/** Why a request is refused: it was its turn, or no request gets through. */
export type Drop = "overload" | "unconditional";

const DENOMINATORS = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 } as const;
const NONE: DropOverload = { part: 0, whole: 100 };

/** Compiles `ClusterLoadAssignment.policy.drop_overloads`; nothing after reporting that there are several. */
export function compileDropOverload(
  { policy }: ClusterLoadAssignment,
  path: ConfigPath,
  diagnostics: DiagnosticSink,
): DropOverload | undefined {
  const { dropOverloads = [] } = policy ?? {};
  if (dropOverloads.length > 1) {
    const message = `drop_overloads has ${dropOverloads.length} categories, Envoy supports one`;
    diagnostics.error(path.field("policy").field("dropOverloads"), "cluster.drop_overloads", message);
    return undefined;
  }
  const percentage = dropOverloads[0]?.dropPercentage;
  if (percentage === undefined) return NONE;
  const { numerator: part = 0, denominator = "HUNDRED" } = percentage;
  return { part, whole: DENOMINATORS[denominator] };
}

/** Whether a request is refused now; draws only where some are and some are not. Source: Envoy `Filter::checkDropOverload`. */
export function drawDrop({ part, whole }: DropOverload, random: RandomSource): Drop | undefined {
  if (part === 0) return undefined;
  if (part >= whole) return "unconditional";
  return random.uint32() % whole < part ? "overload" : undefined;
}
