import type { ConfigPath } from "../diagnostics/config-path.ts";
import type { Route } from "../schema/envoy-types.ts";
import { type LintContext, routeLabel } from "./lint-context.ts";

/**
 * Warns of a prefix that ends within a segment where an earlier route shows that there are segments which go on: with `/app`
 * behind `/application`, `/app10` and `/apple` go to `/app`. `path` is that of their list.
 */
export function lintBroadPrefixes(routes: readonly Route[], path: ConfigPath, context: LintContext): void {
  const longer = new Map<string, { readonly name: string; readonly path: ConfigPath }>();
  for (const [at, { name = "", match = {} }] of routes.entries()) {
    const place = path.index(at);
    const sibling = match.prefix === undefined ? undefined : longer.get(match.prefix);
    if (sibling !== undefined) {
      const label = routeLabel(sibling.name, sibling.path, context.positions);
      const message = `this prefix matches more than whole segments: ${label} begins with it and goes on`;
      const hint = "path_separated_prefix ends at a slash";
      context.diagnostics.warning(place.field("match").field("prefix"), "lint.broad_prefix", message, hint);
    }
    const text = match.prefix ?? match.path ?? match.pathSeparatedPrefix ?? "";
    for (const part of partsWithinSegment(text)) if (!longer.has(part)) longer.set(part, { name, path: place });
  }
}

/** The beginnings of a path that end within its last segment: of `/a/bcd` `/a/b` and `/a/bc`. */
function partsWithinSegment(text: string): string[] {
  const segment = text.replace(/\/$/, "");
  const start = segment.lastIndexOf("/") + 1;
  if (start === 0 || /[^\w-]/.test(segment.slice(start))) return [];
  return Array.from({ length: Math.max(0, segment.length - start - 1) }, (_, at) => segment.slice(0, start + at + 1));
}
