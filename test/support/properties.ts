/** The number of rounds, and the seed, of property tests. */
const { PROPERTY_ROUNDS, PROPERTY_SEED } = process.env;

/** Other runs than the nightly one try this share of all rounds. */
const SHARE = 0.25;

/** Returns the number of rounds of a property: all at night, otherwise a share. */
export function roundsOf(all: number, share = SHARE): number {
  return PROPERTY_ROUNDS === 'all' ? all : Math.ceil(all * share);
}

/** Returns values to try: all at night, otherwise every fourth. */
export function shareOf<Value>(values: readonly Value[]): readonly Value[] {
  const step = Math.round(values.length / roundsOf(values.length));
  return values.filter((_, index) => index % step === 0);
}

/** Returns the seed of a property, which failures report. Nightly runs use another one. */
export function seedOf(own: string): string {
  return PROPERTY_SEED === undefined ? own : `${own} ${PROPERTY_SEED}`;
}

/** Returns the seed as a number for fast-check, which prints it on failure. */
export function seedNumberOf(own: number): number {
  return PROPERTY_SEED === undefined ? own : Number(PROPERTY_SEED) + own;
}
