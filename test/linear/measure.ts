/** Gets ready to send something of about so many characters; only the sending is measured. */
export type Prepare = (size: number) => Promise<() => Promise<void>>;

/** What was seen of one input. Times are CPU of this process, in milliseconds. */
export interface Growth {
  readonly size: number;
  readonly whole: number;
  readonly quarter: number;
  /** How many times longer four times as much takes. */
  readonly ratio: number;
}

const FIRST = 1024;
/** Long enough to be compared, short enough not to wait for. */
const ENOUGH = 60;
/** What takes less than this at its largest harms nobody, and cannot be compared. */
const MEASURABLE = 12;
/** Linear is 4, sorting about 4.6, quadratic 16. */
const MOST_RATIO = 7;
const TINY = 16;
const ROUNDS = 3;

/**
 * Sends n, 2n, 4n until it takes long enough, or is as large as may be.
 *
 * No time passes or fails by itself: only how times compare does. A suspicion has to be confirmed in every round, each
 * with the least of several times, so that a busy machine, a collection of garbage or code that is not compiled yet do
 * not look like growth.
 *
 * @returns null where growth is not clearly worse than linear
 */
export async function worseThanLinear(prepare: Prepare, most: number): Promise<Growth | null> {
  let size = Math.min(FIRST, most);
  for (let time = await cpuOf(prepare, size); time < ENOUGH && size * 2 <= most; time = await cpuOf(prepare, size))
    size *= 2;
  let seen: Growth | null = null;
  for (let round = 0; round < ROUNDS; round++) {
    const runs = round === 0 ? 2 : 4;
    seen = await growthAt(prepare, size, runs);
    if (seen.whole < MEASURABLE || seen.ratio <= MOST_RATIO) return null;
  }
  return seen;
}

async function growthAt(prepare: Prepare, size: number, runs: number): Promise<Growth> {
  const least = { tiny: Infinity, quarter: Infinity, whole: Infinity };
  for (let run = 0; run < runs; run++) {
    least.tiny = Math.min(least.tiny, await cpuOf(prepare, TINY));
    least.quarter = Math.min(least.quarter, await cpuOf(prepare, size / 4));
    least.whole = Math.min(least.whole, await cpuOf(prepare, size));
  }
  const { tiny, quarter, whole } = least;
  // A quarter that is lost in the rest of a request counts as a tenth of what can be compared.
  const ratio = (whole - tiny) / Math.max(quarter - tiny, MEASURABLE / 40);
  return { size, whole, quarter, ratio };
}

async function cpuOf(prepare: Prepare, size: number): Promise<number> {
  const send = await prepare(size);
  const before = process.cpuUsage();
  await send();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
