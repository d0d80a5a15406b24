import { ask, Refused } from '../control-api/client.ts';
import type { Fault } from '../control-api/types.ts';
import { changed } from './changes.ts';
import { withdrawUndo } from './undo.ts';

/**
 * Removes faults one by one, as a person removes them: that one was never injected is then no finding. One that is gone
 * already is removed.
 *
 * @throws as the control API does
 */
export async function removeFaults(faults: readonly Fault[]): Promise<void> {
  const removals = faults.map(({ id }) =>
    ask('DELETE', `/_mock/faults/${encodeURIComponent(id)}`).catch((thrown: unknown) => {
      if (!(thrown instanceof Refused && thrown.status === 404)) throw thrown;
    }),
  );
  try {
    await Promise.all(removals);
  } finally {
    withdrawUndo();
    changed('faults', 'drills', 'findings');
  }
}
