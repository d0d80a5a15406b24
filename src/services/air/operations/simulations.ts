import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import type { Outcome } from '../../../decisions/responses/outcome.ts';
import { END_OF_TIME, rfc3339 } from '../../../lib/clock.ts';
import type { Change } from '../../../store/row.ts';
import { creatorOf } from '../caller.ts';
import { amend, createOperations, type HandlersOf, pickDefined } from '../crud.ts';
import type { HooksOf } from '../hooks.ts';
import { copyNetwork } from '../network-copy.ts';
import { changeRow, createOwnedRow, createPut, type DraftOf, renderStored } from '../objects.ts';
import { createPage } from '../pages.ts';
import { resolveReference } from '../references.ts';
import { applyTransition, stateAt, type Transition, updateIndexedState } from '../states.ts';
import { collectionOf, type MembersOf, type RowOf, type SimulationState } from '../stored.ts';
import { CHECKPOINTS, INITIAL_SIMULATION_MEMBERS, RUNS, SIMULATIONS } from '../tables/simulations.ts';
import { createHistoryEntry } from './histories.ts';

type SimulationMembers = MembersOf<'simulations'>;
type SimulationRow = RowOf<'simulations'>;

export function createSimulationDraft(
  context: AuthenticatedContext,
  members: Omit<SimulationMembers, 'state' | 'creator'>,
  transition?: Transition,
): DraftOf<'simulations'> {
  const creator = creatorOf(context);
  const base = { ...members, state: 'INACTIVE' as const, creator, ...INITIAL_SIMULATION_MEMBERS };
  if (transition === undefined) return { members: base };
  const { members: reached, ...rest } = applyTransition(transition, members, context.now);
  return { members: { ...base, ...reached }, ...rest };
}

/** Renders a simulation in its current state. Profile dsx omits NetQ, which is no longer returned since SDK 1.5.0. */
export function renderSimulation(
  { now, settings }: AuthenticatedContext,
  row: SimulationRow,
): Schema<'air', 'Simulation'> {
  const view = Object.assign(renderStored(row), { state: stateAt(row, now) });
  if (settings.air === '2.0') return view;
  const { auto_netq_enabled: _enabled, netq_username: _username, netq_password: _password, ...rest } = view;
  return rest;
}

const SIMULATION_HOOKS: HooksOf<'simulations'> = {
  complete: (context, members) => {
    assertFutureTimes(context, members);
    return {
      ...createSimulationDraft(context, members),
      otherChanges: (id) => [createHistoryEntry(context, 'simulation', id, 'Simulation created')],
    };
  },
  change: (context, _row, members) => {
    assertFutureTimes(context, members);
    return { members };
  },
  view: renderSimulation,
};

/** @throws Problem naming the time */
function assertFutureTimes({ now }: AuthenticatedContext, members: Partial<SimulationMembers>): void {
  for (const member of ['sleep_at', 'expires_at'] as const) {
    const text = members[member];
    if (typeof text !== 'string' || Date.parse(text) > now) continue;
    const example = rfc3339(now + 3_600_000);
    throw invalidRequest(`Field \`${member}\` must be in the future, such as \`${example}\`.`);
  }
}

/** @throws Problem with the action that is not possible */
export function requireState(
  { now }: AuthenticatedContext,
  row: SimulationRow,
  action: string,
  states: readonly SimulationState[],
): void {
  const state = stateAt(row, now);
  if (states.includes(state)) return;
  const expected = states.map((expectedState) => `\`${expectedState}\``).join(' or ');
  throw new Problem(
    'bad_state',
    `The simulation cannot ${action} while its state is \`${state}\`; expected ${expected}.`,
  );
}

async function startTransition(
  context: AuthenticatedContext<SimulationRow>,
  transition: Transition,
  action: string,
  from: readonly SimulationState[],
  listOtherChanges: () => readonly Change[] | Promise<readonly Change[]> = () => [],
  changeMembers: (members: SimulationMembers) => Partial<SimulationMembers> = () => ({}),
): Promise<Outcome<200, Schema<'air', 'Simulation'>>> {
  const { target: row } = context;
  const next = await amend(
    context,
    SIMULATIONS,
    row,
    (before) => {
      requireState(context, before, action, from);
      const { members, ...rest } = applyTransition(transition, before.body.members, context.now);
      return { ...rest, members: { ...members, ...changeMembers(before.body.members) } };
    },
    async () => [
      ...(await listOtherChanges()),
      createHistoryEntry(context, 'simulation', row.id, `Simulation: ${action}`),
    ],
  );
  return { status: 200, body: renderSimulation(context, next) };
}

/** Returns whether a simulation can start from a checkpoint: a deleted one keeps its object. */
export function isUsable({ body: { members } }: RowOf<'checkpoints'>): boolean {
  return members.state !== 'DELETED';
}

/**
 * @param field the field with its id, for messages
 * @throws Problem if another simulation has it, or it is deleted
 */
export async function requireCheckpoint(
  context: AuthenticatedContext,
  { id: simulation }: Pick<SimulationRow, 'id'>,
  field: string,
  id: string,
): Promise<RowOf<'checkpoints'>> {
  const found = await resolveReference(context, CHECKPOINTS, field, id);
  if (found.body.hidden.simulation !== simulation) {
    throw invalidRequest(`Field \`${field}\` is a checkpoint of another simulation.`);
  }
  if (isUsable(found)) return found;
  throw invalidRequest(`Field \`${field}\` is a checkpoint in the state \`DELETED\`. Use another one.`);
}

/** Returns the requested checkpoint: the latest by default, none if null. @throws Problem if it cannot be used */
async function resolveCheckpoint(
  context: AuthenticatedContext,
  simulation: SimulationRow,
  checkpoint: string | null | undefined,
): Promise<string | null> {
  if (checkpoint === null) return null;
  if (checkpoint !== undefined) return (await requireCheckpoint(context, simulation, 'checkpoint', checkpoint)).id;
  const checkpoints = await collectionOf(CHECKPOINTS).ofParent(context.store.collections, simulation.id);
  return checkpoints.findLast(isUsable)?.id ?? null;
}

function createRun(context: AuthenticatedContext, simulation: string, started_from: string | null): RowOf<'runs'> {
  const started_at = rfc3339(context.now);
  return createOwnedRow(context, RUNS, { members: { name: '', simulation, started_from, started_at, ended_at: null } });
}

/** The settings that a copy keeps. */
const NETWORK_SETTINGS = [
  'auto_oob_enabled',
  'enable_dhcp',
  'auto_netq_enabled',
  'netq_username',
  'netq_password',
] as const;

async function changeSettings(context: AuthenticatedContext<SimulationRow>, members: Partial<SimulationMembers>) {
  const row = await amend(context, SIMULATIONS, context.target, () => ({ members }));
  return { status: 200, body: renderSimulation(context, row) } as const;
}

export const simulationOperations = {
  ...createOperations(SIMULATIONS, SIMULATION_HOOKS),
  /** Updates the stored states first, if needed, because filters and sorting use the stored state. */
  simulations_list: async (context) => {
    const { store, now, query } = context;
    const { state, ordering } = query;
    if (state !== undefined || ordering?.endsWith('state') === true) {
      const ever = { after: 0, to: END_OF_TIME, limit: Number.MAX_SAFE_INTEGER };
      const rows = await collectionOf(SIMULATIONS).due(store.collections, ever);
      const outdated = rows.filter((row) => row.facets?.state !== stateAt(row, now));
      await store.collections.commit(outdated.map((row) => createPut(updateIndexedState(row, now))));
    }
    return createPage(context, SIMULATIONS, (row) => renderSimulation(context, row));
  },
  simulations_start: async (context) => {
    const { target: row, body } = context;
    const started_from = await resolveCheckpoint(context, row, body.checkpoint);
    return startTransition(context, 'start', 'start', ['INACTIVE'], () => [
      createPut(createRun(context, row.id, started_from)),
    ]);
  },
  simulations_shutdown: async (context) => {
    const { store, now, target: row, body } = context;
    const { create_checkpoint = true } = body;
    const endRun = async () => {
      const runs = await collectionOf(RUNS).ofParent(store.collections, row.id);
      const run = runs.at(-1) ?? createRun(context, row.id, null);
      return changeRow(run, RUNS, now, { members: { ended_at: rfc3339(now) } });
    };
    if (!create_checkpoint)
      return startTransition(context, 'purge', 'shut down', ['ACTIVE'], async () => [createPut(await endRun())]);
    const saveCheckpoint = async () => {
      const run = await endRun();
      const checkpoint = createOwnedRow(context, CHECKPOINTS, {
        members: { name: '', favorite: false, metadata: null, run: run.id, state: 'COMPLETE' },
        hidden: { simulation: row.id },
        parent: row.id,
      });
      return [createPut(run), createPut(checkpoint)];
    };
    return startTransition(context, 'shutdown', 'shut down', ['ACTIVE'], saveCheckpoint, (before) => ({
      complete_checkpoint_count: (before.complete_checkpoint_count ?? 0) + 1,
    }));
  },
  simulations_rebuild: async (context) => {
    await resolveCheckpoint(context, context.target, context.body.checkpoint);
    return startTransition(context, 'rebuild', 'rebuild', ['ACTIVE']);
  },
  simulations_clone: async (context) => {
    const { body } = context;
    const source = await resolveReference(context, SIMULATIONS, 'simulation', body.simulation);
    requireState(context, source, 'be cloned', ['INACTIVE', 'CLONING']);
    await resolveCheckpoint(context, source, body.checkpoint);
    const { members } = source.body;
    const name = body.name ?? `Clone of ${members.name}`.slice(0, 128);
    const startsAtOnce = body.attempt_start === true;
    const draft = createSimulationDraft(context, { ...members, name }, startsAtOnce ? 'cloneAndStart' : 'clone');
    const row = createOwnedRow(context, SIMULATIONS, {
      ...draft,
      members: { ...draft.members, ...pickDefined(members, NETWORK_SETTINGS) },
    });
    await context.store.collections.commit([
      createPut(row),
      ...(await copyNetwork(context, source.id, row.id)),
      ...(startsAtOnce ? [createPut(createRun(context, row.id, null))] : []),
      createHistoryEntry(context, 'simulation', row.id, `Cloned from ${source.id}`),
    ]);
    return { status: 201, body: renderSimulation(context, row) };
  },
  simulations_enable_auto_oob: (context) => {
    const { enable_dhcp = true } = context.body;
    return changeSettings(context, { auto_oob_enabled: true, enable_dhcp });
  },
  simulations_disable_auto_oob: (context) => changeSettings(context, { auto_oob_enabled: false, enable_dhcp: false }),
  simulations_enable_auto_netq: (context) =>
    changeSettings(context, {
      auto_netq_enabled: true,
      netq_username: 'mock-netq',
      netq_password: 'mock-netq-password',
    }),
  simulations_disable_auto_netq: (context) =>
    changeSettings(context, { auto_netq_enabled: false, netq_username: null, netq_password: null }),
} satisfies HandlersOf<'simulations'>;

export const runOperations = createOperations(RUNS, {});
