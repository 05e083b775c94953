import type { LocalReply } from "../../../http/local-reply.ts";
import { DETAILS } from "../../../http/response-code-details.ts";
import type { Drop } from "../../../upstream/drop-overload.ts";

/** The answer to a request that its cluster drops (`drop_overloads`). */
export function replyToDrop(drop: Drop, suppressEnvoyHeaders: boolean): LocalReply {
  const isUnconditional = drop === "unconditional";
  const header = isUnconditional ? "x-envoy-unconditional-drop-overload" : "x-envoy-drop-overload";
  return {
    status: 503,
    body: isUnconditional ? "unconditional drop overload" : "drop overload",
    details: isUnconditional ? DETAILS.unconditionalDropOverload : DETAILS.dropOverload,
    flag: isUnconditional ? "UnconditionalDropOverload" : "DropOverload",
    ...(!suppressEnvoyHeaders && { modifyHeaders: (headers) => headers.set(header, "true") }),
  };
}
