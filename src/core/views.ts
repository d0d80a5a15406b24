import { BoundedCache, type Budget } from './bounded-cache.ts';

/** One kind of view, such as all access rules by subject. Names are unique within a kind. */
export interface ViewKind<View extends object> {
  /** About how many bytes a view takes. */
  sizeOf(view: View): number;
}

/**
 * The sources of a view: lists of rows, names, and immutable objects. The view is valid as long as all of
 * them are the same by `===`, because it depends on nothing else.
 */
export type Sources = readonly unknown[];

interface Made {
  readonly from: Sources;
  readonly view: object;
}

/** The size of a source: a reference to a shared object. */
const SOURCE_BYTES = 16;

/**
 * Cached views of rows, made again when their sources change. Views are immutable. Only the last view of each name is
 * kept.
 */
export class Views {
  readonly #byKind = new Map<ViewKind<never>, BoundedCache<Made>>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** The view with this name, made if it is missing or stale. */
  of<View extends object>(kind: ViewKind<View>, name: string, from: Sources, make: () => View): View {
    const held = this.#viewsOf(kind);
    const known = held.find(name);
    // Views of a kind were kept by a call with that kind.
    if (known !== undefined && isSame(known.from, from)) return known.view as View;
    const view = make();
    held.keep(name, { from, view });
    return view;
  }

  #viewsOf<View extends object>(kind: ViewKind<View>): BoundedCache<Made> {
    const known = this.#byKind.get(kind);
    if (known !== undefined) return known;
    const held = new BoundedCache<Made>(
      this.#budget,
      ({ from, view }) => SOURCE_BYTES * from.length + kind.sizeOf(view as View),
    );
    this.#byKind.set(kind, held);
    return held;
  }

  clear(): void {
    for (const held of this.#byKind.values()) held.clear();
  }
}

function isSame(before: Sources, now: Sources): boolean {
  if (before.length !== now.length) return false;
  for (let index = 0; index < now.length; index++) if (before[index] !== now[index]) return false;
  return true;
}
