import { ask } from '../control-api/client.ts';
import type { ClockState } from '../control-api/types.ts';
import { changed } from './changes.ts';
import { isAt, noteClock } from './clock.ts';
import { offerUndo } from './undo.ts';

/** Stops the clock, or lets it run, and offers to undo that. @throws as the control API does */
export async function setFrozen(isFrozen: boolean): Promise<void> {
  const after = await send(isFrozen);
  offerUndo({
    text: isFrozen ? 'The clock is frozen: time passes only when it is moved.' : 'The clock runs again.',
    ...(!isFrozen && { loses: 'Undo stops it at the time that it shows then.' }),
    guard: {
      topics: ['clock'],
      obstacle: async () => ((await isAt(after)) ? null : 'The clock was moved, stopped or set free meanwhile.'),
    },
    undo: async () => {
      await send(!isFrozen);
      return isFrozen ? 'The clock runs on from where it stood.' : 'The clock stands still again.';
    },
  });
}

async function send(isFrozen: boolean): Promise<ClockState> {
  const state = await ask<ClockState>('POST', `/_mock/clock/${isFrozen ? 'freeze' : 'resume'}`, {});
  noteClock(state);
  changed('clock', 'keys', 'faults', 'drills');
  return state;
}
