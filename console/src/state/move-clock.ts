import { ask, askAll, type ClockChange, type ClockState, RefusalError, type Snapshot } from '../control-api/client.ts';
import { formatDuration } from '../duration.ts';
import { reportChange } from './changes.ts';
import { isClockUnchanged, noteClock } from './clock.ts';
import { requests } from './requests.ts';
import { offerUndo, type Undoable } from './undo.ts';

/** Name of the snapshot for undo. Each clock step replaces the previous one. */
export const SNAPSHOT_NAME = 'before the clock moved (for Undo)';

export interface ClockStep extends ClockChange {
  /** Why the step cannot be undone, as a sentence; null if it can. */
  readonly cannotUndo: string | null;
}

/**
 * Moves the clock, and offers to undo that. The clock never goes back, so undo restores the whole world.
 *
 * @param change the last path segment: `set` or `advance`
 * @throws like the control API
 */
export async function moveClock(change: 'set' | 'advance', body: object): Promise<ClockStep> {
  const before = await ask<ClockState>('GET', '/_mock/clock');
  const startedAt = performance.now();
  const { snapshot, obstacle } = await takeSnapshot();
  const after = await ask<ClockChange>('POST', `/_mock/clock/${change}`, body).catch(async (error: unknown) => {
    if (snapshot !== null) await deleteSnapshot(snapshot);
    throw error;
  });
  noteClock(after);
  reportChange('clock', 'keys', 'faults', 'snapshots');
  // A clock that runs has also moved by the time that the step took.
  const elapsed = before.frozen ? 0 : performance.now() - startedAt;
  const text = `The clock moved ${formatDuration(Date.parse(after.now) - Date.parse(before.now) - elapsed)}.`;
  if (snapshot === null) offerUndo(null);
  else offerUndo(createUndo(text, before, after, snapshot));
  return { ...after, cannotUndo: obstacle };
}

/** Creates the undo of a step of the clock, which restores the snapshot unless the clock was changed since. */
function createUndo(text: string, before: ClockState, after: ClockState, snapshot: Snapshot): Undoable {
  return {
    text,
    // A getter, so that it counts later requests too.
    get warning() {
      return describeLossSince(before.now);
    },
    guard: {
      topics: ['clock'],
      obstacle: async () =>
        (await isClockUnchanged(after))
          ? null
          : `The clock has been moved, frozen or resumed since. To return to the earlier state, restore the snapshot \`${snapshot.id}\`.`,
    },
    undo: () => restore(snapshot),
  };
}

/**
 * Takes the snapshot for undo in place of the previous one. Returns why not if the control API refuses.
 *
 * @throws like the control API, except for a refusal
 */
async function takeSnapshot() {
  try {
    const all = await askAll<Snapshot>('snapshots');
    await Promise.all(all.filter(({ name }) => name === SNAPSHOT_NAME).map(deleteSnapshot));
    const snapshot = await ask<Snapshot>('POST', '/_mock/snapshots', { name: SNAPSHOT_NAME });
    return { snapshot, obstacle: null };
  } catch (error) {
    if (error instanceof RefusalError) return { snapshot: null, obstacle: error.message };
    throw error;
  }
}

/** Deletes a snapshot. Errors are ignored: the next step deletes what remains. */
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

/** Restores the world, and deletes the snapshot. Returns a sentence that reports the result. */
async function restore(snapshot: Snapshot): Promise<string> {
  await ask('POST', `/_mock/snapshots/${snapshot.id}/restore`, {});
  await deleteSnapshot(snapshot);
  noteClock(await ask<ClockState>('GET', '/_mock/clock'));
  reportChange('clock', 'keys', 'faults', 'snapshots');
  return 'This world is back to its state before the clock moved.';
}

/** Freezes or resumes the clock, and offers to undo that. @throws like the control API */
export async function setFrozen(isFrozen: boolean): Promise<void> {
  const after = await sendFrozen(isFrozen);
  offerUndo({
    text: isFrozen ? 'The clock is frozen: time passes only when it is moved.' : 'The clock runs again.',
    ...(!isFrozen && { warning: 'Undo freezes it at its time then.' }),
    guard: {
      topics: ['clock'],
      obstacle: async () =>
        (await isClockUnchanged(after)) ? null : 'The clock was moved, frozen or resumed in the meantime.',
    },
    undo: async () => {
      await sendFrozen(!isFrozen);
      return isFrozen ? 'The clock runs again from where it stopped.' : 'The clock is frozen again.';
    },
  });
}

async function sendFrozen(isFrozen: boolean): Promise<ClockState> {
  const state = await ask<ClockState>('POST', `/_mock/clock/${isFrozen ? 'freeze' : 'resume'}`, {});
  noteClock(state);
  reportChange('clock', 'keys', 'faults');
  return state;
}
