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
import { castKey } from '../../support/ngc-cast.ts';
import { START } from '../../support/server.ts';

const HOUR = 3_600_000;
const server = await airImagesServer();
const { acme, globex } = server;
const PARENT = '7c9d2e41-5b3a-4f68-9d12-3e8f6a0b0001';
const OF_GLOBEX = '7c9d2e41-5b3a-4f68-9d12-3e8f6a0b0003';
const time = (at: number) => new Date(at).toISOString();
/** The earliest that is allowed, in hours from now. */
const EARLIEST = { sim_start_time: 1, event_time: 5, sim_end_time: 29 };
type Times = typeof EARLIEST;
const timesAt = (hours: Partial<Times>, shift: Partial<Times> = {}, now = START) => {
  const names = Object.keys(EARLIEST) as (keyof Times)[];
  const entries = names.map((name) => {
    return [name, time(now + ({ ...EARLIEST, ...hours }[name] ?? 0) * HOUR + (shift[name] ?? 0))];
  });
  return Object.fromEntries(entries) as Record<keyof Times, string>;
};
const GIVEN = { name: 'day-one', parent_simulation: PARENT, attendees: ['Ann@acme.test', 'bob@acme.test'] };

const made = async (given: object = {}, caller: AirCaller = acme) => {
  const { status, body } = await caller('POST trainings/', { ...GIVEN, ...timesAt({}), ...given });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const attendeesOf = async (id: string) => (await acme(`GET trainings/${id}/`)).body.attendees;

describe('a training', () => {
  it('is made of a simulation, which it copies', async () => {
    const body = await made();

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
    for (const [name, said] of Object.entries(timesAt({}))) expect(Date.parse(body[name]), name).toBe(Date.parse(said));
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
  ])('keeps to every rule about times to the millisecond: %s, by %j', async (_, shift, detail) => {
    const times = (by: Partial<Times>) => ({ ...GIVEN, ...timesAt({}, by) });

    expectRefusal(await acme('POST trainings/', times(shift)), 400, detail);
    expect((await acme('POST trainings/', times({}))).status).toBe(201);
  });

  it('has its rules about times by the clock of the server, not of the caller', async () => {
    server.clock.set(START + 1);
    expectRefusal(await acme('POST trainings/', { ...GIVEN, ...timesAt({}) }), 400, /`event_time`/);
    expect((await acme('POST trainings/', { ...GIVEN, ...timesAt({}, {}, START + 1) })).status).toBe(201);
    server.clock.set(START);
  });

  it.each(['name', 'parent_simulation', 'attendees', 'event_time', 'sim_start_time', 'sim_end_time'])(
    'needs `%s`',
    async (member) => {
      const body = { ...GIVEN, ...timesAt({}), [member]: undefined };

      expectRefusal(await acme('POST trainings/', body), 400, new RegExp(`\`${member}\``));
    },
  );

  it.each(['Day-One', 'day_one', 'day one', '-day', 'day-', 'day--one', '', 'x'.repeat(256), 'däy'])(
    'is not called %j',
    async (name) => {
      expectRefusal(await acme('POST trainings/', { ...GIVEN, ...timesAt({}), name }), 400, /`name`/);
    },
  );

  it.each(['a', '1', 'day-1-of-2'])('may be called %j', async (name) => {
    expect((await made({ name })).name).toBe(name);
  });

  it('may have a name of 255 characters, of which its simulation has no more than its 128', async () => {
    const world = await airImagesServer();
    const name = 'x'.repeat(255);

    expect((await made({ name }, world.acme)).name).toBe(name);
    expect((await world.acme('GET simulations/')).status).toBe(200);
  });

  it.each([
    ['parent_simulation', NO_ID],
    ['parent_simulation', OF_GLOBEX],
    ['attendees', 'ann@acme.test'],
    ['attendees', ['ann']],
    ['event_time', 'tomorrow'],
    ['sim_end_time', 5],
    ['parent_simulation_checkpoint', NO_ID],
  ])('has no `%s` of %j', async (member, value) => {
    const before = (await acme('GET simulations/')).body.count;

    expectRefusal(
      await acme('POST trainings/', { ...GIVEN, ...timesAt({}), [member]: value }),
      400,
      new RegExp(member),
    );
    expect((await acme('GET simulations/')).body.count).toBe(before);
  });

  it('may begin without attendees', async () => {
    expect((await made({ attendees: [] })).attendees).toEqual([]);
  });

  it('is changed in its three times, and in nothing else', async () => {
    const before = await made();
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
    for (const [name, said] of Object.entries(times)) expect(Date.parse(body[name]), name).toBe(Date.parse(said));
  });

  it('keeps to the rules about times when one of them is changed', async () => {
    const { id } = await made(timesAt({ event_time: 48, sim_start_time: 40, sim_end_time: 100 }));
    const change = (body: object) => acme(`PATCH trainings/${id}/`, body);

    expectRefusal(await change({ event_time: time(START + 44 * HOUR - 1) }), 400, /`sim_start_time`.*`event_time`/);
    expectRefusal(await change({ event_time: time(START + 76 * HOUR + 1) }), 400, /`sim_end_time`/);
    expectRefusal(await change({ sim_start_time: time(START + HOUR - 1) }), 400, /`sim_start_time`/);
    expect((await change({ event_time: time(START + 44 * HOUR) })).status).toBe(200);
    expect((await change({ event_time: time(START + 76 * HOUR) })).status).toBe(200);
    expect((await change({ sim_start_time: time(START + HOUR) })).status).toBe(200);
  });

  it('is deleted with its simulation', async () => {
    const { id, training_simulation } = await made();

    expect((await acme(`DELETE trainings/${id}/`, {})).status).toBe(204);
    expectRefusal(await acme(`GET trainings/${id}/`), 404, NOT_FOUND);
    expectRefusal(await acme(`GET simulations/${training_simulation}/`), 404, NOT_FOUND);
    expect((await acme(`GET simulations/${PARENT}/`)).status).toBe(200);
  });

  it('needs `air:training_instructor`, and nothing but that beside access', async () => {
    const { id } = await made();
    const user = server.as(castKey('air-user').key);
    const instructor = await server.withScopes(['air:access', 'air:training_instructor']);

    expectRefusal(await user('GET trainings/'), 403, NOT_PERMITTED);
    expectRefusal(await user(`GET trainings/${id}/`), 403, NOT_PERMITTED);
    expectRefusal(await user('POST trainings/', {}), 403, NOT_PERMITTED);
    expect((await instructor('GET trainings/')).status).toBe(200);
    expect((await made({ name: 'by-a-service' }, instructor)).creator).toMatch(/@acme$/);
  });

  it('is found by its name and its creator', async () => {
    const { id } = await made({ name: 'to-find' });
    const idsOf = async (query: string) =>
      (await acme(`GET trainings/?${query}`)).body.results.map((one: { id: string }) => one.id);

    expect(await idsOf('name=to-find')).toEqual([id]);
    expect(await idsOf('name=to-find&creator=nobody')).toEqual([]);
    expect((await globex('GET trainings/')).body.count).toBe(0);
  });
});

describe('the attendees of a training', () => {
  it('are added and removed, whatever case they are written in', async () => {
    const { id } = await made({ attendees: ['ann@acme.test'] });
    const change = async (how: string, attendees: readonly string[]) => {
      const { status, body } = await acme(`PATCH trainings/${id}/attendees/${how}/`, { attendees });
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

  it('are all there after several were added at the same time', async () => {
    const { id } = await made({ attendees: [] });
    const names = ['a@acme.test', 'b@acme.test', 'c@acme.test', 'd@acme.test'];
    await Promise.all(names.map((name) => acme(`PATCH trainings/${id}/attendees/add/`, { attendees: [name] })));

    expect((await attendeesOf(id)).toSorted()).toEqual(names);
  });

  it.each(['add', 'remove'])('have to be e-mail addresses to %s', async (how) => {
    const { id } = await made();

    expectRefusal(await acme(`PATCH trainings/${id}/attendees/${how}/`, { attendees: ['ann'] }), 400, /attendees/);
    expectRefusal(await acme(`PATCH trainings/${id}/attendees/${how}/`, {}), 400, /`attendees`/);
  });

  it('are the invitations of the group of external users', async () => {
    const { id, ngc_group_id } = await made({ attendees: ['ann@acme.test'] });
    const { status, body } = await acme(`GET trainings/${id}/external-user-group/`);

    expect(status).toBe(200);
    expect(body).toMatchObject({ userGroupId: ngc_group_id, orgName: 'acme', confirmedUsers: [] });
    expect(JSON.stringify(body.pendingInvitations)).toContain('ann@acme.test');
    expect(body.pendingInvitations).toHaveLength(1);
  });
});

describe('the later API', async () => {
  const later = await airImagesServer({ air: 'dsx' });
  const ALL = ['air_instructor', 'air_org_admin', 'user_admin'];
  const instructor = await later.withRoles(ALL, 'ida@acme.test');
  const given = () => ({ ...GIVEN, ...timesAt({}) });

  it.each([
    [['air_instructor']],
    [['air_instructor', 'air_org_admin']],
    [['air_instructor', 'user_admin']],
    [['air_org_admin', 'user_admin']],
    [['air_admin', 'air_user']],
  ])('lets nobody make a training who has but the roles %j', async (roles) => {
    const caller = await later.withRoles(roles, `${roles.join('.')}@acme.test`);

    expectRefusal(await caller('POST trainings/', given()), 403, NOT_PERMITTED);
  });

  it('shows trainings to organisation administrators who are instructors', async () => {
    const { id } = await made({}, instructor);
    const reader = await later.withRoles(['air_instructor', 'air_org_admin'], 'rae@acme.test');
    const user = await later.withRoles(['air_user', 'air_instructor'], 'uma@acme.test');

    expect((await reader('GET trainings/')).status).toBe(200);
    expect((await reader(`GET trainings/${id}/`)).status).toBe(200);
    expect((await reader(`GET trainings/${id}/workbench-simulations/`)).body).toMatchObject({ count: 0, results: [] });
    expectRefusal(await user('GET trainings/'), 403, NOT_PERMITTED);
    expectRefusal(await later.acme('GET trainings/'), 403, NOT_PERMITTED);
  });

  it('is closed to service keys, which have no roles', async () => {
    const key = await later.withScopes(['air:access', 'air:training_instructor']);

    expectRefusal(await key('GET trainings/'), 403, NOT_PERMITTED);
    expectRefusal(await key('POST trainings/', given()), 403, NOT_PERMITTED);
  });

  it.each([
    ['PATCH', '', {}],
    ['DELETE', '', {}],
    ['PATCH', 'attendees/add/', { attendees: ['eve@acme.test'] }],
    ['PATCH', 'attendees/remove/', { attendees: ['ann@acme.test'] }],
    ['GET', 'external-user-group/', undefined],
  ])('lets only the instructor who made it: %s {id}/%s', async (method, action, body) => {
    const { id } = await made({}, instructor);
    const other = await later.withRoles(ALL, 'otto@acme.test');

    const answer = await other(`${method} trainings/${id}/${action}`, body);
    expectRefusal(answer, 403, NOT_PERMITTED);
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'not_owner' });
    expect((await other(`GET trainings/${id}/`)).body.attendees).toEqual(['ann@acme.test', 'bob@acme.test']);
    expect((await instructor(`${method} trainings/${id}/${action}`, body)).status).toBeLessThan(300);
  });

  it('knows an instructor by the person, whichever of the person’s keys is used', async () => {
    const { id } = await made({}, instructor);
    const secondKey = await later.withRoles(ALL, 'ida@acme.test');

    expect((await secondKey(`DELETE trainings/${id}/`, {})).status).toBe(204);
  });
});

describe('in the later API, a training', async () => {
  const later = await airImagesServer({ air: 'dsx' });
  const teacher = await later.withRoles(['air', 'air_instructor', 'air_org_admin', 'user_admin'], 'teacher@acme.test');

  it('has a name for people, which is its name unless another is given', async () => {
    expect(await made({}, teacher)).toMatchObject({ name: 'day-one', display_name: 'day-one' });
    const { id, display_name } = await made({ name: 'day-two', display_name: 'Day Two' }, teacher);

    expect(display_name).toBe('Day Two');
    expect((await teacher(`PATCH trainings/${id}/`, { display_name: 'Two' })).body.display_name).toBe('Two');
    expect((await teacher('GET trainings/?display_name=Two')).body.count).toBe(1);
    expect((await teacher('GET trainings/?search=Two')).body.count).toBe(1);
    expectRefusal(await teacher(`PATCH trainings/${id}/`, { display_name: '' }), 400, /`display_name`/);
  });

  it('tells which attendees have not come to Air yet', async () => {
    const { id } = await made({ name: 'details' }, teacher);
    await teacher(`PATCH trainings/${id}/attendees/remove/`, { attendees: ['bob@acme.test'] });

    expect((await teacher(`GET trainings/${id}/`)).body.attendee_details).toEqual([
      { email: 'ann@acme.test', has_onboarded_in_air: false, action_needed: expect.any(String) },
    ]);
  });

  it('has workbenches that can be looked for by id', async () => {
    const { id, training_simulation } = await made({ name: 'benches' }, teacher);
    const path = `GET trainings/${id}/workbench-simulations/?id=${training_simulation}`;
    expect((await teacher(path)).body.results).toEqual([]);
  });

  it('has none of this in 2.0', async () => {
    const { id, ...older } = await made({ display_name: 'Another' });
    expect([older.display_name, 'attendee_details' in older]).toEqual(['day-one', false]);
    expect((await acme(`PATCH trainings/${id}/`, { display_name: 'Another' })).body.display_name).toBe('day-one');
  });
});
