import type { Budget } from './held.ts';

/**
 * Values made from objects that never change, kept as long as those objects are: a second answer about the same rows
 * costs nothing. One `Derived` serves one purpose.
 */
export class Derived<Source extends object, Value> {
  readonly #values = new WeakMap<Source, Value>();

  has(source: Source): boolean {
    return this.#values.has(source);
  }

  of(source: Source, derive: (source: Source) => Value): Value {
    const known = this.#values.get(source);
    if (known !== undefined) return known;
    const value = derive(source);
    this.#values.set(source, value);
    return value;
  }
}

/**
 * Views of rows, one for each way of showing them: a view depends on nothing but its rows, and nobody changes either.
 */
export class Views {
  readonly #byWay = new Map<unknown, Derived<object, unknown>>();
  readonly #budget: Budget;

  /** @param budget for views that are filled in on demand */
  constructor(budget: Budget) {
    this.#budget = budget;
  }

  of<Rows extends object, View>(rows: Rows, way: (rows: Rows, budget: Budget) => View): View {
    let views = this.#byWay.get(way);
    if (views === undefined) {
      views = new Derived();
      this.#byWay.set(way, views);
    }
    // The source is `rows`, which the view is kept by.
    return views.of(rows, (source) => way(source as Rows, this.#budget)) as View;
  }
}
