/** In an order that does not depend on what came first. */
export function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Of things that were asked for at the same time it is not seen which came first. */
export function byTurn<Item extends { readonly turn: number }>(textOf: (item: Item) => string) {
  return (one: Item, other: Item): number => one.turn - other.turn || byText(textOf(one), textOf(other));
}
