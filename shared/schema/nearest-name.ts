/**
 * The known name that a wrong one was probably meant to be: within a third of its length in edits, the nearest, of equally near
 * ones the first. Undefined where none is near.
 */
export function nearestName(wrong: string, known: Iterable<string>): string | undefined {
  if (wrong.length > LONGEST) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  for (const name of known) {
    if (Math.abs(name.length - wrong.length) >= bestDistance) continue;
    const distance = editDistance(wrong.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return best;
}

/** No name of the API is longer; the time to compare grows with the length. */
const LONGEST = 128;

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      current.push(cellCost({ a, b, row, column }, { beforeLast, last, current }));
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length] ?? a.length;
}

interface Cell {
  readonly a: string;
  readonly b: string;
  readonly row: number;
  readonly column: number;
}

interface Rows {
  readonly beforeLast: readonly number[];
  readonly last: readonly number[];
  readonly current: readonly number[];
}

function cellCost({ a, b, row, column }: Cell, { beforeLast, last, current }: Rows): number {
  const replace = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
  const cheapest = Math.min(replace, at(last, column) + 1, at(current, column - 1) + 1);
  const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
  return swapped ? Math.min(cheapest, at(beforeLast, column - 2) + 1) : cheapest;
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
