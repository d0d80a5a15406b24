/** Makes a pure function of an immutable object keep each result for as long as the object is in use. */
export function memoize<From extends object, Result extends object>(make: (from: From) => Result) {
  const made = new WeakMap<From, Result>();
  return (from: From): Result => {
    const known = made.get(from);
    if (known !== undefined) return known;
    const result = make(from);
    made.set(from, result);
    return result;
  };
}
