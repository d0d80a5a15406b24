import { formatTime } from '../parts/time.ts';
import { moveClock } from '../state/move-clock.ts';
import { describeEvent, type Names } from './event-text.ts';

/** The maximum number of events to describe. */
const MAX_DESCRIBED = 3;

/** The target of a move, like the control API's members. */
export type MoveTarget = { readonly by: string } | { readonly to: string };

/**
 * Moves the clock.
 *
 * @returns a sentence with the new time and the events in between
 * @throws like the control API
 */
export async function moveAndDescribe(target: MoveTarget, names: Names): Promise<string> {
  const isNextEvent = 'to' in target && target.to === 'next-event';
  const { events, now, cannotUndo } = await moveClock('to' in target && !isNextEvent ? 'set' : 'advance', target);
  const listed = events.slice(0, MAX_DESCRIBED).map((event) => describeEvent(event, names));
  const more = events.length > listed.length ? `, and ${events.length - listed.length} more` : '';
  const eventsText = events.length === 0 ? 'Nothing happened meanwhile.' : `Meanwhile: ${listed.join('; ')}${more}.`;
  return `It is ${formatTime(now)}. ${eventsText}${cannotUndo === null ? '' : ` This cannot be undone: ${cannotUndo}`}`;
}
