/** How a header's name is written on the wire (`header_key_format`). Gets the lower-case name. */
export type HeaderCase = (name: string) => string;

export const lowerCase: HeaderCase = (name) => name;

/** `proper_case_words`: `x-request-id` becomes `X-Request-Id`; a letter or digit begins a word after anything that is neither. */
export function createProperCase(): HeaderCase {
  const known = new Map<string, string>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const proper = name.replace(
      /(^|[^a-z0-9])([a-z])/g,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    );
    if (known.size < MAX_REMEMBERED) known.set(name, proper);
    return proper;
  };
}

/** Names come from peers: what is remembered of them has to end somewhere. */
const MAX_REMEMBERED = 512;

/** `preserve_case`: the spelling that a peer used, and `otherwise` for what the proxy added. */
export function preservedCase(sentNames: ReadonlyMap<string, string> | undefined, otherwise: HeaderCase): HeaderCase {
  return sentNames === undefined ? otherwise : (name) => sentNames.get(name) ?? otherwise(name);
}
