/** How much is tried of what holds whatever is drawn, and from which seed. */
const { PROPERTY_ROUNDS, PROPERTY_SEED } = process.env;

/** A nightly run tries all rounds; any other, this share of them. */
const SHARE = 0.25;

/** How many of all rounds of a property are tried: at night all, otherwise a share of them. */
export function roundsOf(all: number, share = SHARE): number {
  return PROPERTY_ROUNDS === 'all' ? all : Math.ceil(all * share);
}

/** The seed of a property's draws, which a failure names: the property's own one, but for a nightly run. */
export function seedOf(own: string): string {
  return PROPERTY_SEED === undefined ? own : `${own} ${PROPERTY_SEED}`;
}

/** The same as a number, for fast-check, which prints it with a failure. */
export function seedNumberOf(own: number): number {
  return PROPERTY_SEED === undefined ? own : Number(PROPERTY_SEED) + own;
}
