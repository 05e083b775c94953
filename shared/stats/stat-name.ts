/**
 * A name or a part of one as Envoy spells it in statistics: `:` would end the name in the statsd protocol, so it becomes `_`.
 * Dots stay: Envoy lets a cluster called `a.b` add a level.
 */
function sanitizeStatName(name: string): string {
  return name.replaceAll(":", "_").replaceAll("\0", "_");
}

/** `prefix.name`, where either may be empty and `prefix` may bring its own final dot (some Envoy fields ask for it). */
export function joinStatName(prefix: string, name: string): string {
  const clean = sanitizeStatName(name);
  if (prefix === "") return clean;
  if (clean === "") return prefix;
  return prefix.endsWith(".") ? prefix + clean : `${prefix}.${clean}`;
}
