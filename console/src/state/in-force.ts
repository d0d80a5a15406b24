import { computed, signal } from '@preact/signals';
import { view } from '../address.ts';
import { ask, askAll } from '../control-api/client.ts';
import type { ClockReading, Drill, Fault, WorldEvent } from '../control-api/types.ts';
import { reportChange } from './changes.ts';
import { aheadText, isFrozen, noteClock } from './clock.ts';
import { drillTitle, endDrill } from './drills.ts';
import { isUsedUp, removeFaults } from './faults.ts';
import { setFrozen } from './freeze.ts';
import { type Mode, readMode, setMode } from './mode.ts';
import { APPLYING_LOSES, applyEdits } from './pending-edits.ts';
import { resetWorld } from './worlds.ts';

interface RunningDrill extends Drill {
  /** The id of the affected identity; undefined: all. */
  readonly principal: string | undefined;
}

/** Everything that changes the behaviour of this world, as last read. */
interface StateInForce {
  /** Without faults of drills and used-up faults. */
  readonly faults: readonly Fault[];
  readonly drills: readonly RunningDrill[];
  readonly mode: Mode;
  /** The number of pending key edits. */
  readonly edits: number;
  /** The number of upcoming key events: edits taking effect, and expiries. */
  readonly eventsOfKeys: number;
  readonly findings: number;
}

const NOTHING: StateInForce = { faults: [], drills: [], mode: 'enforce', edits: 0, eventsOfKeys: 0, findings: 0 };

const state = signal<StateInForce>(NOTHING);

/** Reads everything in force, and the clock. @throws like the control API */
export async function readInForce(): Promise<void> {
  const [faults, { drills }, mode, clock, { total: findings }] = await Promise.all([
    askAll<Fault>('faults'),
    ask<{ drills: readonly Drill[] }>('GET', '/_mock/drills'),
    readMode(),
    ask<ClockReading>('GET', '/_mock/clock'),
    ask<{ total: number }>('GET', '/_mock/findings?limit=1'),
  ]);
  const ownFaults = faults.filter((fault) => fault.drill === null && !isUsedUp(fault));
  noteClock(clock);
  const countUpcoming = (kind: WorldEvent['kind']) => clock.upcoming.filter((event) => event.kind === kind).length;
  const edits = countUpcoming('policy.effective');
  const eventsOfKeys = edits + countUpcoming('key.expired');
  const running = drills
    .filter((drill) => drill.running)
    .map((drill) => ({ ...drill, principal: faults.find((one) => one.drill === drill.name)?.match.principal }));
  state.value = { faults: ownFaults, drills: running, mode, edits, eventsOfKeys, findings };
}

/**
 * Reads it again and reports what changed, because not everything sends an event: faults, drills and modes set by other
 * clients, and keys changed by time.
 *
 * @throws like the control API
 */
export async function pollInForce(): Promise<void> {
  const previous = state.value;
  await readInForce();
  const { faults, drills, mode, eventsOfKeys } = state.value;
  if (joinNames(faults) !== joinNames(previous.faults)) reportChange('faults');
  if (joinNames(drills) !== joinNames(previous.drills)) reportChange('drills');
  if (mode !== previous.mode) reportChange('mode');
  if (eventsOfKeys !== previous.eventsOfKeys) reportChange('keys');
}

function joinNames(all: readonly (Pick<Fault, 'id'> | Pick<Drill, 'name'>)[]): string {
  return all.map((one) => ('id' in one ? one.id : one.name)).join();
}

/** Something that changes the behaviour of the mock now, and a way to end it. */
export interface InForce {
  readonly text: string;
  /** The view with the details. */
  readonly view: string;
  readonly endLabel: string;
  /** What is lost by ending it, as a sentence. Absent if it can be undone. */
  readonly warning?: string;
  /** @returns a sentence that reports the result, unless the undo bar does */
  readonly run: () => Promise<unknown>;
}

export const inForce = computed((): readonly InForce[] => {
  const { faults, drills, mode, edits } = state.value;
  const all: InForce[] = [];
  if (faults.length > 0) all.push(faultsInForce(faults));
  all.push(...drills.map(drillInForce));
  if (mode === 'observe') all.push(OBSERVE);
  if (isFrozen.value) all.push(FROZEN);
  const { value: ahead } = aheadText;
  if (ahead !== null) all.push(clockInForce(ahead));
  if (edits > 0) all.push(editsInForce(edits));
  return all;
});

const faultsInForce = (faults: readonly Fault[]): InForce => ({
  text: faults.length === 1 ? '1 fault' : `${faults.length} faults`,
  view: 'faults',
  endLabel: 'Remove',
  run: () => removeFaults(faults),
});

const drillInForce = (drill: RunningDrill): InForce => ({
  text: `drill ${drillTitle(drill.name)}`,
  view: 'drills',
  endLabel: 'End',
  run: () => endDrill(drill, drill.principal),
});

const OBSERVE: InForce = {
  text: 'observe mode',
  view: 'least-privilege',
  endLabel: 'Enforce',
  run: () => setMode('enforce'),
};

const FROZEN: InForce = {
  text: 'clock frozen',
  view: 'clock',
  endLabel: 'Resume',
  run: () => setFrozen(false),
};

const clockInForce = (ahead: string): InForce => ({
  text: `clock ${ahead}`,
  view: 'clock',
  endLabel: 'Reset world',
  warning:
    'Only a reset turns the clock back: the world returns to its seed, and its requests, findings and faults are deleted.',
  run: resetWorld,
});

const editsInForce = (count: number): InForce => ({
  text: count === 1 ? '1 pending edit' : `${count} pending edits`,
  view: 'clock',
  endLabel: 'Apply now',
  warning: APPLYING_LOSES,
  run: applyEdits,
});

/** Refusals that arrived while another view was open. */
export const unread = signal(0);

export function noteUnread(status: number | null): void {
  if (view.value !== 'requests' && view.value !== '' && status !== null && status >= 400) unread.value += 1;
}

/** Badges of the navigation, by view. False and 0 are hidden. */
export const badges = computed((): Readonly<Record<string, readonly (string | number | false)[]>> => {
  const { faults, drills, mode, edits, findings } = state.value;
  return {
    requests: [unread.value],
    findings: [findings],
    clock: [isFrozen.value && 'frozen', edits],
    faults: [faults.length],
    drills: [drills.length],
    'least-privilege': [mode === 'observe' && 'observe'],
  };
});
