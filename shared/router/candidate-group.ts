import type { HeaderMap } from "../http/header-map.ts";
import type { CandidateMerge } from "./candidate-merge.ts";
import type { ExactHeader } from "./route-conditions.ts";

/** A route in a group: its position in the virtual host, and headers that it wants exactly. */
export interface GroupMember {
  readonly position: number;
  readonly exactHeaders: readonly ExactHeader[];
}

/** Below this many routes a look-up of a header costs more than it saves. */
const SMALL = 4;

/**
 * Routes that the same paths lead to, ascending. Where many of them want exact values of one header they are divided by it, and
 * each part again by the next header.
 */
export class CandidateGroup {
  readonly #positions: readonly number[];
  readonly #split: HeaderSplit | undefined;

  constructor(members: readonly GroupMember[]) {
    this.#split = members.length < SMALL ? undefined : splitOf(members);
    this.#positions = this.#split === undefined ? members.map(({ position }) => position) : [];
  }

  /** Adds the routes whose indexed headers the request has. Of a header that came more than once each value counts. */
  collect(headers: HeaderMap, into: CandidateMerge): void {
    const split = this.#split;
    if (split === undefined) {
      into.add(this.#positions);
      return;
    }
    const values = headers.values(split.header);
    for (const [at, value] of values.entries()) {
      if (values.indexOf(value) === at) split.byValue.get(value)?.collect(headers, into);
    }
    split.rest.collect(headers, into);
  }
}

interface HeaderSplit {
  readonly header: string;
  readonly byValue: ReadonlyMap<string, CandidateGroup>;
  /** The routes that want no exact value of it. */
  readonly rest: CandidateGroup;
}

function splitOf(members: readonly GroupMember[]): HeaderSplit | undefined {
  const header = mostSelectiveHeader(members);
  if (header === undefined) return undefined;
  const valueOf = ({ exactHeaders }: GroupMember): string | undefined =>
    exactHeaders.find(({ name }) => name === header)?.value;
  const rest = new CandidateGroup(members.filter((member) => valueOf(member) === undefined));
  const byValue = new Map<string, CandidateGroup>();
  for (const [value, same] of Map.groupBy(members, valueOf)) {
    const part = same.map((member) => withoutHeader(member, header));
    if (value !== undefined) byValue.set(value, new CandidateGroup(part));
  }
  return { header, byValue, rest };
}

/** The header of which the routes want most different values; one value alone divides nothing. */
function mostSelectiveHeader(members: readonly GroupMember[]): string | undefined {
  const values = new Map<string, Set<string>>();
  for (const { name, value } of members.flatMap(({ exactHeaders }) => exactHeaders)) {
    const seen = values.get(name);
    if (seen === undefined) values.set(name, new Set([value]));
    else seen.add(value);
  }
  let best: string | undefined;
  let most = 1;
  for (const [name, seen] of values) {
    if (seen.size <= most) continue;
    best = name;
    most = seen.size;
  }
  return best;
}

function withoutHeader({ position, exactHeaders }: GroupMember, header: string): GroupMember {
  return { position, exactHeaders: exactHeaders.filter(({ name }) => name !== header) };
}
