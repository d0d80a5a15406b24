import { ask, type Fault, type FaultOrder, nullIfNotFound } from '../control-api/client.ts';
import { reportChange } from './changes.ts';
import { offerUndo } from './undo.ts';

/** Returns whether a fault has no effect any more, because its injections are used up or its time is over. */
export function hasEnded({ ended }: Fault): boolean {
  return ended !== undefined;
}

/** Returns the order of a fault like this one. */
export function orderOf({ match, times, after, createdAt, until, do: action }: Fault): FaultOrder {
  const duration = until === null ? {} : { for: `${Date.parse(until) - Date.parse(createdAt)}ms` };
  return { match, ...(times !== null && { times }), after, ...duration, do: action };
}

/**
 * Removes faults one by one, like a user: bulk removal would log warnings about unused ones. Ignores faults that are
 * already deleted. Offers undo.
 *
 * @throws like the control API
 */
export async function removeFaults(faults: readonly Fault[]): Promise<void> {
  offerUndo(null);
  const removals = faults.map(({ id }) =>
    ask('DELETE', `/_mock/faults/${encodeURIComponent(id)}`).catch(nullIfNotFound),
  );
  try {
    await Promise.all(removals);
  } finally {
    reportChange('faults');
  }
  const [first] = faults;
  offerUndo({
    text: faults.length === 1 ? `The fault \`${first?.id}\` was removed.` : `${faults.length} faults were removed.`,
    warning: 'Counters restart at zero, and older faults take precedence.',
    undo: async () => {
      const ids: string[] = [];
      for (const fault of faults) ids.push(`\`${(await recreateFault(fault)).id}\``);
      reportChange('faults');
      return ids.length === 1
        ? `The fault was added again, as ${ids[0]}.`
        : `The faults were added again, as ${ids.join(', ')}.`;
    },
  });
}

/** Adds a fault like a removed one. Returns the new fault. @throws like the control API */
function recreateFault(fault: Fault): Promise<Fault> {
  const { do: action } = fault;
  // The member is ignored if the documents allow the response, and required if they do not.
  const changesResponse = action.status !== undefined || action.answer !== undefined;
  const order = { ...orderOf(fault), do: { ...action, ...(changesResponse && { offDocument: true }) } };
  return ask<Fault>('POST', '/_mock/faults', order);
}
