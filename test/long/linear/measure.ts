/** Gets ready to send something of about so many characters; only the sending is measured. */
export type Prepare = (size: number) => Promise<() => Promise<void>>;
/** How long something of about so many characters takes, in milliseconds. */
export type Time = (size: number) => Promise<number>;

/** What was seen of one input. Times are in milliseconds. */
export interface Growth {
  readonly size: number;
  readonly whole: number;
  readonly quarter: number;
  /** How many times longer twice as much takes: from a half to the whole, from a quarter to a half, from an eighth to a quarter. */
  readonly ratios: readonly number[];
}

const FIRST = 1024;
/** Long enough to be compared, short enough not to wait for. */
const ENOUGH = 120;
/** What takes less than this at its largest, a few token grants, harms nobody, and is mostly collections of garbage. */
const MEASURABLE = 60;
/** As much is lost in the rest of a request. */
const LITTLE = 0.5;
/** Linear is 2, sorting about 2.2, quadratic 4. */
const MAX_RATIO = 2.6;
const TINY = 16;
const ROUNDS = [2, 4, 6];

/**
 * Sends n, 2n, 4n until it takes long enough, or is as large as may be.
 *
 * No time passes or fails by itself: only how times compare does, and all three times that the size doubles, because
 * what is collected or compiled on the way is a step, or two of them next to each other, and no growth. A suspicion has to be confirmed in every round, each with
 * the least of more times than the one before, so that a busy machine does not look like growth either.
 *
 * @returns null where growth is not clearly worse than linear
 */
export async function worseThanLinear(timeOf: Time, max: number): Promise<Growth | null> {
  let size = Math.min(FIRST, max);
  let time = await timeOf(size);
  while (time < ENOUGH && size * 2 <= max) {
    size *= 2;
    time = await timeOf(size);
  }
  if (time < MEASURABLE) return null;
  let seen: Growth | null = null;
  for (const runs of ROUNDS) {
    seen = await growthAt(timeOf, size, runs);
    if (seen.whole < MEASURABLE || Math.min(...seen.ratios) <= MAX_RATIO) return null;
  }
  return seen;
}

async function growthAt(timeOf: Time, size: number, runs: number): Promise<Growth> {
  const sizes = [TINY, size / 8, size / 4, size / 2, size];
  const min = sizes.map(() => Number.POSITIVE_INFINITY);
  for (let run = 0; run < runs; run++) {
    for (const [index, one] of sizes.entries()) {
      // Twice, because the first may still pay for what a larger one left behind in its object.
      min[index] = Math.min(min[index] as number, await timeOf(one), await timeOf(one));
    }
  }
  const [tiny, eighth, quarter, half, whole] = min as [number, number, number, number, number];
  // What is lost in the rest of a request counts as a little, so that nothing is divided by nothing.
  const beside = (time: number) => Math.max(time - tiny, LITTLE);
  const ratios = [
    [whole, half],
    [half, quarter],
    [quarter, eighth],
  ].map(([more, less]) => beside(more as number) / beside(less as number));
  return { size, whole, quarter, ratios };
}

/** CPU of this process, whatever else the machine does. */
export function cpuOf(prepare: Prepare): Time {
  return async (size) => {
    const send = await prepare(size);
    const before = process.cpuUsage();
    await send();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
}
