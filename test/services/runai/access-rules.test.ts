import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { active, adminBot, application, cast, plainBot, researcher } from '../../support/cast.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import { postForm, REALM_TOKEN } from '../../support/oauth.ts';
import {
  type Account,
  CLUSTER,
  EDITOR,
  expectRefused,
  NOTHING,
  PLATFORM,
  PROJECT_ADMINISTRATOR,
  RESEARCH,
  RESEARCH_MANAGER,
  RESEARCHER,
  RULES,
  type RunaiCaller,
  runaiServer,
  SPEECH,
  SYSTEM_ADMINISTRATOR,
  TENANT,
  TOOLING,
  VIEWER,
  VISION,
} from '../../support/runai.ts';
import { afresh, START } from '../../support/server.ts';

const server = await runaiServer();
const { admin, done } = server;
const DAY = 86_400_000;
const now = new Date(START).toISOString();
const READY = { phase: 'Ready', message: '', details: '' };
let asResearcher: RunaiCaller;

beforeAll(async () => {
  asResearcher = server.as(await server.tokenOf(researcher));
});
const begin = async () => {
  await afresh(server);
};

const GOOD = { subjectId: 'ops', subjectType: 'group', roleId: VIEWER, scopeId: VISION, scopeType: 'project' };
const make = (given: object = {}) => done(201, `POST ${RULES}`, { ...GOOD, ...given });
/** The rule that makes the researcher an administrator of the tenant. */
const promotion = {
  ...{ subjectId: researcher.email, subjectType: 'user', roleId: SYSTEM_ADMINISTRATOR },
  ...{ scopeType: 'tenant', scopeId: TENANT },
};
const idsOf = ({ accessRules }: { accessRules: readonly { id: number }[] }) => accessRules.map(({ id }) => id);
const listed = async (query = '', call = admin) => idsOf((await call(`GET ${RULES}${query}`)).body);

describe('an access rule', () => {
  beforeEach(begin);

  it.each([
    ['user', researcher.email],
    ['group', 'whoever-may-come'],
    ['app', application.name],
    ['service-account', plainBot.name],
  ])('is made for a %s, and shown whole', async (subjectType, subjectId) => {
    const answer = await admin(`POST ${RULES}`, { ...GOOD, subjectType, subjectId });

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: 7,
      subjectId,
      subjectType,
      roleId: VIEWER,
      roleName: 'Viewer',
      scopeId: VISION,
      scopeType: 'project',
      scopeName: 'vision',
      tenantId: cast.tenant.id,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
      createdBy: adminBot.name,
      status: READY,
    });
    expect(answer.decision.effect).toBe('allow');
  });

  it.each([
    ['tenant', TENANT, TENANT, 'acme', 'acme'],
    ['cluster', CLUSTER, CLUSTER, 'cluster-a', 'acme/cluster-a'],
    ['cluster', CLUSTER.toUpperCase(), CLUSTER, 'cluster-a', 'acme/cluster-a'],
    ['department', RESEARCH, RESEARCH, 'research', 'acme/cluster-a/research'],
    ['project', TOOLING, TOOLING, 'tooling', 'acme/cluster-a/platform/tooling'],
  ])('is made for a %s, and read with the path to it: %s', async (scopeType, asked, scopeId, scopeName, scopePath) => {
    const made = await make({ scopeType, scopeId: asked });

    expect(made).toMatchObject({ scopeType, scopeId, scopeName });
    expect(made).not.toHaveProperty('scopePath');
    expect(await done(200, `GET ${RULES}/${made.id}`)).toEqual({ ...made, scopePath });
  });

  it('says which cluster its scope is in, where it was told', async () => {
    const made = await make({ clusterId: CLUSTER.toUpperCase() });

    expect(made.clusterId).toBe(CLUSTER);
    expect(await done(200, `GET ${RULES}/${made.id}`)).toMatchObject({ clusterId: CLUSTER });
  });

  it('has an id of its own, also after others were deleted', async () => {
    const { id } = await make();
    await done(204, `DELETE ${RULES}/${id}`);

    expect((await make()).id).toBe(id + 1);
  });

  it('counts in the next request', async () => {
    expect((await asResearcher('GET users')).status).toBe(403);
    await make(promotion);

    expect((await asResearcher('GET users')).status).toBe(200);
  });

  it('counts for its subject in whatever case the subject was written', async () => {
    await make({ ...promotion, subjectId: researcher.email.toUpperCase() });

    expect((await asResearcher('GET users')).status).toBe(200);
  });

  it('counts no more in the request after it was deleted', async () => {
    const { id } = await make(promotion);
    expect((await asResearcher('GET users')).status).toBe(200);
    const removed = await admin(`DELETE ${RULES}/${id}`);
    const refused = await asResearcher('GET users');

    expect(removed.status).toBe(204);
    expect(removed.body).toBeUndefined();
    expect(refused.status).toBe(403);
    expect(refused.decision).toMatchObject({ reason: 'missing_permission', missing: ['users:read'] });
  });

  it('that is deleted leaves the others of its subject', async () => {
    const { id } = await make({ ...promotion, roleId: EDITOR });
    await make(promotion);
    await done(204, `DELETE ${RULES}/${id}`);

    expect((await asResearcher('GET users')).status).toBe(200);
  });

  it('that is deleted is not there any more', async () => {
    const { id } = await make();
    await done(204, `DELETE ${RULES}/${id}`);

    for (const method of ['GET', 'DELETE']) {
      const answer = await admin(`${method} ${RULES}/${id}`);
      expectRefused(answer, 404);
      expect(answer.decision.reason).toBe('no_such_object');
    }
  });
});

describe('an access rule is refused', () => {
  beforeAll(begin);

  it.each(['0', '999', 'one', '1x', '01', '1.0'])('where there is none with the id %s', async (id) => {
    expectRefused(await admin(`GET ${RULES}/${id}`), 404);
    expectRefused(await admin(`DELETE ${RULES}/${id}`), 404);
  });

  it.each([
    ['subjectId', 'user `nobody@acme.test` does not exist', { subjectType: 'user', subjectId: 'nobody@acme.test' }],
    ['subjectId', 'app `nothing` does not exist', { subjectType: 'app', subjectId: 'nothing' }],
    ['subjectId', 'service-account `nothing` does not exist', { subjectType: 'service-account', subjectId: 'nothing' }],
    ['subjectId', `app \`${plainBot.name}\` does not exist`, { subjectType: 'app', subjectId: plainBot.name }],
    ['subjectId', `user \`${researcher.id}\` does not exist`, { subjectType: 'user', subjectId: researcher.id }],
    ['roleId', 'role `999` does not exist', { roleId: 999 }],
    ['roleId', 'role `-1` does not exist', { roleId: -1 }],
    ['scopeId', 'tenant `1002` does not exist', { scopeType: 'tenant', scopeId: '1002' }],
    ['scopeId', `cluster \`${NOTHING}\` does not exist`, { scopeType: 'cluster', scopeId: NOTHING }],
    ['scopeId', `department \`${VISION}\` does not exist`, { scopeType: 'department', scopeId: VISION }],
    ['scopeId', `project \`${RESEARCH}\` does not exist`, { scopeType: 'project', scopeId: RESEARCH }],
    ['scopeId', 'project `vision` does not exist', { scopeType: 'project', scopeId: 'vision' }],
    ['clusterId', `cluster \`${NOTHING}\` does not exist`, { clusterId: NOTHING }],
  ])('as not found for a %s of nothing: %s', async (field, what, given) => {
    const answer = await admin(`POST ${RULES}`, { ...GOOD, ...given });

    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({
      code: 404,
      message: 'Resource id not found.',
      details: `Field \`${field}\`: ${what}.`,
    });
    expect(await listed()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['subjectId', ''],
    ['subjectId', 'x'.repeat(256)],
    ['subjectType', 'robot'],
    ['roleId', '7'],
    ['roleId', 7.5],
    ['scopeId', ''],
    ['scopeType', 'galaxy'],
    ['clusterId', 'cluster-a'],
  ])('when its `%s` is %j, naming the field', async (field, value) => {
    const answer = await admin(`POST ${RULES}`, { ...GOOD, [field]: value });

    expectRefused(answer, 400, `\`${field}\``);
    expect(answer.decision).toBeNull();
  });

  it.each(Object.keys(GOOD))('when it has no `%s`, naming the field', async (field) => {
    const { [field]: _, ...rest } = GOOD as Record<string, unknown>;

    expectRefused(await admin(`POST ${RULES}`, rest), 400, `\`${field}\``);
  });

  it.each([undefined, '', '{', '[]', '7'])('when its body is %j', async (body) => {
    expectRefused(await admin(`POST ${RULES}`, body), 400);
  });

  it('to who has no permission, before the body is looked at', async () => {
    const answer = await asResearcher(`POST ${RULES}`, { nonsense: true });

    expect(answer.status).toBe(403);
    expect(answer.decision).toMatchObject({ reason: 'missing_permission', missing: ['access_rules:create'] });
  });
});

describe('an access rule that there is already is refused', () => {
  beforeEach(begin);

  it.each([
    ['the same', {}],
    ['its subject in other letters', { subjectId: 'OPS' }],
    ['the cluster told, too', { clusterId: CLUSTER }],
  ])('because of one with %s', async (_what, given) => {
    await make();
    const answer = await admin(`POST ${RULES}`, { ...GOOD, ...given });

    expect(answer.status).toBe(409);
    expect(answer.body).toEqual({
      code: 409,
      message: 'Resource with this name already exists',
      details: expect.stringContaining('already has the role `Viewer` in this scope'),
    });
    expect(await listed()).toHaveLength(7);
  });

  it.each([
    ['another role', { roleId: EDITOR }],
    ['another scope', { scopeId: SPEECH }],
    ['a scope of another kind', { scopeType: 'tenant', scopeId: TENANT }],
    ['another subject', { subjectId: 'op' }],
    ['a subject of another kind', { subjectType: 'app', subjectId: application.name }],
  ])('not because of one with %s', async (_what, given) => {
    await make();

    expect((await admin(`POST ${RULES}`, { ...GOOD, ...given })).status).toBe(201);
  });

  it('not because of one that was deleted', async () => {
    const { id } = await make();
    await done(204, `DELETE ${RULES}/${id}`);
    await make();
  });

  it('but once of many at a time', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => admin(`POST ${RULES}`, GOOD)));

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });
});

describe('the list of access rules', () => {
  beforeEach(begin);

  /** A rule a minute after the others, in a cluster that it was told, and one that was deleted after two. */
  const withMore = async () => {
    server.clock.set(START + 60_000);
    await make({ clusterId: CLUSTER });
    const { id } = await make({ scopeType: 'department', scopeId: RESEARCH, roleId: EDITOR });
    server.clock.set(START + 120_000);
    await done(204, `DELETE ${RULES}/${id}`);
  };

  it('shows those of the cast, oldest first, and how many there are', async () => {
    const { status, body } = await admin(`GET ${RULES}`);

    expect(status).toBe(200);
    expect(body).toMatchObject({ totalRecords: 6, displayRecords: 6 });
    expect(body.accessRules[1]).toEqual({
      ...{ id: 2, subjectId: researcher.email, subjectType: 'user', roleId: RESEARCHER, roleName: 'L1 researcher' },
      ...{ scopeId: TENANT, scopeType: 'tenant', scopeName: 'acme', tenantId: 1001 },
      ...{ createdAt: now, updatedAt: now, deletedAt: null, createdBy: 'Run:ai', status: READY },
    });
    expect(body.accessRules.map((one: typeof GOOD) => `${one.subjectType} ${one.subjectId}`)).toEqual([
      ...active.users.map(({ email }) => `user ${email}`),
      ...active.applications.map(({ name }) => `app ${name}`),
      ...active.serviceAccounts.map(({ name }) => `service-account ${name}`),
      'group ml-team',
    ]);
  });

  const later = encodeURIComponent(new Date(START + 1).toISOString());
  const filters: [query: string, ids: readonly number[]][] = [
    ['', [1, 2, 3, 4, 5, 6, 7]],
    ['subjectType=user', [1, 2]],
    ['subjectType=group', [6, 7]],
    ['subjectType=app', [3]],
    ['subjectType=service-account', [4, 5]],
    ['subjectIds=ci-app', [3]],
    ['subjectIds=CI-APP,Batch-Bot,nobody', [3, 5]],
    ['subjectIds=ci-app&subjectIds=ops', [3, 7]],
    ['subjectIds=ci', []],
    ['subjectIdFilter=BOT', [4, 5]],
    ['subjectIdFilter=nothing', []],
    [`scopeId=${VISION}`, [6, 7]],
    [`scopeId=${TENANT}`, [1, 2, 3, 4, 5]],
    ['scopeId=460000', []],
    ['scopeType=tenant', [1, 2, 3, 4, 5]],
    ['scopeType=project', [6, 7]],
    ['scopeType=department', []],
    ['scopeType=cluster', []],
    ['scopeType=system', []],
    ['roleId=1', [1, 3, 4]],
    ['roleId=7', [6, 7]],
    ['roleId=999', []],
    [`clusterId=${CLUSTER}`, [7]],
    [`clusterId=${NOTHING}`, []],
    [`lastUpdated=${encodeURIComponent(now)}`, [1, 2, 3, 4, 5, 6, 7]],
    [`lastUpdated=${later}`, [7]],
    [`lastUpdated=${later}&includeDeleted=true`, [7, 8]],
    ['includeDeleted=true', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['includeDeleted=false', [1, 2, 3, 4, 5, 6, 7]],
    ['includeDeleted=true&roleId=3', [8]],
    ['includeDeleted=true&filterBy=phase%3D%3DDeleting', [8]],
    [`subjectType=group&scopeId=${VISION}&roleId=7&clusterId=${CLUSTER}`, [7]],
    ['subjectType=group&roleId=1', []],
    ['subjectType=user&search=ADMIN', [1]],
    ['roleId=7&sortBy=subjectId&sortOrder=desc&limit=1', [7]],
  ];

  it('is narrowed by every filter, and by all of them together', async () => {
    await withMore();

    for (const [query, ids] of filters) expect(await listed(`?${query}`), query).toEqual(ids);
  });

  it('is narrowed by a cluster in whatever case its id is written', async () => {
    const upper = CLUSTER.toUpperCase();
    const [first, second, whole] = [
      await make({ clusterId: upper }),
      await make({ clusterId: CLUSTER, scopeId: SPEECH }),
      await make({ scopeType: 'cluster', scopeId: upper }),
    ];

    for (const id of [CLUSTER, upper]) {
      expect(await listed(`?clusterId=${id}`)).toEqual([first.id, second.id]);
      expect(await listed(`?scopeId=${id}`)).toEqual([whole.id]);
    }
  });

  it('shows when a rule was deleted, where deleted ones are asked for', async () => {
    await withMore();
    const { body } = await admin(`GET ${RULES}?includeDeleted=true&roleId=3`);

    expect(body).toMatchObject({ totalRecords: 1, displayRecords: 1 });
    expect(body.accessRules[0]).toMatchObject({
      createdAt: new Date(START + 60_000).toISOString(),
      updatedAt: new Date(START + 120_000).toISOString(),
      deletedAt: new Date(START + 120_000).toISOString(),
      status: { ...READY, phase: 'Deleting' },
    });
  });

  it('has no rule any more that was deleted a month before the last one was made', async () => {
    const { id } = await make();
    await done(204, `DELETE ${RULES}/${id}`);
    const laterListed = async (days: number) => {
      server.clock.set(START + days * DAY);
      const { body } = await server.login(adminBot.clientId, adminBot.clientSecret);
      const call = server.as(body.accessToken);
      expect((await call(`POST ${RULES}`, { ...GOOD, subjectId: `of-day-${days}` })).status).toBe(201);
      return listed('?includeDeleted=true', call);
    };

    expect(await laterListed(29)).toContain(id);
    expect(await laterListed(31)).not.toContain(id);
  });

  const counts: [query: string, count: number][] = [
    ['', 7],
    ['?includeDeleted=true', 8],
    ['?filterBy=subjectType%3D%3Dgroup', 2],
    ['?filterBy=subjectType%3D%3Dgroup&includeDeleted=true', 3],
    ['?search=bot', 2],
    ['?search=nothing', 0],
  ];

  it('is counted', async () => {
    await withMore();

    for (const [query, count] of counts) {
      expect(await done(200, `GET ${RULES}/count${query}`), query).toEqual({ count });
    }
  });
});

describe('the list of access rules of the cast', () => {
  beforeAll(begin);

  it.each([
    ['roleId', 'one'],
    ['clusterId', 'cluster-a'],
    ['lastUpdated', 'yesterday'],
    ['lastUpdated', ''],
    ['includeDeleted', 'maybe'],
  ])('is not narrowed by %s=%s', async (name, value) => {
    expectRefused(await admin(`GET ${RULES}?${name}=${value}`), 400, `\`${name}\``);
  });

  it.each([
    ['subjectType', 'robot', 0],
    ['scopeType', 'galaxy', 0],
    ['lastUpdated', '2026-01-15', 6],
    ['lastUpdated', '2027-01-15', 0],
  ])('may be asked for any %s, such as %s', async (name, value, count) => {
    expect((await admin(`GET ${RULES}?${name}=${value}`)).body.totalRecords).toBe(count);
  });
});

describe('who has a role in a part of the tenant', () => {
  beforeEach(begin);

  const scopes = {
    tenant: { scopeType: 'tenant', scopeId: TENANT },
    cluster: { scopeType: 'cluster', scopeId: CLUSTER },
    research: { scopeType: 'department', scopeId: RESEARCH },
    platform: { scopeType: 'department', scopeId: PLATFORM },
    vision: { scopeType: 'project', scopeId: VISION },
    speech: { scopeType: 'project', scopeId: SPEECH },
    tooling: { scopeType: 'project', scopeId: TOOLING },
    system: { scopeType: 'system', scopeId: 'system' },
  };
  type Name = keyof typeof scopes;
  const all = Object.keys(scopes) as Name[];

  /** The truth table has the other scopes. */
  const reaches: [of: Name, reached: readonly Name[]][] = [
    ['research', ['research', 'vision', 'speech']],
    ['tenant', ['tenant', 'cluster', 'research', 'platform', 'vision', 'speech', 'tooling']],
  ];

  it.each(reaches)('such as %s makes rules in %j, and nowhere else', async (of, reached) => {
    const { call } = await server.account({ roleId: PROJECT_ADMINISTRATOR, ...scopes[of] });
    for (const name of all) {
      const { status, body, decision } = await call(`POST ${RULES}`, { ...GOOD, ...scopes[name] });

      expect(status, name).toBe(reached.includes(name) ? 201 : 403);
      if (reached.includes(name)) continue;
      expect(decision, name).toMatchObject({ effect: 'deny', reason: 'resource_mismatch' });
      expect(body).toEqual({ code: 403, message: 'You do not have sufficient permissions.' });
    }
  });

  it.each(reaches)('such as %s sees, reads, counts and deletes the rules of %j', async (of, reached) => {
    const made = new Map<number, Name>();
    for (const name of all.slice(0, -1)) made.set((await make({ roleId: EDITOR, ...scopes[name] })).id, name);
    const { call } = await server.account({ roleId: PROJECT_ADMINISTRATOR, ...scopes[of] });
    const own = [...made].filter(([, name]) => reached.includes(name)).map(([id]) => id);
    const query = '?filterBy=roleId%3D%3D3';

    expect(await listed(query, call)).toEqual(own);
    expect((await call(`GET ${RULES}/count${query}`)).body).toEqual({ count: own.length });
    for (const [id] of made) {
      for (const method of ['GET', 'DELETE']) {
        const { status, decision } = await call(`${method} ${RULES}/${id}`);
        const isOwn = own.includes(id);
        expect(status).toBe(isOwn ? (method === 'GET' ? 200 : 204) : 403);
        if (!isOwn) expect(decision.reason).toBe('resource_mismatch');
      }
    }
    expect(await listed(query)).toEqual([...made.keys()].filter((id) => !own.includes(id)));
  });

  it('may do there only what the role brings', async () => {
    const { call } = await server.account(
      { roleId: VIEWER, ...scopes.vision },
      { roleId: RESEARCH_MANAGER, ...scopes.speech },
    );

    expect((await call(`POST ${RULES}`, { ...GOOD, ...scopes.speech })).status).toBe(201);
    const refused = await call(`POST ${RULES}`, { ...GOOD, ...scopes.vision });
    expect(refused.decision).toMatchObject({ effect: 'deny', reason: 'resource_mismatch' });
  });

  it('may not do what concerns the tenant as a whole', async () => {
    const { call } = await server.account({ roleId: SYSTEM_ADMINISTRATOR, ...scopes.cluster });
    const refused = await call('GET users');

    expect(refused.status).toBe(403);
    expect(refused.decision.reason).toBe('incompatible_resource_type');
    expect((await call(`GET ${RULES}`)).status).toBe(200);
  });

  it('is told which rule would help, and that one does', async () => {
    const { name, call } = await server.account({ roleId: PROJECT_ADMINISTRATOR, ...scopes.vision });
    const order = { ...GOOD, ...scopes.speech };
    const { decision } = await call(`POST ${RULES}`, order);
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);
    const [fix] = body.fixes;

    expect(fix.request.body).toMatchObject({ subjectId: name, subjectType: 'service-account', ...scopes.speech });
    await done(201, `${fix.request.method} ${fix.request.path}`, fix.request.body);
    expect((await call(`POST ${RULES}`, order)).status).toBe(201);
  });
});

describe('the fix of a refusal', () => {
  beforeEach(begin);

  const fixOf = async ({ decision }: { decision: { id: string } }) =>
    (await server.call(`GET /_mock/decisions/${decision.id}`)).body.fixes;
  const roleOf = async (id: number) => (await admin(`GET authorization/roles/${id}`)).body;

  it('names the smallest role that suffices, and sends that', async () => {
    const { call } = await server.account();
    const [fix, other] = await fixOf(await call('GET org-unit/projects'));
    const { name } = await roleOf(fix.request.body.roleId);

    expect(fix.roles).toEqual([name]);
    expect(fix.text).toContain(`with the role \`${name}\`, which has`);
    expect(fix.text).not.toContain('System administrator');
    expect(other.roles.length).toBeGreaterThan(1);
    expect(other.roles[0]).toBe(name);
    expect(other.text).toContain('one of the roles');
  });

  it('says who may send it: somebody whose own access rule covers the scope', async () => {
    const { call } = await server.account();
    const [fix] = await fixOf(await call('GET org-unit/projects'));
    const { principal } = fix.request.as;
    const { body: minted } = await server.call('POST /_mock/tokens', { body: { for: principal } });
    const { status } = await server.call(`${fix.request.method} ${fix.request.path}`, {
      token: minted.token,
      body: fix.request.body,
    });

    expect([principal, status]).toEqual(['admin@acme.test', 201]);
    expect((await call('GET org-unit/projects')).status).toBe(200);
  });

  it('names nobody where nobody may send it', async () => {
    const { call } = await server.account();
    const refused = await call('GET org-unit/projects');
    const { accessRules } = await done(200, `GET ${RULES}`);
    const isOwn = ({ subjectId }: { subjectId: string }) => Number(subjectId === adminBot.name);
    for (const { id } of accessRules.sort((one: typeof GOOD, other: typeof GOOD) => isOwn(one) - isOwn(other)))
      await done(204, `DELETE ${RULES}/${id}`);
    const { body } = await server.call(`GET /_mock/decisions/${refused.decision.id}`);

    expect(body.fixes[0].request).toMatchObject({ method: 'POST' });
    expect(body.fixes[0].request).not.toHaveProperty('as');
  });
});

/** Each batch has an id of its own. */
const BATCH = { id: expect.stringMatching(/^[0-9a-f-]{36}$/) };

describe('several access rules are deleted at once', () => {
  beforeEach(begin);

  const batch = (ids: readonly unknown[], action = 'delete', call = admin) =>
    call(`POST ${RULES}/batch`, { ids, action });

  it('and count no more', async () => {
    const { id } = await make(promotion);
    const other = await make();
    const { status, body } = await batch([id, String(other.id)]);

    expect(status).toBe(200);
    expect(body).toEqual({ ...BATCH, succeeded: [String(id), String(other.id)], failed: [] });
    expect(await listed()).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await asResearcher('GET users')).status).toBe(403);
  });

  it('or only asked whether they could be', async () => {
    const { id } = await make(promotion);
    const { body } = await batch([id, 999], 'validate_delete');

    expect(body).toEqual({
      ...BATCH,
      succeeded: [String(id)],
      failed: [{ id: '999', code: 404, message: 'Resource id not found.' }],
    });
    expect(await listed()).toEqual([1, 2, 3, 4, 5, 6, id]);
    expect((await asResearcher('GET users')).status).toBe(200);
  });

  it.each(['delete', 'validate_delete'])('each by itself: %s of one that is there, and others', async (action) => {
    const { call } = await server.account({ roleId: PROJECT_ADMINISTRATOR, scopeType: 'project', scopeId: VISION });
    const [own, foreign, gone] = [await make(), await make({ scopeId: SPEECH }), await make({ roleId: EDITOR })];
    await done(204, `DELETE ${RULES}/${gone.id}`);
    const { status, body } = await batch([1, foreign.id, own.id, gone.id, 'nothing'], action, call);
    const forbidden = { code: 403, message: 'You do not have sufficient permissions.' };
    const missing = { code: 404, message: 'Resource id not found.' };

    expect(status).toBe(200);
    expect(body).toEqual({
      ...BATCH,
      succeeded: [String(own.id)],
      failed: [
        { id: '1', ...forbidden },
        { id: String(foreign.id), ...forbidden },
        { id: String(gone.id), ...missing },
        { id: 'nothing', ...missing },
      ],
    });
    expect((await listed()).includes(own.id)).toBe(action !== 'delete');
    expect(await listed()).toContain(foreign.id);
  });

  it('each once, however often it is named', async () => {
    const { id } = await make();

    expect((await batch([id, String(id), id])).body).toEqual({ ...BATCH, succeeded: [String(id)], failed: [] });
  });
});

describe('a malformed order to delete several access rules is refused', () => {
  beforeAll(begin);

  it.each([
    ['ids', { action: 'delete' }, 'is missing'],
    ['ids', { ids: [], action: 'delete' }, 'of 1 to 500 entries'],
    ['ids', { ids: Array.from({ length: 501 }, (_, id) => id), action: 'delete' }, 'of 1 to 500 entries'],
    ['ids', { ids: 7, action: 'delete' }, 'an array'],
    ['ids.0', { ids: [true], action: 'delete' }, ''],
    ['ids.0', { ids: ['x'.repeat(65)], action: 'delete' }, ''],
    ['action', { ids: [1] }, 'is missing'],
    ['action', { ids: [1], action: 'remove' }, '`delete`, `validate_delete`'],
  ])('for its `%s`', async (field, body, words) => {
    expectRefused(await admin(`POST ${RULES}/batch`, body), 400, `\`${field}\``, words);
    expect(await listed()).toHaveLength(6);
  });
});

const user = { subjectId: researcher.email, subjectType: 'user' };
const bot = { subjectId: plainBot.name, subjectType: 'service-account' };
const vision = { scopeId: VISION, scopeType: 'project' };
const research = { scopeId: RESEARCH, scopeType: 'department' };
const order = (given: object = {}) => ({
  payload: { roleId: EDITOR, subjects: [user, bot], scopes: [vision, research], ...given },
});

describe('several access rules are made at once', () => {
  beforeEach(begin);

  const batchCreate = (body: object, call = admin) => call(`POST ${RULES}/batch-create`, body);

  it('every subject in every scope, and count', async () => {
    expect((await asResearcher(`GET ${RULES}`)).status).toBe(403);
    const { status, body } = await batchCreate(order());

    expect(status).toBe(200);
    expect(body.failed).toEqual([]);
    expect(body.succeeded.map((one: typeof GOOD) => [one.subjectId, one.scopeId])).toEqual([
      [researcher.email, VISION],
      [researcher.email, RESEARCH],
      [plainBot.name, VISION],
      [plainBot.name, RESEARCH],
    ]);
    const shown = await Promise.all(
      idsOf({ accessRules: body.succeeded }).map((id) => done(200, `GET ${RULES}/${id}`)),
    );
    expect(body.succeeded).toEqual(shown.map(({ scopePath: _, ...one }) => one));
    expect((await asResearcher(`GET ${RULES}`)).status).toBe(200);
  });

  it('in a cluster that is told', async () => {
    const { body } = await batchCreate(order({ clusterId: CLUSTER, subjects: [bot] }));

    expect(body.succeeded).toMatchObject([{ clusterId: CLUSTER }, { clusterId: CLUSTER }]);
  });

  it('each by itself: those that cannot be are told with their reasons, and the others are made', async () => {
    await make({ ...user, ...vision, roleId: EDITOR });
    const nobody = { subjectId: 'nobody@acme.test', subjectType: 'user' };
    const nowhere = { scopeId: 'nowhere', scopeType: 'project' };
    const { status, body } = await batchCreate(
      order({ subjects: [user, nobody], scopes: [vision, nowhere, research] }),
    );

    expect(status).toBe(200);
    expect(body.succeeded.map((one: typeof GOOD) => [one.subjectId, one.scopeId])).toEqual([
      [researcher.email, RESEARCH],
    ]);
    const noPlace = {
      code: 404,
      message: 'Resource id not found: Field `scopeId`: project `nowhere` does not exist.',
    };
    const noSubject = {
      code: 404,
      message: 'Resource id not found: Field `subjectId`: user `nobody@acme.test` does not exist.',
    };
    expect(body.failed).toEqual([
      {
        payload: { ...user, ...vision, roleId: EDITOR },
        code: 409,
        message: expect.stringContaining('already exists'),
      },
      { payload: { ...user, ...nowhere, roleId: EDITOR }, ...noPlace },
      { payload: { ...nobody, ...vision, roleId: EDITOR }, ...noSubject },
      { payload: { ...nobody, ...nowhere, roleId: EDITOR }, ...noPlace },
      { payload: { ...nobody, ...research, roleId: EDITOR }, ...noSubject },
    ]);
  });

  it('by who may make them in some of the scopes, there only', async () => {
    const { call } = await server.account({ roleId: PROJECT_ADMINISTRATOR, ...vision });
    const { status, body } = await batchCreate(order(), call);

    expect(status).toBe(200);
    expect(body.succeeded.map((one: typeof GOOD) => one.scopeId)).toEqual([VISION, VISION]);
    expect(body.failed).toEqual(
      [user, bot].map((subject) => ({
        payload: { ...subject, ...research, roleId: EDITOR },
        code: 403,
        message: 'You do not have sufficient permissions.',
      })),
    );
  });

  it('with a role that there is not: none is made', async () => {
    const { body } = await batchCreate(order({ roleId: 999 }));

    expect(body.succeeded).toEqual([]);
    expect(body.failed.map(({ code }: { code: number }) => code)).toEqual([404, 404, 404, 404]);
  });

  it('once, where a subject is named twice', async () => {
    const { body } = await batchCreate(order({ subjects: [bot, bot], scopes: [vision] }));

    expect(body.succeeded).toHaveLength(1);
    expect(body.failed).toMatchObject([{ code: 409 }]);
  });
});

describe('a malformed order to make several access rules is refused', () => {
  beforeAll(begin);

  it.each([
    ['payload', {}],
    ['payload.roleId', { payload: { subjects: [user], scopes: [vision] } }],
    ['payload.roleId', order({ roleId: 'one' })],
    ['payload.subjects', order({ subjects: [] })],
    ['payload.subjects', order({ subjects: Array.from({ length: 101 }, () => user) })],
    ['payload.subjects.0.subjectType', order({ subjects: [{ ...user, subjectType: 'robot' }] })],
    ['payload.subjects.1.subjectId', order({ subjects: [user, { subjectType: 'user' }] })],
    ['payload.scopes', order({ scopes: [] })],
    ['payload.scopes', order({ scopes: Array.from({ length: 101 }, () => vision) })],
    ['payload.scopes.0.scopeId', order({ scopes: [{ ...vision, scopeId: '' }] })],
    ['payload.clusterId', order({ clusterId: 'cluster-a' })],
  ])('for its `%s`', async (field, body) => {
    expectRefused(await admin(`POST ${RULES}/batch-create`, body), 400, `\`${field}\``);
    expect(await listed()).toHaveLength(6);
  });
});

describe('what the caller has', () => {
  beforeEach(begin);

  const own = (call: RunaiCaller, query = '') => call(`GET authorization/me/access-rules${query}`);

  it('is told as a list within a list', async () => {
    const { status, body } = await own(asResearcher);

    expect(status).toBe(200);
    expect(body).toEqual({
      accessRules: {
        totalRecords: 1,
        displayRecords: 1,
        accessRules: [
          {
            ...{ id: 2, subjectId: researcher.email, subjectType: 'user', roleId: RESEARCHER },
            ...{ roleName: 'L1 researcher', scopeId: TENANT, scopeType: 'tenant', scopeName: 'acme', tenantId: 1001 },
          },
        ],
      },
    });
  });

  const searches: [query: string, ids: readonly number[]][] = [
    ['', [2, 7, 8]],
    ['?limit=1', [2]],
    ['?offset=1&limit=1', [7]],
    ['?search=VISION', [7]],
    ['?search=editor', [8]],
    ['?search=researcher@', []],
  ];

  it('is searched and cut into pages', async () => {
    await make({ ...promotion, roleId: VIEWER, scopeType: 'project', scopeId: VISION, clusterId: CLUSTER });
    await make({ ...promotion, roleId: EDITOR });
    await make();
    for (const [query, ids] of searches) {
      const { accessRules } = (await own(asResearcher, query)).body;

      expect(idsOf(accessRules), query).toEqual(ids);
      expect(accessRules.displayRecords, query).toBe(ids.length);
      expect(accessRules.totalRecords, query).toBe(query.includes('search') ? ids.length : 3);
      const { body } = await asResearcher(`GET authorization/me/access-rules/count${query}`);
      expect(body, query).toEqual({ count: accessRules.totalRecords });
    }
  });

  it.each(['?limit=0', '?limit=501', '?offset=-1'])('is no page of %s', async (query) => {
    expectRefused(await own(asResearcher, query), 400, 'Query parameter');
  });

  it('is nothing of somebody new, who may ask for it all the same', async () => {
    const { call } = await server.account();

    expect((await own(call)).body.accessRules).toEqual({ totalRecords: 0, displayRecords: 0, accessRules: [] });
    expect((await call('GET authorization/me/access-rules/count')).body).toEqual({ count: 0 });
    expect((await call('GET authorization/permissions')).body).toEqual([]);
  });

  it('is no rule of somebody of another kind with the same name', async () => {
    await done(201, 'POST apps', { name: plainBot.name });
    await make({ ...promotion, subjectType: 'app', subjectId: plainBot.name });
    const { body } = await server.login(plainBot.clientId, plainBot.clientSecret);

    expect(idsOf((await own(server.as(body.accessToken))).body.accessRules)).toEqual([5]);
  });

  it('is what may be done in any scope, by resource type', async () => {
    const submits = ['create', 'read', 'delete'];
    const looks = [
      { resourceType: 'tenant', displayName: 'Account', groupId: 'organization', actions: ['read'] },
      { resourceType: 'department', displayName: 'Departments', groupId: 'organization', actions: ['read'] },
      { resourceType: 'project', displayName: 'Projects', groupId: 'organization', actions: ['read'] },
      { resourceType: 'cluster', displayName: 'Clusters', groupId: 'physical-resource', actions: ['read'] },
      { resourceType: 'workloads', displayName: 'Workloads', groupId: 'workload', actions: ['read'] },
      { resourceType: 'workspaces', displayName: 'Workspaces', groupId: 'workload', actions: submits },
      { resourceType: 'trainings', displayName: 'Trainings', groupId: 'workload', actions: submits },
    ];
    expect((await asResearcher('GET authorization/permissions')).body).toEqual(looks);
    await make({ ...promotion, roleId: RESEARCH_MANAGER, scopeType: 'project', scopeId: VISION });
    const { body } = await asResearcher('GET authorization/permissions');

    const actions = ['create', 'read', 'update', 'delete'];
    expect(body).toEqual([
      ...looks.slice(0, 4),
      { resourceType: 'access_rules', displayName: 'Access rules', groupId: 'iam', actions },
      { resourceType: 'roles', displayName: 'Roles', groupId: 'iam', actions: ['read'] },
      ...looks.slice(4),
    ]);
  });
});

describe('what the caller has is where something may be done', () => {
  const NOWHERE = { system: false, tenants: [], clusters: [], departments: [], projects: [] };
  const nothing = { create: NOWHERE, read: NOWHERE, update: NOWHERE, delete: NOWHERE };
  const permitted = (call: RunaiCaller, body: object) => call('POST authorization/permitted-scopes', body);
  let spread: Account;

  beforeAll(async () => {
    await begin();
    spread = await server.account(
      { roleId: RESEARCH_MANAGER, scopeType: 'project', scopeId: VISION },
      { roleId: RESEARCH_MANAGER, scopeType: 'project', scopeId: TOOLING },
      { roleId: PROJECT_ADMINISTRATOR, scopeType: 'project', scopeId: VISION },
      { roleId: RESEARCH_MANAGER, scopeType: 'department', scopeId: RESEARCH },
      { roleId: VIEWER, scopeType: 'cluster', scopeId: CLUSTER },
      { roleId: VIEWER },
    );
  });

  it('by action, each scope once', async () => {
    const managed = { ...NOWHERE, projects: [VISION, TOOLING], departments: [RESEARCH] };
    const { status, body } = await permitted(spread.call, { resourceType: 'access_rules' });

    expect(status).toBe(200);
    expect(body).toEqual({ create: managed, read: managed, update: managed, delete: managed });
  });

  it('of one action only, where one is asked for', async () => {
    const { body } = await permitted(spread.call, { resourceType: 'project', action: 'read' });
    const everywhere = {
      ...NOWHERE,
      tenants: ['1001'],
      tenant: '1001',
      clusters: [CLUSTER],
      departments: [RESEARCH],
    };

    expect(body).toEqual({ ...nothing, read: { ...everywhere, projects: [VISION, TOOLING] } });
  });

  it.each([
    [{ resourceType: 'users' }],
    [{ resourceType: 'git-assets' }],
    [{ resourceType: 'project', action: 'delete' }],
  ])('nowhere: %j', async (body) => {
    expect((await permitted(spread.call, body)).body).toEqual(nothing);
  });

  it.each([
    ['resourceType', {}],
    ['resourceType', { resourceType: '' }],
    ['resourceType', { resourceType: 'access_rules:read' }],
    ['resourceType', { resourceType: 'unicorns' }],
    ['resourceType', { resourceType: 'x'.repeat(101) }],
    ['resourceType', { resourceType: 7 }],
    ['action', { resourceType: 'users', action: 'fly' }],
  ])('unless the question is malformed: `%s` in %j', async (field, body) => {
    expectRefused(await permitted(spread.call, body), 400, `\`${field}\``);
  });
});

describe('the access rules of somebody who is deleted', () => {
  beforeEach(begin);

  const lives = [
    ['a user', 'user', 'users', { email: 'eve@acme.test' }, 'eve@acme.test'],
    ['an application', 'app', 'apps', { name: 'deploy-app' }, 'deploy-app'],
    ['a service account', 'service-account', 'service-accounts', { name: 'deploy-bot' }, 'deploy-bot'],
  ] as const;

  it.each(lives)('end with them: %s', async (_what, subjectType, list, order, subjectId) => {
    const { id } = await done(201, `POST ${list}`, order);
    const rule = { ...promotion, subjectType, subjectId };
    const first = await make(rule);
    const second = await make({ ...rule, roleId: VIEWER, subjectId: subjectId.toUpperCase() });
    const other = await make();
    server.clock.set(START + 5000);
    await done(204, `DELETE ${list}/${id}`);

    expect(await listed()).toEqual([1, 2, 3, 4, 5, 6, other.id]);
    const { body } = await admin(`GET ${RULES}?includeDeleted=true&subjectIds=${encodeURIComponent(subjectId)}`);
    expect(idsOf(body)).toEqual([first.id, second.id]);
    for (const { deletedAt } of body.accessRules) expect(deletedAt).toBe(new Date(START + 5000).toISOString());
    expectRefused(await admin(`GET ${RULES}/${first.id}`), 404);
  });

  it.each(lives)('are not inherited with the name: %s', async (_what, subjectType, list, order, subjectId) => {
    const { id } = await done(201, `POST ${list}`, order);
    await make({ ...promotion, subjectType, subjectId });
    await done(204, `DELETE ${list}/${id}`);
    const heir = await done(201, `POST ${list}`, order);
    const { body } = await server.grant(
      subjectType === 'user'
        ? { grantType: 'password', username: subjectId, password: heir.tempPassword }
        : { grantType: 'app_token', AppId: heir.clientId, AppSecret: heir.secret ?? heir.clientSecret },
    );
    const call = server.as(body.accessToken);

    expect(heir.id).not.toBe(id);
    expect((await call('GET authorization/me/access-rules/count')).body).toEqual({ count: 0 });
    expect((await call('GET users')).decision).toMatchObject({ reason: 'missing_permission' });
    await make({ ...promotion, subjectType, subjectId });
    expect((await call('GET users')).status).toBe(200);
  });

  it('are those of their kind only', async () => {
    await done(201, 'POST apps', { name: plainBot.name });
    const { id } = await make({ ...promotion, subjectType: 'app', subjectId: plainBot.name });
    await done(204, `DELETE service-accounts/${plainBot.id}`);

    expect(await listed()).toEqual([1, 2, 3, 4, 6, id]);
  });
});

describe('in a world of another seed', () => {
  const password = 'only-for-this-test';
  const member = 'member@acme.test';

  /** A member of two groups, and a machine that rules the system. */
  const seeded = async () => {
    const file = join(await emptyFolder(), 'seed.json');
    const { tenant } = cast;
    const bot = { name: 'root-bot', clientId: 'root-bot', clientSecret: 'root-secret', role: null };
    const { applications, serviceAccounts } = cast;
    const seed = {
      ...{ tenant, applications, serviceAccounts: [...serviceAccounts, bot] },
      users: [{ email: member, password, role: null, groups: ['ML-Team', 'night-shift'] }],
      projects: [{ id: 'p-1', name: 'alone' }],
      accessRules: [
        { subjectType: 'group', subjectId: 'ml-team', role: 'Editor', scopeType: 'project', scopeId: 'p-1' },
        {
          subjectType: 'group',
          subjectId: 'others',
          role: 'System administrator',
          scopeType: 'tenant',
          scopeId: '1001',
        },
        {
          subjectType: 'service-account',
          subjectId: 'root-bot',
          role: 'System administrator',
          scopeType: 'system',
          scopeId: 'system',
        },
      ],
    };
    await writeFile(file, JSON.stringify({ runai: seed }));
    return runaiServer({ seed: file });
  };

  it('members have the rules of their groups, and those of the system reach everything', async () => {
    const world = await seeded();
    const { body } = await world.grant({ grantType: 'password', username: member, password });
    const call = world.as(body.accessToken);
    const mine = await call('GET authorization/me/access-rules');
    expect(mine.body.accessRules.accessRules).toMatchObject([
      { subjectId: 'ml-team', subjectType: 'group', roleName: 'Editor', scopeId: 'p-1', scopeName: 'alone' },
    ]);
    expect((await call('GET authorization/me/access-rules/count')).body).toEqual({ count: 1 });
    expect((await call('GET users')).status).toBe(403);

    const rule = { ...promotion, subjectType: 'group', subjectId: 'night-shift' };
    const { id } = await world.done(201, `POST ${RULES}`, rule);
    expect((await call('GET users')).status).toBe(200);
    await world.done(204, `DELETE ${RULES}/${id}`);
    expect((await call('GET users')).status).toBe(403);

    const root = await world.login('root-bot', 'root-secret');
    const asRoot = world.as(root.body.accessToken);
    const system = { ...rule, scopeType: 'system', scopeId: 'system' };
    expect((await world.admin(`POST ${RULES}`, system)).decision.reason).toBe('resource_mismatch');
    const made = await asRoot(`POST ${RULES}`, system);
    expect(made.body).toMatchObject({ scopeType: 'system', scopeName: 'System' });
    expect((await asRoot(`GET ${RULES}/${made.body.id}`)).body).toMatchObject({ scopePath: 'System' });
    expect((await call('GET users')).status).toBe(200);
    expect((await asRoot('POST authorization/permitted-scopes', { resourceType: 'users' })).body.create.system).toBe(
      true,
    );
  });
});

describe('2.19', async () => {
  const member = { email: 'member@acme.test', password: 'only-for-this-test', role: 'Project administrator' };
  const file = join(await emptyFolder(), 'seed.json');
  const { tenant, applications, serviceAccounts } = cast;
  await writeFile(file, JSON.stringify({ runai: { tenant, applications, serviceAccounts, users: [member] } }));
  const old = await runaiServer({ runai: '2.19', seed: file });

  it('finds a role that only others have when somebody comes who was given it by a seed', async () => {
    const { email: username, password } = member;
    const { body } = await old.grant({ grantType: 'password', username, password });
    const call = old.as(body.accessToken);
    expect(await old.findings('other_version')).toEqual([]);

    expect((await call('GET authorization/permissions')).body).toEqual([]);
    expect(await old.findings('other_version')).toEqual([
      `access rule 1 assigns role ${PROJECT_ADMINISTRATOR} to \`${username}\`; the role does not exist in this version, so the rule grants nothing`,
    ]);
  });

  it('has no rules for service accounts, so that none is told as what would help', async () => {
    const { clientId, clientSecret } = plainBot;
    const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const { body } = await postForm(old, REALM_TOKEN, fields);
    const { decision } = await old.as(body.access_token)('GET users');
    const { body: remembered } = await old.call(`GET /_mock/decisions/${decision.id}`);
    const [fix] = remembered.fixes;

    expect(fix).toMatchObject({ kind: 'role', text: expect.stringContaining(plainBot.name) });
    expect(fix).not.toHaveProperty('request');
  });
});

it.runIf(hasDriver)('access rules, and that they were deleted, survive a restart', async () => {
  const config = { data: join(await emptyFolder(), 'mock.db') };
  const first = await runaiServer(config);
  const { call, name, secret } = await first.account({ roleId: SYSTEM_ADMINISTRATOR });
  const { id } = await first.done(201, `POST ${RULES}`, GOOD);
  await first.done(204, `DELETE ${RULES}/${id}`);
  expect((await call('GET users')).status).toBe(200);
  const before = (await call(`GET ${RULES}?includeDeleted=true`)).body;
  await first.close();
  const second = await runaiServer(config);
  const { body } = await second.login(name, secret);
  const again = second.as(body.accessToken);

  expect((await again(`GET ${RULES}?includeDeleted=true`)).body).toEqual(before);
  expect((await again(`POST ${RULES}`, GOOD)).body.id).toBe(id + 1);
});
