import type { HeaderMap } from "../http/header-map.ts";
import { asciiLowerCase } from "../matching/string-matcher.ts";
import { CandidateGroup, type GroupMember } from "./candidate-group.ts";
import { CandidateMerge } from "./candidate-merge.ts";
import type { PathKey } from "./path-specifier.ts";
import { PrefixTree } from "./prefix-tree.ts";
import type { ExactHeader } from "./route-conditions.ts";

/** What the index uses of a route. */
export interface IndexedRoute {
  readonly key: PathKey;
  readonly exactHeaders: readonly ExactHeader[];
}

/**
 * Finds the routes of a virtual host that may match a request, in declared order, without looking at the others. A route that it
 * leaves out cannot match; one that it gives has a path key that does.
 */
export class RouteIndex {
  readonly #plain: KeyIndex;
  /** Routes that ignore case; their keys are in lower case. */
  readonly #folded: KeyIndex | undefined;
  readonly #candidates = new CandidateMerge();

  constructor(routes: readonly IndexedRoute[]) {
    const placed = routes.map(({ key, exactHeaders }, position) => ({ key, member: { position, exactHeaders } }));
    const folded = placed.filter(({ key }) => key.ignoreCase);
    this.#plain = new KeyIndex(placed.filter(({ key }) => !key.ignoreCase));
    this.#folded = folded.length === 0 ? undefined : new KeyIndex(folded);
  }

  /** Positions of the candidates. Valid until the next call. `path` is without query. */
  candidates(path: string, headers: HeaderMap): CandidateMerge {
    const candidates = this.#candidates;
    candidates.clear();
    this.#plain.collect(path, headers, candidates);
    this.#folded?.collect(asciiLowerCase(path), headers, candidates);
    return candidates;
  }
}

interface PlacedRoute {
  readonly key: PathKey;
  readonly member: GroupMember;
}

/** Whole paths by hash, prefixes by tree. */
class KeyIndex {
  readonly #exact: ReadonlyMap<string, CandidateGroup>;
  readonly #prefixes: PrefixTree | undefined;

  constructor(routes: readonly PlacedRoute[]) {
    this.#exact = groupsOf(routes, "exact");
    const prefixes = groupsOf(routes, "prefix");
    this.#prefixes = prefixes.size === 0 ? undefined : new PrefixTree(prefixes);
  }

  collect(path: string, headers: HeaderMap, into: CandidateMerge): void {
    this.#exact.get(path)?.collect(headers, into);
    this.#prefixes?.collect(path, headers, into);
  }
}

function groupsOf(routes: readonly PlacedRoute[], kind: PathKey["kind"]): Map<string, CandidateGroup> {
  const wanted = routes.filter(({ key }) => key.kind === kind);
  const byText = Map.groupBy(wanted, ({ key }) => key.text);
  return new Map([...byText].map(([text, same]) => [text, new CandidateGroup(same.map(({ member }) => member))]));
}
