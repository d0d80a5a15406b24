import { ask, Refused } from '../control-api/client.ts';
import type { Fault } from '../control-api/types.ts';
import { changed } from './changes.ts';
import { offerUndo } from './undo.ts';

/** Has it been injected as often as it may be? Then it changes nothing any more. */
export function isUsedUp({ fired, times }: Pick<Fault, 'fired' | 'times'>): boolean {
  return times !== null && fired >= times;
}

/**
 * Removes faults one by one, as a person removes them: that one was never injected is then no finding. One that is gone
 * already is removed. Those of drills cannot be added again; without them, it can be undone.
 *
 * @throws as the control API does
 */
export async function removeFaults(faults: readonly Fault[]): Promise<void> {
  offerUndo(null);
  const removals = faults.map(({ id }) =>
    ask('DELETE', `/_mock/faults/${encodeURIComponent(id)}`).catch((thrown: unknown) => {
      if (!(thrown instanceof Refused && thrown.status === 404)) throw thrown;
    }),
  );
  try {
    await Promise.all(removals);
  } finally {
    changed('faults', 'drills', 'findings');
  }
  if (faults.some(({ drill }) => drill !== null)) return;
  const [only] = faults;
  offerUndo({
    text: faults.length === 1 ? `The fault \`${only?.id}\` is removed.` : `${faults.length} faults are removed.`,
    loses: 'Counters begin anew, and older faults come first.',
    undo: async () => {
      const ids: string[] = [];
      for (const fault of faults) ids.push(`\`${(await addAgain(fault)).id}\``);
      changed('faults');
      return ids.length === 1
        ? `The fault is there again, as ${ids[0]}.`
        : `They are there again, as ${ids.join(', ')}.`;
    },
  });
}

/** Makes a fault again that was just removed, with the same members. @throws as the control API does */
function addAgain({ match, times, after, do: action }: Fault): Promise<Fault> {
  // It was added in spite of the documents, or they allow it: in both cases nothing is lost by saying so.
  const isAnswer = action.status !== undefined || action.answer !== undefined;
  const order = {
    match,
    ...(times !== null && { times }),
    after,
    do: { ...action, ...(isAnswer && { offDocument: true }) },
  };
  return ask<Fault>('POST', '/_mock/faults', order);
}
