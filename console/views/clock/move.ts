import { ask } from '../../control-api/client.ts';
import type { ClockState, WorldEvent } from '../../control-api/types.ts';
import { timeText } from '../../parts/time.ts';
import { changed } from '../../state/changes.ts';
import { noteClock } from '../../state/clock.ts';
import type { ShownKey } from '../../state/keys.ts';

/**
 * Asks the clock to move, and says what happened in between.
 *
 * @param change what is done to the clock: the last part of its path
 */
export async function moveClock(change: string, body: object, keys: readonly ShownKey[] = []): Promise<string> {
  const after = await ask<ClockState & { events: WorldEvent[] }>('POST', `/_mock/clock/${change}`, body);
  noteClock(after);
  changed('clock', 'keys', 'faults', 'drills');
  const { events, now } = after;
  const told = events.slice(0, 3).map((event) => eventInWords(event, keys));
  const more = events.length > told.length ? `, and ${events.length - told.length} more` : '';
  return `It is ${timeText(now)}. ${events.length === 0 ? 'Nothing happened meanwhile.' : `Meanwhile: ${told.join('; ')}${more}.`}`;
}

/** An event as a person would say it; one that is not known here, by its kind and what it is about. */
export function eventInWords({ at: _, kind, ...details }: WorldEvent, keys: readonly ShownKey[]): string {
  const { keyId, version } = details;
  const name = keys.find(({ id }) => id === keyId)?.name ?? String(keyId);
  if (kind === 'policy.effective') return `version ${version} of ${name} takes effect`;
  if (kind === 'key.expired') return `the key ${name} expires`;
  const about = Object.values(details).filter((value) => typeof value === 'string' || typeof value === 'number');
  return [kind.replaceAll(/[.-]/g, ' '), ...about].join(' ');
}
