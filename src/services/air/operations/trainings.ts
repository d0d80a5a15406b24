import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { accountOf, creatorOf, orgIdOf } from '../caller.ts';
import { amend, createOperations, type HandlersOf } from '../crud.ts';
import type { HooksOf } from '../hooks.ts';
import { copyNetwork } from '../network-copy.ts';
import { createOwnedRow, createPut, renderStored } from '../objects.ts';
import { createPageOfComputed } from '../pages.ts';
import { resolveReference } from '../references.ts';
import type { MembersOf, RowOf } from '../stored.ts';
import { SIMULATIONS } from '../tables/simulations.ts';
import { TRAININGS } from '../tables/trainings.ts';
import { createSimulationDraft, requireCheckpoint } from './simulations.ts';

const HOUR_MS = 3_600_000;
/** Maximum length of a simulation name. Training names can be longer. */
const MAX_SIMULATION_NAME_LENGTH = 128;
/** Kebab case. */
const TRAINING_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

type TrainingRow = RowOf<'trainings'>;
type Times = Pick<MembersOf<'trainings'>, 'event_time' | 'sim_start_time' | 'sim_end_time'>;

/** Checks the changed times against the rules in the reference. @throws Problem naming the invalid time */
function assertTimes({ now }: AuthenticatedContext, times: Times, changed: readonly string[]): void {
  const event = parseTime(times, 'event_time');
  const start = parseTime(times, 'sim_start_time');
  const end = parseTime(times, 'sim_end_time');
  const rules = [
    // Applies if one of these times changes. The message names the first.
    {
      names: ['event_time'],
      isSatisfied: event >= now + 5 * HOUR_MS,
      expected: 'at least 5 hours from now',
    },
    {
      names: ['sim_start_time'],
      isSatisfied: start >= now + HOUR_MS,
      expected: 'at least 1 hour from now',
    },
    {
      names: ['sim_start_time', 'event_time'],
      isSatisfied: start <= event - 4 * HOUR_MS,
      expected: 'at least 4 hours before `event_time`',
    },
    {
      names: ['sim_end_time', 'event_time'],
      isSatisfied: end >= event + 24 * HOUR_MS,
      expected: 'at least 24 hours after `event_time`',
    },
  ];
  const violated = rules.find(({ names, isSatisfied }) => !isSatisfied && names.some((name) => changed.includes(name)));
  if (violated === undefined) return;
  throw invalidRequest(`Field \`${violated.names[0]}\` must be ${violated.expected}.`);
}

/** Returns a time in milliseconds. @throws Problem if it is not valid */
function parseTime(times: Times, name: keyof Times): number {
  const time = Date.parse(times[name]);
  if (!Number.isNaN(time)) return time;
  throw invalidRequest(`Field \`${name}\` must be a time such as \`2026-01-15T12:00:00Z\`.`);
}

const TRAINING_HOOKS: HooksOf<'trainings'> = {
  complete: async (context, members) => {
    const { name, display_name, parent_simulation, parent_simulation_checkpoint, attendees, ...times } = members;
    if (!TRAINING_NAME.test(name)) {
      throw invalidRequest('Field `name` must consist of lowercase letters and digits, with single `-` between words.');
    }
    assertTimes(context, times, Object.keys(times));
    const parent = await resolveReference(context, SIMULATIONS, 'parent_simulation', parent_simulation);
    const checkpoint =
      typeof parent_simulation_checkpoint === 'string'
        ? await requireCheckpoint(context, parent, 'parent_simulation_checkpoint', parent_simulation_checkpoint)
        : null;
    const simulation = createOwnedRow(context, SIMULATIONS, {
      members: {
        ...createSimulationDraft(context, parent.body.members).members,
        name: name.slice(0, MAX_SIMULATION_NAME_LENGTH),
        state: 'TRAINING',
      },
    });
    const copyChanges = [createPut(simulation), ...(await copyNetwork(context, parent.id, simulation.id))];
    return {
      otherChanges: () => copyChanges,
      members: {
        ...times,
        name,
        display_name: display_name ?? name,
        creator: creatorOf(context),
        org: orgIdOf(accountOf(context)),
        training_simulation: simulation.id,
        training_simulation_name: name.slice(0, MAX_SIMULATION_NAME_LENGTH),
        ngc_group_id: context.random.uuid(),
        attendees: normalizeAttendees(attendees),
        workbenches_created: false,
        checkpoint_name: checkpoint === null ? null : checkpoint.body.members.name,
        parent_simulation_name: parent.body.members.name,
      },
    };
  },
  change: (context, row, members) => {
    requireInstructor(context, row);
    assertTimes(context, { ...row.body.members, ...members }, Object.keys(members));
    return { members };
  },
  mayRemove: requireInstructor,
  view: (context, row) => ({
    ...renderStored(row),
    training_simulation_state: 'TRAINING',
    ...(context.settings.air === 'dsx' && { attendee_details: row.body.members.attendees.map(renderAttendee) }),
  }),
};

/** The mock records no logins, so no attendee has ever logged in. */
function renderAttendee(email: string) {
  return { email, has_onboarded_in_air: false, action_needed: 'The attendee must log in to Air once.' };
}

/** @throws Problem in profile dsx, unless the caller created the training */
function requireInstructor(context: AuthenticatedContext, row: TrainingRow): void {
  if (context.settings.air === 'dsx' && row.body.members.creator !== creatorOf(context)) {
    throw new Problem('forbidden', '', { reason: 'not_owner', why: 'another caller created the training' });
  }
}

function normalizeAttendees(attendees: readonly string[]): readonly string[] {
  return [...new Set(attendees.map((email) => email.toLowerCase()))];
}

function createAttendeesHandler(
  change: (before: readonly string[], named: readonly string[]) => readonly string[],
): Handler<'air', 'trainings_attendees_add' | 'trainings_attendees_remove', TrainingRow> {
  return async (context) => {
    const { target: row } = context;
    requireInstructor(context, row);
    const named = normalizeAttendees(context.body.attendees);
    await amend(context, TRAININGS, row, ({ body }) => ({
      members: { attendees: change(body.members.attendees, named) },
    }));
    return { status: 204 };
  };
}

export const trainingOperations = {
  ...createOperations(TRAININGS, TRAINING_HOOKS),
  trainings_attendees_add: createAttendeesHandler((before, named) => [...new Set([...before, ...named])]),
  trainings_attendees_remove: createAttendeesHandler((before, named) => {
    const removed = new Set(named);
    return before.filter((email) => !removed.has(email));
  }),
  trainings_external_user_group: (context) => {
    const { target: row } = context;
    requireInstructor(context, row);
    const { members } = row.body;
    return {
      status: 200,
      body: {
        userGroupId: members.ngc_group_id,
        resourceGroup: 'air',
        name: members.name,
        description: `Attendees of ${members.name}`,
        idpListLocked: false,
        requireMatchingEmail: true,
        isUserGroupAdmin: true,
        serviceRoles: ['air_trainee'],
        confirmedUsers: [],
        pendingInvitations: members.attendees.map((email) => ({ email })),
        type: 'EXTERNAL',
        orgName: context.caller.principal.org ?? null,
      },
    };
  },
  /** Workbenches would be created when the training begins. The mock does not do that. */
  trainings_workbench_simulations: (context) =>
    createPageOfComputed(
      context,
      {
        path: `${TRAININGS.path}${context.target.id}/workbench-simulations/`,
        list: 'trainings_workbench_simulations',
      },
      [],
    ),
} satisfies HandlersOf<'trainings'>;
