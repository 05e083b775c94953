/**
 * Where the numbers live. A host whose statistics are read from another thread returns arrays over `SharedArrayBuffer`; memory
 * of the isolate is enough everywhere else.
 */
export interface SlotPages {
  /** A new array of exactly `slots` elements that nobody else writes. */
  allocate(slots: number): Float64Array;
}

/** Pages in plain memory: the edge, and tests. */
export const localPages: SlotPages = { allocate: (slots) => new Float64Array(slots) };

/**
 * What a slot holds until it is first written. Adding to it gives a plain number, so −0 tells a statistic that was never
 * touched from one that came back to zero, at no cost per update (`/stats?usedonly`).
 */
const UNTOUCHED = -0;

/** 16 KiB a page: small enough for an isolate, large enough for one cluster's statistics to fit in one. */
const SLOTS_PER_PAGE = 2048;

export function isTouched(value: number): boolean {
  return !Object.is(value, UNTOUCHED);
}

/**
 * Neighbouring slots of one page with a single writer. Values are float64: integers are exact up to 2^53, which as a byte count
 * is 9 PB.
 */
export class SlotRange {
  readonly pageIndex: number;
  readonly length: number;
  #page: Float64Array;
  #start: number;

  constructor(
    page: Float64Array,
    place: { readonly pageIndex: number; readonly start: number; readonly length: number },
  ) {
    this.#page = page;
    this.#start = place.start;
    this.pageIndex = place.pageIndex;
    this.length = place.length;
  }

  /** Slots of nobody's page: for a handle that outlived its name. */
  static detached(length: number): SlotRange {
    return new SlotRange(new Float64Array(length), { pageIndex: -1, start: 0, length });
  }

  get start(): number {
    return this.#start;
  }

  get(offset: number): number {
    return this.#page[this.#start + offset] ?? 0;
  }

  set(offset: number, value: number): void {
    // Adding zero turns −0, which would read as untouched, into 0.
    this.#page[this.#start + offset] = value + 0;
  }

  add(offset: number, amount: number): void {
    const at = this.#start + offset;
    this.#page[at] = (this.#page[at] ?? 0) + amount;
  }

  clear(): void {
    this.#page.fill(UNTOUCHED, this.#start, this.#start + this.length);
  }

  /** Moves to private memory, so that whoever still holds the handle cannot write to the slots' next owner. */
  detach(): void {
    this.#page = this.#page.slice(this.#start, this.#start + this.length);
    this.#start = 0;
  }
}

interface FreeRange {
  readonly pageIndex: number;
  readonly start: number;
}

/** Hands out slot ranges from pages, and takes them back. */
export class SlotAllocator {
  readonly #pages: Float64Array[] = [];
  readonly #source: SlotPages;
  readonly #onPage: (index: number, slots: Float64Array) => void;
  readonly #free = new Map<number, FreeRange[]>();
  #used = SLOTS_PER_PAGE;

  /** `onPage` learns of each page before any range of it is handed out. */
  constructor(source: SlotPages, onPage: (index: number, slots: Float64Array) => void) {
    this.#source = source;
    this.#onPage = onPage;
  }

  /** `length` is at most a page. All slots are untouched. */
  allocate(length: number): SlotRange {
    const { pageIndex, start } = this.#free.get(length)?.pop() ?? this.#extend(length);
    const range = new SlotRange(this.#pages[pageIndex] ?? new Float64Array(0), { pageIndex, start, length });
    range.clear();
    return range;
  }

  /** The range itself stays usable: it is detached. */
  release(range: SlotRange): void {
    const freed = { pageIndex: range.pageIndex, start: range.start };
    range.detach();
    this.#freeOf(range.length).push(freed);
  }

  #extend(length: number): FreeRange {
    if (this.#used + length > SLOTS_PER_PAGE) this.#openPage();
    const start = this.#used;
    this.#used += length;
    return { pageIndex: this.#pages.length - 1, start };
  }

  /** What is left of the page before serves single slots later. */
  #openPage(): void {
    const singles = this.#freeOf(1);
    for (let start = this.#used; start < SLOTS_PER_PAGE; start++) {
      singles.push({ pageIndex: this.#pages.length - 1, start });
    }
    const slots = this.#source.allocate(SLOTS_PER_PAGE);
    this.#pages.push(slots);
    this.#used = 0;
    this.#onPage(this.#pages.length - 1, slots);
  }

  #freeOf(length: number): FreeRange[] {
    const known = this.#free.get(length);
    if (known !== undefined) return known;
    const fresh: FreeRange[] = [];
    this.#free.set(length, fresh);
    return fresh;
  }
}
