import { ask, askAll, Refused } from '../control-api/client.ts';
import type { ClockState, Snapshot, WorldEvent } from '../control-api/types.ts';
import { formatDuration } from '../duration.ts';
import { reportChange } from './changes.ts';
import { isAt, noteClock } from './clock.ts';
import { requests } from './requests.ts';
import { offerUndo } from './undo.ts';

/** Name of the snapshot for undo. Each clock step replaces the previous one. */
const SNAPSHOT_NAME = 'before the clock moved (for Undo)';

interface MovedClock extends ClockState {
  /** Events between the old and the new time. */
  readonly events: readonly WorldEvent[];
}

/** A completed step of the clock. */
export interface ClockStep extends MovedClock {
  /** Why the step cannot be undone, as a sentence; null if it can. */
  readonly cannotUndo: string | null;
}

/**
 * Moves the clock, and offers to undo that. The clock never goes back, so undo restores the whole world.
 *
 * @param change the last path segment: `set` or `advance`
 * @throws like the control API
 */
export function moveClock(change: 'set' | 'advance', body: object): Promise<ClockStep> {
  return runUndoableStep(
    () => ask<MovedClock>('POST', `/_mock/clock/${change}`, body),
    (milliseconds) => `The clock moved ${formatDuration(milliseconds)}.`,
  );
}

/** Expires every token with the drill, and offers to undo that. @throws like the control API */
export function expireTokens(): Promise<Omit<ClockStep, 'events'>> {
  return runUndoableStep(
    async () => {
      await ask('POST', '/_mock/drills/expire-tokens', {});
      return ask<ClockState>('GET', '/_mock/clock');
    },
    (milliseconds) => `All tokens have expired: the clock moved by ${formatDuration(milliseconds)}.`,
  );
}

async function runUndoableStep<After extends ClockState>(
  step: () => Promise<After>,
  describe: (milliseconds: number) => string,
): Promise<After & Pick<ClockStep, 'cannotUndo'>> {
  const { now: from } = await ask<ClockState>('GET', '/_mock/clock');
  const snapshot = await takeSnapshot();
  const after = await step().catch(async (error: unknown) => {
    if (typeof snapshot !== 'string') await deleteSnapshot(snapshot);
    throw error;
  });
  noteClock(after);
  reportChange('clock', 'keys', 'faults', 'drills', 'snapshots');
  if (typeof snapshot === 'string') {
    offerUndo(null);
    return { ...after, cannotUndo: snapshot };
  }
  offerUndo({
    text: describe(Date.parse(after.now) - Date.parse(from)),
    // A getter, so that it counts later requests too.
    get warning() {
      return describeLossSince(from);
    },
    guard: {
      topics: ['clock'],
      obstacle: async () =>
        (await isAt(after))
          ? null
          : `The clock has been moved, frozen or resumed since. To return to the earlier state, restore the snapshot \`${snapshot.id}\`.`,
    },
    undo: () => restore(snapshot),
  });
  return { ...after, cannotUndo: null };
}

/** Takes the snapshot, or returns why it cannot be taken. */
async function takeSnapshot(): Promise<Snapshot | string> {
  try {
    const all = await askAll<Snapshot>('snapshots');
    await Promise.all(all.filter(({ name }) => name === SNAPSHOT_NAME).map(deleteSnapshot));
    return await ask<Snapshot>('POST', '/_mock/snapshots', { name: SNAPSHOT_NAME });
  } catch (fault) {
    if (fault instanceof Refused) return fault.message;
    throw fault;
  }
}

async function deleteSnapshot({ id }: Snapshot): Promise<void> {
  await ask('DELETE', `/_mock/snapshots/${id}`).catch(() => {});
}

const READ_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/** Describes what is lost by going back to a time, as far as the page knows. */
function describeLossSince(from: string): string {
  const count = requests.value.filter(
    ({ at, done, method }) => done && !READ_METHODS.includes(method) && Date.parse(at) > Date.parse(from),
  ).length;
  const included = count === 0 ? '' : `, including those of ${count === 1 ? '1 request' : `${count} requests`}`;
  return `Undo restores the world to its state before the step: all later changes are lost${included}.`;
}

async function restore(snapshot: Snapshot): Promise<string> {
  await ask('POST', `/_mock/snapshots/${snapshot.id}/restore`, {});
  await deleteSnapshot(snapshot);
  noteClock(await ask<ClockState>('GET', '/_mock/clock'));
  reportChange('clock', 'keys', 'faults', 'drills', 'snapshots', 'findings', 'mode');
  return 'This world is back to its state before the clock moved.';
}
