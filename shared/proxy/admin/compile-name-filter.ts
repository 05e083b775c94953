import { ok } from "../../base/result.ts";
import { compileRegex } from "../../matching/regex/regex.ts";
import type { CompileFilter } from "./name-filter.ts";

/** `?filter=` of the admin interface: RE2, anywhere in the name. */
export const compileNameFilter: CompileFilter = (pattern) => {
  const alone = compileRegex(pattern);
  if (!alone.ok) return alone;
  const anywhere = compileRegex(`(?s:.*)(?:${pattern})(?s:.*)`);
  return anywhere.ok ? ok((name) => anywhere.value.fullMatch(name)) : anywhere;
};
