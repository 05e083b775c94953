import { err, ok, type Result } from "../../shared/base/result.ts";
import { type BindAddress, renderBindAddress } from "../listener/bind-address.ts";
import { probeBind } from "./probe-bind.ts";

/** A listener that wants an address. */
export interface BindRequest {
  readonly listener: string;
  /** As configured: the port may be 0. */
  readonly address: BindAddress;
}

export interface BoundListener {
  readonly configured: BindAddress;
  readonly actual: BindAddress;
}

/** Where each listener is bound, by name. */
export type BindPlan = ReadonlyMap<string, BoundListener>;

export interface BindProblem {
  readonly listener: string;
  readonly reason: string;
}

/**
 * Decides where listeners bind. Addresses that this process holds already are kept without a look; others must be free. A
 * listener with port 0 keeps the number it was given as long as it lives.
 */
export async function planBinds(
  requests: readonly BindRequest[],
  current: BindPlan,
): Promise<Result<BindPlan, readonly BindProblem[]>> {
  const held = new Set([...current.values()].map(({ actual }) => renderBindAddress(actual)));
  const plan = new Map<string, BoundListener>();
  const problems: BindProblem[] = [];
  for (const { listener, address } of requests) {
    const actual = await settle(address, { known: current.get(listener), held });
    if (actual.ok) plan.set(listener, { configured: address, actual: actual.value });
    else problems.push({ listener, reason: actual.error });
  }
  return problems.length === 0 ? ok(plan) : err(problems);
}

async function settle(
  address: BindAddress,
  state: { readonly known: BoundListener | undefined; readonly held: ReadonlySet<string> },
): Promise<Result<BindAddress, string>> {
  const { known, held } = state;
  if (known !== undefined && renderBindAddress(known.configured) === renderBindAddress(address))
    return ok(known.actual);
  if (held.has(renderBindAddress(address))) return ok(address);
  return probeBind(address);
}
