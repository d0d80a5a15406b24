import { ask } from '../control-api/client.ts';
import type { ClockState } from '../control-api/types.ts';
import { reportChange } from './changes.ts';
import { isClockUnchanged, noteClock } from './clock.ts';
import { offerUndo } from './undo.ts';

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

/** Freezes or resumes the clock. Returns its new state. @throws like the control API */
async function sendFrozen(isFrozen: boolean): Promise<ClockState> {
  const state = await ask<ClockState>('POST', `/_mock/clock/${isFrozen ? 'freeze' : 'resume'}`, {});
  noteClock(state);
  reportChange('clock', 'keys', 'faults');
  return state;
}
