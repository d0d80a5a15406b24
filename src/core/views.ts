import { type Budget, Held } from './held.ts';

/** One kind of view, such as all access rules by their subjects: a name stands for another view in each kind. */
export interface ViewKind<View extends object> {
  /** About how many bytes a view takes. */
  weigh(view: View): number;
}

/**
 * What a view was made from: revisions of rows and lists, names, and objects that never change. The view is right for
 * as long as each of them is the same, as `===` compares them, because it depends on nothing else.
 */
export type Sources = readonly unknown[];

interface Made {
  readonly from: Sources;
  readonly view: object;
}

/** What a source weighs: a number, or a reference to something that others keep, too. */
const SOURCE_BYTES = 16;

/**
 * Views of rows, made again when their sources have changed. Nobody changes a view. Of each name of a kind, only the last
 * view is kept.
 */
export class Views {
  readonly #byKind = new Map<ViewKind<never>, Held<Made>>();
  readonly #budget: Budget;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** The view with this name. @param make makes it from its sources */
  of<View extends object>(kind: ViewKind<View>, name: string, from: Sources, make: () => View): View {
    return this.find(kind, name, from) ?? this.keep(kind, name, from, make());
  }

  /** The view with this name, if it was made from these sources. */
  find<View extends object>(kind: ViewKind<View>, name: string, from: Sources): View | undefined {
    const made = this.#byKind.get(kind)?.find(name);
    // Whatever is kept for a kind was kept by a call with that kind.
    return made !== undefined && isSame(made.from, from) ? (made.view as View) : undefined;
  }

  /** Keeps a view in place of the one that had its name before, and returns it. */
  keep<View extends object>(kind: ViewKind<View>, name: string, from: Sources, view: View): View {
    let held = this.#byKind.get(kind);
    if (held === undefined) {
      held = new Held<Made>(this.#budget, (made) => SOURCE_BYTES * made.from.length + kind.weigh(made.view as View));
      this.#byKind.set(kind, held);
    }
    held.keep(name, { from, view });
    return view;
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
