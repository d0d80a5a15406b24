import { describe, expect, it } from 'vitest';
import {
  type AirCaller,
  airImagesServer,
  expectRefusal,
  NO_ID,
  NOT_FOUND,
  NOT_PERMITTED,
  UUID,
} from '../../support/air-images.ts';
import { START } from '../../support/server.ts';

const HOUR = 3_600_000;
const server = await airImagesServer();
const { acme } = server;
const PARENT = '7c9d2e41-5b3a-4f68-9d12-3e8f6a0b0001';
const OF_GLOBEX = '7c9d2e41-5b3a-4f68-9d12-3e8f6a0b0003';
const toIso = (at: number) => new Date(at).toISOString();
/** The earliest valid times, in hours from now. */
const EARLIEST = { sim_start_time: 1, event_time: 5, sim_end_time: 29 };
type Times = typeof EARLIEST;
const timesAt = (hours: Partial<Times>, shift: Partial<Times> = {}, now = START) => {
  const names = Object.keys(EARLIEST) as (keyof Times)[];
  const entries = names.map((name) => {
    return [name, toIso(now + ({ ...EARLIEST, ...hours }[name] ?? 0) * HOUR + (shift[name] ?? 0))];
  });
  return Object.fromEntries(entries) as Record<keyof Times, string>;
};
const ORDER = { name: 'day-one', parent_simulation: PARENT, attendees: ['Ann@acme.test', 'bob@acme.test'] };

const createTraining = async (overrides: object = {}, caller: AirCaller = acme) => {
  const { status, body } = await caller('POST trainings/', { ...ORDER, ...timesAt({}), ...overrides });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const attendeesOf = async (id: string) => (await acme(`GET trainings/${id}/`)).body.attendees;

describe('a training', () => {
  it('is created from a copy of a simulation', async () => {
    const body = await createTraining();

    expect(body).toMatchObject({
      id: expect.stringMatching(UUID),
      name: 'day-one',
      creator: 'air-admin@acme.test',
      org: expect.stringMatching(UUID),
      training_simulation: expect.stringMatching(UUID),
      training_simulation_name: expect.any(String),
      training_simulation_state: 'TRAINING',
      ngc_group_id: expect.any(String),
      attendees: ['ann@acme.test', 'bob@acme.test'],
      workbenches_created: false,
      checkpoint_name: null,
      parent_simulation_name: 'leaf-spine',
    });
    for (const [name, expected] of Object.entries(timesAt({})))
      expect(Date.parse(body[name]), name).toBe(Date.parse(expected));
    expect((await acme(`GET trainings/${body.id}/`)).body).toEqual(body);

    const copy = body.training_simulation;
    expect(copy).not.toBe(PARENT);
    expect((await acme(`GET simulations/${copy}/`)).body.state).toBe('TRAINING');
    expect((await acme(`GET simulations/nodes/?simulation=${copy}`)).body.count).toBe(3);
    expect((await acme(`GET simulations/${PARENT}/`)).body.state).toBe('INACTIVE');
  });

  it.each([
    ['event_time', { event_time: -1 }, /`event_time`/],
    ['sim_start_time', { sim_start_time: -1 }, /`sim_start_time`/],
    ['sim_start_time', { sim_start_time: 1 }, /`sim_start_time`.*`event_time`/],
    ['sim_end_time', { sim_end_time: -1 }, /`sim_end_time`.*`event_time`/],
  ])('has time limits that are exact to the millisecond: %s, by %j', async (_, shift, detail) => {
    const times = (by: Partial<Times>) => ({ ...ORDER, ...timesAt({}, by) });

    expectRefusal(await acme('POST trainings/', times(shift)), 400, detail);
    expect((await acme('POST trainings/', times({}))).status).toBe(201);
  });

  it.each(['day one', 'day--one'])('cannot have the name %j', async (name) => {
    expectRefusal(await acme('POST trainings/', { ...ORDER, ...timesAt({}), name }), 400, /`name`/);
  });

  it('can have a name of 255 characters, although a simulation name has at most 128', async () => {
    const world = await airImagesServer();
    const name = 'x'.repeat(255);

    expect((await createTraining({ name }, world.acme)).name).toBe(name);
    expect((await world.acme('GET simulations/')).status).toBe(200);
  });

  it.each([
    ['parent_simulation', OF_GLOBEX],
    ['parent_simulation_checkpoint', NO_ID],
  ])('is rejected with a `%s` of %j', async (member, value) => {
    const before = (await acme('GET simulations/')).body.count;

    expectRefusal(
      await acme('POST trainings/', { ...ORDER, ...timesAt({}), [member]: value }),
      400,
      new RegExp(member),
    );
    expect((await acme('GET simulations/')).body.count).toBe(before);
  });

  it('is updated only in its three times', async () => {
    const before = await createTraining();
    const times = timesAt({ event_time: 48, sim_start_time: 40, sim_end_time: 100 });
    const { status, body } = await acme(`PATCH trainings/${before.id}/`, {
      ...times,
      name: 'other',
      attendees: [],
      parent_simulation: OF_GLOBEX,
    });

    expect(status).toBe(200);
    expect(body).toEqual({
      ...before,
      ...Object.fromEntries(Object.keys(times).map((name) => [name, body[name]])),
      modified: body.modified,
    });
    for (const [name, expected] of Object.entries(times))
      expect(Date.parse(body[name]), name).toBe(Date.parse(expected));
  });

  it('has the same time limits when it is updated', async () => {
    const { id } = await createTraining(timesAt({ event_time: 48, sim_start_time: 40, sim_end_time: 100 }));
    const change = (body: object) => acme(`PATCH trainings/${id}/`, body);

    expectRefusal(await change({ event_time: toIso(START + 44 * HOUR - 1) }), 400, /`sim_start_time`.*`event_time`/);
    expectRefusal(await change({ event_time: toIso(START + 76 * HOUR + 1) }), 400, /`sim_end_time`/);
    expectRefusal(await change({ sim_start_time: toIso(START + HOUR - 1) }), 400, /`sim_start_time`/);
    expect((await change({ event_time: toIso(START + 44 * HOUR) })).status).toBe(200);
    expect((await change({ event_time: toIso(START + 76 * HOUR) })).status).toBe(200);
    expect((await change({ sim_start_time: toIso(START + HOUR) })).status).toBe(200);
  });

  it('is deleted with its simulation', async () => {
    const { id, training_simulation } = await createTraining();

    expect((await acme(`DELETE trainings/${id}/`, {})).status).toBe(204);
    expectRefusal(await acme(`GET trainings/${id}/`), 404, NOT_FOUND);
    expectRefusal(await acme(`GET simulations/${training_simulation}/`), 404, NOT_FOUND);
    expect((await acme(`GET simulations/${PARENT}/`)).status).toBe(200);
  });
});

describe('the attendees of a training', () => {
  it('are added and removed regardless of case', async () => {
    const { id } = await createTraining({ attendees: ['ann@acme.test'] });
    const change = async (action: string, attendees: readonly string[]) => {
      const { status, body } = await acme(`PATCH trainings/${id}/attendees/${action}/`, { attendees });
      expect({ status, body }).toEqual({ status: 204, body: undefined });
      return attendeesOf(id);
    };

    expect(await change('add', ['Bob@acme.test', 'ann@acme.test'])).toEqual(['ann@acme.test', 'bob@acme.test']);
    expect(await change('add', ['cay@acme.test', 'CAY@acme.test'])).toEqual([
      'ann@acme.test',
      'bob@acme.test',
      'cay@acme.test',
    ]);
    expect(await change('remove', ['ANN@acme.test', 'nobody@acme.test'])).toEqual(['bob@acme.test', 'cay@acme.test']);
    expect(await change('remove', [])).toEqual(['bob@acme.test', 'cay@acme.test']);
  });

  it('are all stored if they are added in parallel', async () => {
    const { id } = await createTraining({ attendees: [] });
    const names = ['a@acme.test', 'b@acme.test', 'c@acme.test', 'd@acme.test'];
    await Promise.all(names.map((name) => acme(`PATCH trainings/${id}/attendees/add/`, { attendees: [name] })));

    expect((await attendeesOf(id)).toSorted()).toEqual(names);
  });

  it('are the pending invitations of the external user group', async () => {
    const { id, ngc_group_id } = await createTraining({ attendees: ['ann@acme.test'] });
    const { status, body } = await acme(`GET trainings/${id}/external-user-group/`);

    expect(status).toBe(200);
    expect(body).toEqual({
      userGroupId: ngc_group_id,
      resourceGroup: 'air',
      name: ORDER.name,
      description: `Attendees of ${ORDER.name}`,
      idpListLocked: false,
      requireMatchingEmail: true,
      isUserGroupAdmin: true,
      serviceRoles: ['air_trainee'],
      confirmedUsers: [],
      pendingInvitations: [{ email: 'ann@acme.test' }],
      type: 'EXTERNAL',
      orgName: 'acme',
    });
  });
});

describe('training roles in dsx', async () => {
  const dsx = await airImagesServer({ air: 'dsx' });
  const ALL_ROLES = ['air_instructor', 'air_org_admin', 'user_admin'];
  const instructor = await dsx.withRoles(ALL_ROLES, 'ida@acme.test');

  it.each([
    ['PATCH', '', {}],
    ['DELETE', '', {}],
    ['PATCH', 'attendees/add/', { attendees: ['eve@acme.test'] }],
    ['PATCH', 'attendees/remove/', { attendees: ['ann@acme.test'] }],
    ['GET', 'external-user-group/', undefined],
  ])('allow changes only by the instructor who created the training: %s {id}/%s', async (method, action, body) => {
    const { id } = await createTraining({}, instructor);
    const colleague = await dsx.withRoles(ALL_ROLES, 'otto@acme.test');

    const answer = await colleague(`${method} trainings/${id}/${action}`, body);
    expectRefusal(answer, 403, NOT_PERMITTED);
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'not_owner' });
    expect((await colleague(`GET trainings/${id}/`)).body.attendees).toEqual(['ann@acme.test', 'bob@acme.test']);
    expect((await instructor(`${method} trainings/${id}/${action}`, body)).status).toBeLessThan(300);
  });

  it('belong to the user, not to the key', async () => {
    const { id } = await createTraining({}, instructor);
    const secondKey = await dsx.withRoles(ALL_ROLES, 'ida@acme.test');

    expect((await secondKey(`DELETE trainings/${id}/`, {})).status).toBe(204);
  });
});

describe('a training in dsx', async () => {
  const dsx = await airImagesServer({ air: 'dsx' });
  const teacher = await dsx.withRoles(['air', 'air_instructor', 'air_org_admin', 'user_admin'], 'teacher@acme.test');

  it('has a display name, by default its name', async () => {
    expect(await createTraining({}, teacher)).toMatchObject({ name: 'day-one', display_name: 'day-one' });
    const { id, display_name } = await createTraining({ name: 'day-two', display_name: 'Day Two' }, teacher);

    expect(display_name).toBe('Day Two');
    expect((await teacher(`PATCH trainings/${id}/`, { display_name: 'Two' })).body.display_name).toBe('Two');
    expect((await teacher('GET trainings/?display_name=Two')).body.count).toBe(1);
    expect((await teacher('GET trainings/?search=Two')).body.count).toBe(1);
    expectRefusal(await teacher(`PATCH trainings/${id}/`, { display_name: '' }), 400, /`display_name`/);
  });

  it('contains the attendees who are not yet in Air', async () => {
    const { id } = await createTraining({ name: 'details' }, teacher);
    await teacher(`PATCH trainings/${id}/attendees/remove/`, { attendees: ['bob@acme.test'] });

    expect((await teacher(`GET trainings/${id}/`)).body.attendee_details).toEqual([
      { email: 'ann@acme.test', has_onboarded_in_air: false, action_needed: expect.any(String) },
    ]);
  });

  it('has no such members in 2.0', async () => {
    const { id, ...older } = await createTraining({ display_name: 'Another' });
    expect([older.display_name, 'attendee_details' in older]).toEqual(['day-one', false]);
    expect((await acme(`PATCH trainings/${id}/`, { display_name: 'Another' })).body.display_name).toBe('day-one');
  });
});
