import { ask, askAll, Refused } from '../control-api/client.ts';
import type { ClockState, Snapshot, WorldEvent } from '../control-api/types.ts';
import { inWords } from '../duration.ts';
import { changed } from './changes.ts';
import { isAt, noteClock } from './clock.ts';
import { requests } from './requests.ts';
import { offerUndo } from './undo.ts';

/** The snapshot for undoing a step of the clock. Each step replaces the snapshot of the previous one. */
const NAME = 'before the clock moved (for Undo)';

/** The clock after it was moved. */
interface Moved extends ClockState {
  /** What happened by itself meanwhile. */
  readonly events: readonly WorldEvent[];
}

/** A completed step of the clock. */
export interface ClockStep extends Moved {
  /** Why it cannot be undone, as a sentence; null if it can. */
  readonly cannotUndo: string | null;
}

/**
 * Moves the clock, and offers to undo that: the clock never goes back by itself, so the whole world is restored.
 *
 * @param change the last part of the path: `set` or `advance`
 * @throws as the control API does
 */
export function moveClock(change: 'set' | 'advance', body: object): Promise<ClockStep> {
  return undoableStep(
    () => ask<Moved>('POST', `/_mock/clock/${change}`, body),
    (milliseconds) => `The clock moved ${inWords(milliseconds)}.`,
  );
}

/** Lets every token expire by the drill for it, and offers to undo that. @throws as the control API does */
export function expireTokens(): Promise<Omit<ClockStep, 'events'>> {
  return undoableStep(
    async () => {
      await ask('POST', '/_mock/drills/expire-tokens', {});
      return ask<ClockState>('GET', '/_mock/clock');
    },
    (milliseconds) => `All tokens have expired: the clock moved by ${inWords(milliseconds)}.`,
  );
}

async function undoableStep<After extends ClockState>(
  step: () => Promise<After>,
  describe: (milliseconds: number) => string,
): Promise<After & Pick<ClockStep, 'cannotUndo'>> {
  const { now: from } = await ask<ClockState>('GET', '/_mock/clock');
  const snapshot = await takeSnapshot();
  const after = await step().catch(async (fault: unknown) => {
    if (typeof snapshot !== 'string') await remove(snapshot);
    throw fault;
  });
  noteClock(after);
  changed('clock', 'keys', 'faults', 'drills', 'snapshots');
  if (typeof snapshot === 'string') {
    offerUndo(null);
    return { ...after, cannotUndo: snapshot };
  }
  offerUndo({
    text: describe(Date.parse(after.now) - Date.parse(from)),
    // Read whenever it is shown, so that it counts what came since.
    get loses() {
      return lossSince(from);
    },
    guard: {
      topics: ['clock'],
      obstacle: async () =>
        (await isAt(after))
          ? null
          : `The clock was moved, stopped or set free since. If you want the state from before, restore the snapshot \`${snapshot.id}\`.`,
    },
    undo: () => restore(snapshot),
  });
  return { ...after, cannotUndo: null };
}

/** The snapshot, or a sentence with the reason why there is none. */
async function takeSnapshot(): Promise<Snapshot | string> {
  try {
    const all = await askAll<Snapshot>('snapshots');
    await Promise.all(all.filter(({ name }) => name === NAME).map(remove));
    return await ask<Snapshot>('POST', '/_mock/snapshots', { name: NAME });
  } catch (fault) {
    if (fault instanceof Refused) return fault.message;
    throw fault;
  }
}

async function remove({ id }: Snapshot): Promise<void> {
  await ask('DELETE', `/_mock/snapshots/${id}`).catch(() => {});
}

const READING = ['GET', 'HEAD', 'OPTIONS'];

/** What is lost by going back to a time, as far as the page knows. */
function lossSince(from: string): string {
  const since = requests.value.filter(
    ({ at, done, method }) => done && !READING.includes(method) && Date.parse(at) > Date.parse(from),
  ).length;
  if (since === 0) return 'Undo restores this world from before the step: whatever is changed until then is lost.';
  const changes = since === 1 ? '1 request' : `${since} requests`;
  return `Undo restores this world from before the step: what ${changes} changed since is lost, and so is whatever else was changed.`;
}

async function restore(snapshot: Snapshot): Promise<string> {
  await ask('POST', `/_mock/snapshots/${snapshot.id}/restore`, {});
  await remove(snapshot);
  noteClock(await ask<ClockState>('GET', '/_mock/clock'));
  changed('clock', 'keys', 'faults', 'drills', 'snapshots', 'findings', 'mode');
  return 'This world is as it was before the clock moved.';
}
