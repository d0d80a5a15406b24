/** Compares texts, so that the order does not depend on time. */
export function compareText(first: string, second: string): number {
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Creates a comparator for objects of which the order of concurrent requests is unknown. */
export function createTurnComparator<Item extends { readonly turn: number }>(textOf: (item: Item) => string) {
  return (first: Item, second: Item): number => first.turn - second.turn || compareText(textOf(first), textOf(second));
}
