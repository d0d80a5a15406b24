import { computed, signal } from '@preact/signals';
import { view } from '../address.ts';
import { ask, askAll, type ClockReading, type Fault, type WorldEvent } from '../control-api/client.ts';
import { reportChange } from './changes.ts';
import { aheadText, isFrozen, noteClock } from './clock.ts';
import { APPLY_WARNING, applyEdits } from './edit-key.ts';
import { hasEnded, removeFaults } from './faults.ts';
import { setFrozen } from './move-clock.ts';
import { resetWorld } from './worlds.ts';

/** Everything that changes the behaviour of this world, as last read. Key events: edits taking effect, and expiries. */
const state = signal({ faults: [] as readonly Fault[], pendingEdits: 0, keyEvents: 0 });

/** Reads everything in force, and the clock. @throws like the control API */
export async function readInForce(): Promise<void> {
  const [faults, clock] = await Promise.all([askAll<Fault>('faults'), ask<ClockReading>('GET', '/_mock/clock')]);
  noteClock(clock);
  const countUpcoming = (kind: WorldEvent['kind']) => clock.upcoming.filter((event) => event.kind === kind).length;
  const pendingEdits = countUpcoming('policy.effective');
  const keyEvents = pendingEdits + countUpcoming('key.expired');
  state.value = { faults: faults.filter((fault) => !hasEnded(fault)), pendingEdits, keyEvents };
}

/**
 * Reads everything in force again and reports the changed topics, because not every change sends an event: faults set by other
 * clients, and keys changed by time.
 *
 * @throws like the control API
 */
export async function pollInForce(): Promise<void> {
  const previous = state.value;
  await readInForce();
  const { faults, keyEvents } = state.value;
  if (joinIds(faults) !== joinIds(previous.faults)) reportChange('faults');
  if (keyEvents !== previous.keyEvents) reportChange('keys');
}

function joinIds(faults: readonly Fault[]): string {
  return faults.map(({ id }) => id).join();
}

/** Everything in force, in the order of the header, with the action that ends it. A warning says what it loses for good. */
export const effectsInForce = computed(() => {
  const { faults, pendingEdits } = state.value;
  const { value: ahead } = aheadText;
  return [
    faults.length > 0 && {
      text: faults.length === 1 ? '1 fault' : `${faults.length} faults`,
      view: 'faults',
      endLabel: 'Remove',
      end: () => removeFaults(faults),
    },
    isFrozen.value && { text: 'clock frozen', view: 'clock', endLabel: 'Resume', end: () => setFrozen(false) },
    ahead !== null && {
      text: `clock ${ahead}`,
      view: 'clock',
      endLabel: 'Reset world',
      warning:
        'Only a reset turns the clock back: the world returns to its seed, and its requests and faults are deleted.',
      end: resetWorld,
    },
    pendingEdits > 0 && {
      text: pendingEdits === 1 ? '1 pending edit' : `${pendingEdits} pending edits`,
      view: 'clock',
      endLabel: 'Apply now',
      warning: APPLY_WARNING,
      end: applyEdits,
    },
  ].filter((effect) => effect !== false);
});

/** Refusals that arrived while another view was open. */
export const unreadCount = signal(0);

/** Counts a refusal as unread unless Requests is open. */
export function noteUnread(status: number | null): void {
  if (view.value !== 'requests' && view.value !== '' && status !== null && status >= 400) unreadCount.value += 1;
}

/** Badges of the navigation, by view. False and 0 are hidden. */
export const badges = computed((): Readonly<Record<string, readonly (string | number | false)[]>> => {
  const { faults, pendingEdits } = state.value;
  return {
    requests: [unreadCount.value],
    clock: [isFrozen.value && 'frozen', pendingEdits],
    faults: [faults.length],
  };
});
