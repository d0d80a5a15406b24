import type { Instant } from '../../core/clock.ts';
import { parseDuration } from '../../core/duration.ts';
import type { MembersOf, RowOf, SimulationState, Step } from './stored.ts';

/** The states that a simulation goes through; it stays in the last one. */
const WAYS = {
  start: ['REQUESTING', 'PROVISIONING', 'BOOTING', 'ACTIVE'],
  shutdown: ['PREPARE_SHUTDOWN', 'SHUTTING_DOWN', 'SAVING', 'INACTIVE'],
  purge: ['PREPARE_PURGE', 'PURGING', 'INACTIVE'],
  rebuild: ['PREPARE_REBUILD', 'REBUILDING', 'ACTIVE'],
  import: ['IMPORTING', 'INACTIVE'],
  clone: ['CLONING', 'INACTIVE'],
  cloneAndStart: ['CLONING', 'REQUESTING', 'PROVISIONING', 'BOOTING', 'ACTIVE'],
} as const satisfies Readonly<Record<string, readonly [SimulationState, ...SimulationState[]]>>;

export type Way = keyof typeof WAYS;

type SimulationMembers = MembersOf<'simulations'>;

/** The member of a simulation's metadata that says how long each of its states lasts. */
const STEP_TIME = 'nv_auth_mock_step_time';

/** How long each state lasts, in milliseconds; 0 unless the metadata says otherwise. */
export function stepTime({ metadata }: Pick<SimulationMembers, 'metadata'>): number {
  if (typeof metadata !== 'string') return 0;
  try {
    // A member can be read from any JSON value except null, which throws.
    const said = (JSON.parse(metadata) as Readonly<Record<string, unknown>>)[STEP_TIME];
    return typeof said === 'string' ? (parseDuration(said) ?? 0) : 0;
  } catch {
    return 0;
  }
}

/** What is stored for a way that begins now: its final state, its steps, and when it ends. */
export function going(way: Way, members: Pick<SimulationMembers, 'metadata'>, now: Instant) {
  const time = stepTime(members);
  const states: readonly [SimulationState, ...SimulationState[]] = WAYS[way];
  const steps = states.map((state, index): Step => ({ state, at: now + index * time }));
  const state = states.at(-1) ?? states[0];
  return { members: { state }, hidden: { steps }, dueAt: now + (states.length - 1) * time };
}

/** The state at a time; depends only on what is stored and that time. */
export function stateAt({ body }: RowOf<'simulations'>, now: Instant): SimulationState {
  const { steps = [] } = body.hidden;
  return steps.findLast(({ at }) => at <= now)?.state ?? body.members.state;
}

/** The row with its state at that time as the one it is found by. Once the way has ended, nothing more is due. */
export function withStateOf(row: RowOf<'simulations'>, now: Instant): RowOf<'simulations'> {
  const { facets } = row;
  if (facets === undefined) return row;
  const isOver = row.dueAt !== null && row.dueAt <= now;
  return { ...row, dueAt: isOver ? null : row.dueAt, facets: { ...facets, state: stateAt(row, now) } };
}
