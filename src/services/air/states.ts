import { type Instant, later } from '../../time/clock.ts';
import { parseDuration } from '../../time/duration.ts';
import type { MembersOf, RowOf, SimulationState, Step } from './stored.ts';

/** The states of each transition; the simulation stays in the last one. */
const TRANSITIONS = {
  start: ['REQUESTING', 'PROVISIONING', 'BOOTING', 'ACTIVE'],
  shutdown: ['PREPARE_SHUTDOWN', 'SHUTTING_DOWN', 'SAVING', 'INACTIVE'],
  purge: ['PREPARE_PURGE', 'PURGING', 'INACTIVE'],
  rebuild: ['PREPARE_REBUILD', 'REBUILDING', 'ACTIVE'],
  import: ['IMPORTING', 'INACTIVE'],
  clone: ['CLONING', 'INACTIVE'],
  cloneAndStart: ['CLONING', 'REQUESTING', 'PROVISIONING', 'BOOTING', 'ACTIVE'],
} as const satisfies Readonly<Record<string, readonly [SimulationState, ...SimulationState[]]>>;

export type Transition = keyof typeof TRANSITIONS;

type SimulationMembers = MembersOf<'simulations'>;

/** The member of a simulation's metadata with the duration of each state. */
const STEP_TIME = 'nv_auth_mock_step_time';

/** The duration of each state in milliseconds; 0 unless the metadata sets it. */
function stepTime({ metadata }: Pick<SimulationMembers, 'metadata'>): number {
  if (typeof metadata !== 'string') return 0;
  try {
    // A member of `null` throws; all other JSON values allow the access.
    const said: unknown = JSON.parse(metadata)[STEP_TIME];
    return typeof said === 'string' ? (parseDuration(said) ?? 0) : 0;
  } catch {
    return 0;
  }
}

/** The change for a transition that begins now: its final state, its steps, and when it ends. */
export function transitionOf(transition: Transition, members: Pick<SimulationMembers, 'metadata'>, now: Instant) {
  const time = stepTime(members);
  const states: readonly [SimulationState, ...SimulationState[]] = TRANSITIONS[transition];
  const steps = states.map((state, index): Step => ({ state, at: later(now, index * time) }));
  const state = states.at(-1) ?? states[0];
  return { members: { state }, hidden: { steps }, dueAt: later(now, (states.length - 1) * time) };
}

/** Derived from the stored row and the time, so that no timer has to change the state. */
export function stateAt({ body }: RowOf<'simulations'>, now: Instant): SimulationState {
  const { steps = [] } = body.hidden;
  return steps.findLast(({ at }) => at <= now)?.state ?? body.members.state;
}

/** Sets the facet that lists search by; `dueAt` becomes null at the end of the transition. */
export function withStateOf(row: RowOf<'simulations'>, now: Instant): RowOf<'simulations'> {
  const { facets } = row;
  if (facets === undefined) return row;
  const isOver = row.dueAt !== null && row.dueAt <= now;
  return { ...row, dueAt: isOver ? null : row.dueAt, facets: { ...facets, state: stateAt(row, now) } };
}
