import { addMilliseconds, type Instant } from '../../lib/clock.ts';
import { parseDuration } from '../../lib/duration.ts';
import type { MembersOf, RowOf, SimulationState, Step } from './stored.ts';

/** The states of each transition. The last one is final. */
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

/** Member of the metadata that sets the duration of each state. */
const STEP_DURATION_MEMBER = 'nv_auth_mock_step_time';

/** In milliseconds. */
function readStepDuration(metadata: string | null | undefined): number {
  if (typeof metadata !== 'string') return 0;
  try {
    // Throws for `null`, but for no other JSON value.
    const value: unknown = JSON.parse(metadata)[STEP_DURATION_MEMBER];
    return typeof value === 'string' ? (parseDuration(value) ?? 0) : 0;
  } catch {
    return 0;
  }
}

export function applyTransition(
  transition: Transition,
  { metadata }: Omit<MembersOf<'simulations'>, 'state' | 'creator'>,
  now: Instant,
) {
  const duration = readStepDuration(metadata);
  const states: readonly [SimulationState, ...SimulationState[]] = TRANSITIONS[transition];
  const steps = states.map((state, index): Step => ({ state, at: addMilliseconds(now, index * duration) }));
  const state = states.at(-1) ?? states[0];
  return { members: { state }, hidden: { steps }, dueAt: addMilliseconds(now, (states.length - 1) * duration) };
}

/** Computes the state from the stored row and the time, so no timer is needed. */
export function stateAt({ body }: RowOf<'simulations'>, now: Instant): SimulationState {
  const { steps = [] } = body.hidden;
  return steps.findLast(({ at }) => at <= now)?.state ?? body.members.state;
}

/** Updates the indexed state. `dueAt` becomes null when the transition ends. */
export function updateIndexedState(row: RowOf<'simulations'>, now: Instant): RowOf<'simulations'> {
  const { facets } = row;
  if (facets === undefined) return row;
  const isOver = row.dueAt !== null && row.dueAt <= now;
  return { ...row, dueAt: isOver ? null : row.dueAt, facets: { ...facets, state: stateAt(row, now) } };
}
