/** The rewrite text of Envoy's `RegexMatchAndSubstitute`, taken apart: literal texts and numbers of capture groups. */
export interface Substitution {
  readonly parts: readonly (string | number)[];
  /** The highest group that is named; 0 without one. */
  readonly maxGroup: number;
  /** A backslash that neither a digit nor a backslash follows; what stands from there on is without effect, as in RE2. */
  readonly badEscapeAt: number | undefined;
}

/** Takes a rewrite text apart. Source: RE2's `Rewrite`: `\0` to `\9` are groups, `\\` is a backslash. */
export function parseSubstitution(text: string): Substitution {
  const parts: (string | number)[] = [];
  let literal = "";
  let badEscapeAt: number | undefined;
  for (let at = 0; at < text.length && badEscapeAt === undefined; at++) {
    const next = text[at] === "\\" ? (text[++at] ?? "") : undefined;
    if (next === undefined) literal += text[at];
    else if (next === "\\") literal += "\\";
    else if (next >= "0" && next <= "9") {
      if (literal !== "") parts.push(literal);
      parts.push(Number(next));
      literal = "";
    } else badEscapeAt = at - 1;
  }
  if (literal !== "") parts.push(literal);
  return { parts, maxGroup: maxGroup(text), badEscapeAt };
}

/** RE2 looks for groups in the whole text, also behind a bad escape. */
function maxGroup(text: string): number {
  const groups = text.replaceAll("\\\\", "").match(/\\[0-9]/g) ?? [];
  return Math.max(0, ...groups.map((group) => Number(group[1])));
}
