/**
 * What was made of objects that never change, kept for as long as those objects are: the second answer about the same
 * rows costs nothing. Give each purpose one `Derived`.
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
