import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { active, adminBot, application, cast, plainBot, researcher } from '../../support/cast.ts';
import { postForm, REALM_TOKEN } from '../../support/oauth.ts';
import {
  type Account,
  CLUSTER,
  EDITOR,
  expectRefused,
  NOTHING,
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
import { resetTestServer, START } from '../../support/server.ts';

const server = await runaiServer();
const { admin, done } = server;
const DAY = 86_400_000;
const now = new Date(START).toISOString();
const READY = { phase: 'Ready', message: '', details: '' };
let asResearcher: RunaiCaller;

beforeAll(async () => {
  asResearcher = server.as(await server.tokenOf(researcher));
});
const resetServer = async () => {
  await resetTestServer(server);
};

const VALID_RULE = { subjectId: 'ops', subjectType: 'group', roleId: VIEWER, scopeId: VISION, scopeType: 'project' };
const createRule = (changes: object = {}) => done(201, `POST ${RULES}`, { ...VALID_RULE, ...changes });
/** The rule that makes the researcher an administrator of the tenant. */
const promotion = {
  subjectId: researcher.email,
  subjectType: 'user',
  roleId: SYSTEM_ADMINISTRATOR,
  scopeType: 'tenant',
  scopeId: TENANT,
};
const idsOf = ({ accessRules }: { accessRules: readonly { id: number }[] }) => accessRules.map(({ id }) => id);
const listIds = async (query = '', call = admin) => idsOf((await call(`GET ${RULES}${query}`)).body);

describe('an access rule', () => {
  beforeEach(resetServer);

  it.each([
    ['user', researcher.email],
    ['group', 'whoever-may-come'],
    ['app', application.name],
    ['service-account', plainBot.name],
  ])('is created for the subject type `%s` with all its members', async (subjectType, subjectId) => {
    const answer = await admin(`POST ${RULES}`, { ...VALID_RULE, subjectType, subjectId });

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
  ])(
    'of the scope type `%s` and the id %s is read with its `scopePath`',
    async (scopeType, requestedId, scopeId, scopeName, scopePath) => {
      const created = await createRule({ scopeType, scopeId: requestedId });

      expect(created).toMatchObject({ scopeType, scopeId, scopeName });
      expect(created).not.toHaveProperty('scopePath');
      expect(await done(200, `GET ${RULES}/${created.id}`)).toEqual({ ...created, scopePath });
    },
  );

  it('does not reuse the id of a deleted rule', async () => {
    const { id } = await createRule();
    await done(204, `DELETE ${RULES}/${id}`);

    expect((await createRule()).id).toBe(id + 1);
  });

  it('applies to its subject regardless of the case of `subjectId`', async () => {
    await createRule({ ...promotion, subjectId: researcher.email.toUpperCase() });

    expect((await asResearcher('GET users')).status).toBe(200);
  });

  it('no longer applies after it is deleted', async () => {
    const { id } = await createRule(promotion);
    expect((await asResearcher('GET users')).status).toBe(200);
    const removed = await admin(`DELETE ${RULES}/${id}`);
    const refused = await asResearcher('GET users');

    expect(removed.status).toBe(204);
    expect(removed.body).toBeUndefined();
    expect(refused.status).toBe(403);
    expect(refused.decision).toMatchObject({ reason: 'missing_permission', missing: ['users:read'] });
  });

  it('can be deleted without an effect on the other rules of its subject', async () => {
    const { id } = await createRule({ ...promotion, roleId: EDITOR });
    await createRule(promotion);
    await done(204, `DELETE ${RULES}/${id}`);

    expect((await asResearcher('GET users')).status).toBe(200);
  });
});

describe('a request for an access rule', () => {
  beforeAll(resetServer);

  it.each(['0', '999', 'one', '1x', '01', '1.0'])('is rejected with 404 if no rule has the id %s', async (id) => {
    expectRefused(await admin(`GET ${RULES}/${id}`), 404);
    expectRefused(await admin(`DELETE ${RULES}/${id}`), 404);
  });

  it.each([
    ['subjectId', 'user `nobody@acme.test` does not exist', { subjectType: 'user', subjectId: 'nobody@acme.test' }],
    ['subjectId', `app \`${plainBot.name}\` does not exist`, { subjectType: 'app', subjectId: plainBot.name }],
    ['subjectId', `user \`${researcher.id}\` does not exist`, { subjectType: 'user', subjectId: researcher.id }],
    ['roleId', 'role `999` does not exist', { roleId: 999 }],
    ['scopeId', 'tenant `1002` does not exist', { scopeType: 'tenant', scopeId: '1002' }],
    ['scopeId', `cluster \`${NOTHING}\` does not exist`, { scopeType: 'cluster', scopeId: NOTHING }],
    ['scopeId', `department \`${VISION}\` does not exist`, { scopeType: 'department', scopeId: VISION }],
    ['scopeId', `project \`${RESEARCH}\` does not exist`, { scopeType: 'project', scopeId: RESEARCH }],
    ['scopeId', 'project `vision` does not exist', { scopeType: 'project', scopeId: 'vision' }],
    ['clusterId', `cluster \`${NOTHING}\` does not exist`, { clusterId: NOTHING }],
  ])('is rejected with 404 for `%s` if the %s', async (field, problem, changes) => {
    const answer = await admin(`POST ${RULES}`, { ...VALID_RULE, ...changes });

    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({
      code: 404,
      message: 'Resource id not found.',
      details: `Field \`${field}\`: ${problem}.`,
    });
    expect(await listIds()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['subjectId', ''],
    ['subjectId', 'x'.repeat(256)],
    ['scopeId', ''],
  ])('is rejected with 400 if `%s` is %j', async (field, value) => {
    const answer = await admin(`POST ${RULES}`, { ...VALID_RULE, [field]: value });

    expectRefused(answer, 400, `\`${field}\``);
    expect(answer.decision).toBeNull();
  });
});

describe('an access rule that already exists', () => {
  beforeEach(resetServer);

  it.each([
    ['the same members', {}],
    ['`subjectId` in another case', { subjectId: 'OPS' }],
    ['an additional `clusterId`', { clusterId: CLUSTER }],
  ])('cannot be created again with %s: 409', async (_what, changes) => {
    await createRule();
    const answer = await admin(`POST ${RULES}`, { ...VALID_RULE, ...changes });

    expect(answer.status).toBe(409);
    expect(answer.body).toEqual({
      code: 409,
      message: 'Resource with this name already exists',
      details: expect.stringContaining('already has the role `Viewer` in this scope'),
    });
    expect(await listIds()).toHaveLength(7);
  });

  it.each([
    ['another role', { roleId: EDITOR }],
    ['another scope', { scopeId: SPEECH }],
    ['another scope type', { scopeType: 'tenant', scopeId: TENANT }],
    ['another subject', { subjectId: 'op' }],
    ['another subject type', { subjectType: 'app', subjectId: application.name }],
  ])('does not prevent a rule with %s', async (_what, changes) => {
    await createRule();

    expect((await admin(`POST ${RULES}`, { ...VALID_RULE, ...changes })).status).toBe(201);
  });

  it('is created once by 20 concurrent requests', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => admin(`POST ${RULES}`, VALID_RULE)));

    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19);
  });
});

describe('the list of access rules', () => {
  beforeEach(resetServer);

  /** Creates two rules one minute after the start, the first with a `clusterId`, and deletes the second a minute later. */
  const createLaterRules = async () => {
    server.clock.set(START + 60_000);
    await createRule({ clusterId: CLUSTER });
    const { id } = await createRule({ scopeType: 'department', scopeId: RESEARCH, roleId: EDITOR });
    server.clock.set(START + 120_000);
    await done(204, `DELETE ${RULES}/${id}`);
  };

  it('contains the rules of the cast, oldest first, and their number', async () => {
    const { status, body } = await admin(`GET ${RULES}`);

    expect(status).toBe(200);
    expect(body).toMatchObject({ totalRecords: 6, displayRecords: 6 });
    expect(body.accessRules[1]).toEqual({
      id: 2,
      subjectId: researcher.email,
      subjectType: 'user',
      roleId: RESEARCHER,
      roleName: 'L1 researcher',
      scopeId: TENANT,
      scopeType: 'tenant',
      scopeName: 'acme',
      tenantId: 1001,
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
      createdBy: 'Run:ai',
      status: READY,
    });
    expect(body.accessRules.map((rule: typeof VALID_RULE) => `${rule.subjectType} ${rule.subjectId}`)).toEqual([
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
    ['subjectIds=ci-app', [3]],
    ['subjectIds=CI-APP,Batch-Bot,nobody', [3, 5]],
    ['subjectIds=ci-app&subjectIds=ops', [3, 7]],
    ['subjectIds=ci', []],
    ['subjectIdFilter=BOT', [4, 5]],
    [`scopeId=${VISION}`, [6, 7]],
    [`scopeId=${TENANT}`, [1, 2, 3, 4, 5]],
    ['scopeType=tenant', [1, 2, 3, 4, 5]],
    ['roleId=1', [1, 3, 4]],
    [`clusterId=${CLUSTER}`, [7]],
    [`clusterId=${NOTHING}`, []],
    [`lastUpdated=${encodeURIComponent(now)}`, [1, 2, 3, 4, 5, 6, 7]],
    [`lastUpdated=${later}`, [7]],
    [`lastUpdated=${later}&includeDeleted=true`, [7, 8]],
    ['includeDeleted=true', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['includeDeleted=true&roleId=3', [8]],
    [`subjectType=group&scopeId=${VISION}&roleId=7&clusterId=${CLUSTER}`, [7]],
  ];

  it('can be filtered by each query parameter and by several together', async () => {
    await createLaterRules();

    for (const [query, ids] of filters) expect(await listIds(`?${query}`), query).toEqual(ids);
  });

  it('contains cluster ids in lower case, and can be filtered by them in any case', async () => {
    const upper = CLUSTER.toUpperCase();
    const [first, second, ruleOfCluster] = [
      await createRule({ clusterId: upper }),
      await createRule({ clusterId: CLUSTER, scopeId: SPEECH }),
      await createRule({ scopeType: 'cluster', scopeId: upper }),
    ];

    expect(first.clusterId).toBe(CLUSTER);
    for (const id of [CLUSTER, upper]) {
      expect(await listIds(`?clusterId=${id}`)).toEqual([first.id, second.id]);
      expect(await listIds(`?scopeId=${id}`)).toEqual([ruleOfCluster.id]);
    }
  });

  it('contains deleted rules with `deletedAt` if `includeDeleted` is true', async () => {
    await createLaterRules();
    const { body } = await admin(`GET ${RULES}?includeDeleted=true&roleId=3`);

    expect(body).toMatchObject({ totalRecords: 1, displayRecords: 1 });
    expect(body.accessRules[0]).toMatchObject({
      createdAt: new Date(START + 60_000).toISOString(),
      updatedAt: new Date(START + 120_000).toISOString(),
      deletedAt: new Date(START + 120_000).toISOString(),
      status: { ...READY, phase: 'Deleting' },
    });
  });

  it('no longer contains a deleted rule when a rule is created a month later', async () => {
    const { id } = await createRule();
    await done(204, `DELETE ${RULES}/${id}`);
    const listAfterDays = async (days: number) => {
      server.clock.set(START + days * DAY);
      const { body } = await server.login(adminBot.clientId, adminBot.clientSecret);
      const call = server.as(body.accessToken);
      expect((await call(`POST ${RULES}`, { ...VALID_RULE, subjectId: `of-day-${days}` })).status).toBe(201);
      return listIds('?includeDeleted=true', call);
    };

    expect(await listAfterDays(29)).toContain(id);
    expect(await listAfterDays(31)).not.toContain(id);
  });

  const counts: [query: string, count: number][] = [
    ['', 7],
    ['?includeDeleted=true', 8],
    ['?filterBy=subjectType%3D%3Dgroup', 2],
    ['?search=bot', 2],
  ];

  it('has a count for each filter', async () => {
    await createLaterRules();

    for (const [query, count] of counts) {
      expect(await done(200, `GET ${RULES}/count${query}`), query).toEqual({ count });
    }
  });

  it.each([
    ['subjectType', 'robot', 0],
    ['scopeType', 'galaxy', 0],
    ['lastUpdated', '2026-01-15', 6],
  ])('can be requested with %s=%s and then contains %d rules', async (name, value, count) => {
    expect((await admin(`GET ${RULES}?${name}=${value}`)).body.totalRecords).toBe(count);
  });
});

it('a role in one scope grants no permission of the role that the caller has in another scope', async () => {
  await resetServer();
  const { call } = await server.account(
    { roleId: VIEWER, scopeType: 'project', scopeId: VISION },
    { roleId: RESEARCH_MANAGER, scopeType: 'project', scopeId: SPEECH },
  );

  expect((await call(`POST ${RULES}`, { ...VALID_RULE, scopeId: SPEECH })).status).toBe(201);
  const refused = await call(`POST ${RULES}`, VALID_RULE);
  expect(refused.decision).toMatchObject({ effect: 'deny', reason: 'resource_mismatch' });
});

describe('the fix of a refusal', () => {
  beforeEach(resetServer);

  const readFixes = async ({ decision }: { decision: { id: string } }) =>
    (await server.call(`GET /_mock/decisions/${decision.id}`)).body.fixes;
  const readRole = async (id: number) => (await admin(`GET authorization/roles/${id}`)).body;

  it('assigns the role with the fewest permissions, and lists the other roles in a second fix', async () => {
    const { call } = await server.account();
    const [fix, alternatives] = await readFixes(await call('GET org-unit/projects'));
    const { name } = await readRole(fix.request.body.roleId);

    expect(fix.roles).toEqual([name]);
    expect(fix.text).toContain(`with the role \`${name}\`, which has`);
    expect(fix.text).not.toContain('System administrator');
    expect(alternatives.roles.length).toBeGreaterThan(1);
    expect(alternatives.roles[0]).toBe(name);
    expect(alternatives.text).toContain('one of the roles');
  });

  it('names a principal that may send its request', async () => {
    const { call } = await server.account();
    const [fix] = await readFixes(await call('GET org-unit/projects'));
    const { principal } = fix.request.as;
    const { body: minted } = await server.call('POST /_mock/tokens', { body: { for: principal } });
    const { status } = await server.call(`${fix.request.method} ${fix.request.path}`, {
      token: minted.token,
      body: fix.request.body,
    });

    expect([principal, status]).toEqual(['admin@acme.test', 201]);
    expect((await call('GET org-unit/projects')).status).toBe(200);
  });

  it('has no `as` if no principal may send its request', async () => {
    const { call } = await server.account();
    const refused = await call('GET org-unit/projects');
    const { accessRules } = await done(200, `GET ${RULES}`);
    const isOfAdminBot = ({ subjectId }: { subjectId: string }) => Number(subjectId === adminBot.name);
    for (const { id } of accessRules.sort(
      (a: typeof VALID_RULE, b: typeof VALID_RULE) => isOfAdminBot(a) - isOfAdminBot(b),
    ))
      await done(204, `DELETE ${RULES}/${id}`);
    const { body } = await server.call(`GET /_mock/decisions/${refused.decision.id}`);

    expect(body.fixes[0].request).toMatchObject({ method: 'POST' });
    expect(body.fixes[0].request).not.toHaveProperty('as');
  });
});

/** The response of a batch has a random id. */
const BATCH = { id: expect.stringMatching(/^[0-9a-f-]{36}$/) };

describe('a batch that deletes access rules', () => {
  beforeEach(resetServer);

  const sendBatch = (ids: readonly unknown[], action = 'delete', call = admin) =>
    call(`POST ${RULES}/batch`, { ids, action });

  it('deletes the rules, which no longer apply', async () => {
    const { id } = await createRule(promotion);
    const second = await createRule();
    const { status, body } = await sendBatch([id, String(second.id)]);

    expect(status).toBe(200);
    expect(body).toEqual({ ...BATCH, succeeded: [String(id), String(second.id)], failed: [] });
    expect(await listIds()).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await asResearcher('GET users')).status).toBe(403);
  });

  it('deletes nothing with the action `validate_delete`', async () => {
    const { id } = await createRule(promotion);
    const { body } = await sendBatch([id, 999], 'validate_delete');

    expect(body).toEqual({
      ...BATCH,
      succeeded: [String(id)],
      failed: [{ id: '999', code: 404, message: 'Resource id not found.' }],
    });
    expect(await listIds()).toEqual([1, 2, 3, 4, 5, 6, id]);
    expect((await asResearcher('GET users')).status).toBe(200);
  });

  it('reports an id that is listed several times once', async () => {
    const { id } = await createRule();

    expect((await sendBatch([id, String(id), id])).body).toEqual({ ...BATCH, succeeded: [String(id)], failed: [] });
  });

  it.each([
    ['ids', { ids: Array.from({ length: 501 }, (_, id) => id), action: 'delete' }, 'of 1 to 500 entries'],
    ['ids.0', { ids: ['x'.repeat(65)], action: 'delete' }, ''],
  ])('is rejected with 400 for `%s`, case %$', async (field, body, problem) => {
    expectRefused(await admin(`POST ${RULES}/batch`, body), 400, `\`${field}\``, problem);
    expect(await listIds()).toHaveLength(6);
  });
});

const user = { subjectId: researcher.email, subjectType: 'user' };
const bot = { subjectId: plainBot.name, subjectType: 'service-account' };
const vision = { scopeId: VISION, scopeType: 'project' };
const research = { scopeId: RESEARCH, scopeType: 'department' };
const createBatchBody = (changes: object = {}) => ({
  payload: { roleId: EDITOR, subjects: [user, bot], scopes: [vision, research], ...changes },
});

describe('a batch that creates access rules', () => {
  beforeEach(resetServer);

  const createRules = (body: object, call = admin) => call(`POST ${RULES}/batch-create`, body);

  it('creates a rule for every subject in every scope, and the rules apply', async () => {
    expect((await asResearcher(`GET ${RULES}`)).status).toBe(403);
    const { status, body } = await createRules(createBatchBody());

    expect(status).toBe(200);
    expect(body.failed).toEqual([]);
    expect(body.succeeded.map((rule: typeof VALID_RULE) => [rule.subjectId, rule.scopeId])).toEqual([
      [researcher.email, VISION],
      [researcher.email, RESEARCH],
      [plainBot.name, VISION],
      [plainBot.name, RESEARCH],
    ]);
    const stored = await Promise.all(
      idsOf({ accessRules: body.succeeded }).map((id) => done(200, `GET ${RULES}/${id}`)),
    );
    expect(body.succeeded).toEqual(stored.map(({ scopePath: _, ...rule }) => rule));
    expect((await asResearcher(`GET ${RULES}`)).status).toBe(200);
  });

  it('creates rules with the `clusterId` of the payload', async () => {
    const { body } = await createRules(createBatchBody({ clusterId: CLUSTER, subjects: [bot] }));

    expect(body.succeeded).toMatchObject([{ clusterId: CLUSTER }, { clusterId: CLUSTER }]);
  });

  it('reports each rule that cannot be created with its reason, and creates the others', async () => {
    await createRule({ ...user, ...vision, roleId: EDITOR });
    const nobody = { subjectId: 'nobody@acme.test', subjectType: 'user' };
    const nowhere = { scopeId: 'nowhere', scopeType: 'project' };
    const { status, body } = await createRules(
      createBatchBody({ subjects: [user, nobody], scopes: [vision, nowhere, research] }),
    );

    expect(status).toBe(200);
    expect(body.succeeded.map((rule: typeof VALID_RULE) => [rule.subjectId, rule.scopeId])).toEqual([
      [researcher.email, RESEARCH],
    ]);
    const unknownScope = {
      code: 404,
      message: 'Resource id not found: Field `scopeId`: project `nowhere` does not exist.',
    };
    const unknownSubject = {
      code: 404,
      message: 'Resource id not found: Field `subjectId`: user `nobody@acme.test` does not exist.',
    };
    expect(body.failed).toEqual([
      {
        payload: { ...user, ...vision, roleId: EDITOR },
        code: 409,
        message: expect.stringContaining('already exists'),
      },
      { payload: { ...user, ...nowhere, roleId: EDITOR }, ...unknownScope },
      { payload: { ...nobody, ...vision, roleId: EDITOR }, ...unknownSubject },
      { payload: { ...nobody, ...nowhere, roleId: EDITOR }, ...unknownScope },
      { payload: { ...nobody, ...research, roleId: EDITOR }, ...unknownSubject },
    ]);
  });

  it('creates one rule for a subject that is listed twice', async () => {
    const { body } = await createRules(createBatchBody({ subjects: [bot, bot], scopes: [vision] }));

    expect(body.succeeded).toHaveLength(1);
    expect(body.failed).toMatchObject([{ code: 409 }]);
  });

  it.each([
    ['payload.subjects', createBatchBody({ subjects: Array.from({ length: 101 }, () => user) })],
    ['payload.scopes', createBatchBody({ scopes: Array.from({ length: 101 }, () => vision) })],
  ])('is rejected with 400 for `%s`, case %$', async (field, body) => {
    expectRefused(await admin(`POST ${RULES}/batch-create`, body), 400, `\`${field}\``);
    expect(await listIds()).toHaveLength(6);
  });
});

describe('the access rules of the caller', () => {
  beforeEach(resetServer);

  const listOwnRules = (call: RunaiCaller, query = '') => call(`GET authorization/me/access-rules${query}`);

  it('are returned as a list within a list', async () => {
    const { status, body } = await listOwnRules(asResearcher);

    expect(status).toBe(200);
    expect(body).toEqual({
      accessRules: {
        totalRecords: 1,
        displayRecords: 1,
        accessRules: [
          {
            id: 2,
            subjectId: researcher.email,
            subjectType: 'user',
            roleId: RESEARCHER,
            roleName: 'L1 researcher',
            scopeId: TENANT,
            scopeType: 'tenant',
            scopeName: 'acme',
            tenantId: 1001,
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
  ];

  it('can be searched, paged and counted', async () => {
    await createRule({ ...promotion, roleId: VIEWER, scopeType: 'project', scopeId: VISION, clusterId: CLUSTER });
    await createRule({ ...promotion, roleId: EDITOR });
    await createRule();
    for (const [query, ids] of searches) {
      const { accessRules } = (await listOwnRules(asResearcher, query)).body;

      expect(idsOf(accessRules), query).toEqual(ids);
      expect(accessRules.displayRecords, query).toBe(ids.length);
      expect(accessRules.totalRecords, query).toBe(query.includes('search') ? ids.length : 3);
      const { body } = await asResearcher(`GET authorization/me/access-rules/count${query}`);
      expect(body, query).toEqual({ count: accessRules.totalRecords });
    }
  });

  it('do not include rules of a subject of another type with the same name', async () => {
    await done(201, 'POST apps', { name: plainBot.name });
    await createRule({ ...promotion, subjectType: 'app', subjectId: plainBot.name });
    const { body } = await server.login(plainBot.clientId, plainBot.clientSecret);

    expect(idsOf((await listOwnRules(server.as(body.accessToken))).body.accessRules)).toEqual([5]);
  });

  it('grant the actions that authorization/permissions returns by resource type', async () => {
    const submit = ['create', 'read', 'delete'];
    const ofResearcher = [
      { resourceType: 'tenant', displayName: 'Account', groupId: 'organization', actions: ['read'] },
      { resourceType: 'department', displayName: 'Departments', groupId: 'organization', actions: ['read'] },
      { resourceType: 'project', displayName: 'Projects', groupId: 'organization', actions: ['read'] },
      { resourceType: 'cluster', displayName: 'Clusters', groupId: 'physical-resource', actions: ['read'] },
      { resourceType: 'workloads', displayName: 'Workloads', groupId: 'workload', actions: ['read'] },
      { resourceType: 'workspaces', displayName: 'Workspaces', groupId: 'workload', actions: submit },
      { resourceType: 'trainings', displayName: 'Trainings', groupId: 'workload', actions: submit },
    ];
    expect((await asResearcher('GET authorization/permissions')).body).toEqual(ofResearcher);
    await createRule({ ...promotion, roleId: RESEARCH_MANAGER, scopeType: 'project', scopeId: VISION });
    const { body } = await asResearcher('GET authorization/permissions');

    const actions = ['create', 'read', 'update', 'delete'];
    expect(body).toEqual([
      ...ofResearcher.slice(0, 4),
      { resourceType: 'access_rules', displayName: 'Access rules', groupId: 'iam', actions },
      { resourceType: 'roles', displayName: 'Roles', groupId: 'iam', actions: ['read'] },
      ...ofResearcher.slice(4),
    ]);
  });
});

describe('the permitted scopes of the caller', () => {
  const NOWHERE = { system: false, tenants: [], clusters: [], departments: [], projects: [] };
  const nothing = { create: NOWHERE, read: NOWHERE, update: NOWHERE, delete: NOWHERE };
  const readPermittedScopes = (call: RunaiCaller, body: object) => call('POST authorization/permitted-scopes', body);
  let account: Account;

  beforeAll(async () => {
    await resetServer();
    account = await server.account(
      { roleId: RESEARCH_MANAGER, scopeType: 'project', scopeId: VISION },
      { roleId: RESEARCH_MANAGER, scopeType: 'project', scopeId: TOOLING },
      { roleId: PROJECT_ADMINISTRATOR, scopeType: 'project', scopeId: VISION },
      { roleId: RESEARCH_MANAGER, scopeType: 'department', scopeId: RESEARCH },
      { roleId: VIEWER, scopeType: 'cluster', scopeId: CLUSTER },
      { roleId: VIEWER },
    );
  });

  it('are listed by action, each scope once', async () => {
    const managed = { ...NOWHERE, projects: [VISION, TOOLING], departments: [RESEARCH] };
    const { status, body } = await readPermittedScopes(account.call, { resourceType: 'access_rules' });

    expect(status).toBe(200);
    expect(body).toEqual({ create: managed, read: managed, update: managed, delete: managed });
  });

  it('are empty for other actions if the request names an action', async () => {
    const { body } = await readPermittedScopes(account.call, { resourceType: 'project', action: 'read' });
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
  ])('are empty for %j', async (body) => {
    expect((await readPermittedScopes(account.call, body)).body).toEqual(nothing);
  });

  it.each([
    ['resourceType', { resourceType: 'unicorns' }],
    ['action', { resourceType: 'users', action: 'fly' }],
  ])('are not returned for an invalid `%s`: %j', async (field, body) => {
    expectRefused(await readPermittedScopes(account.call, body), 400, `\`${field}\``);
  });
});

describe('the access rules of a deleted subject', () => {
  beforeEach(resetServer);

  const subjects = [
    ['a user', 'user', 'users', { email: 'eve@acme.test' }, 'eve@acme.test'],
    ['an application', 'app', 'apps', { name: 'deploy-app' }, 'deploy-app'],
    ['a service account', 'service-account', 'service-accounts', { name: 'deploy-bot' }, 'deploy-bot'],
  ] as const;

  it.each(subjects)('are deleted with the subject: %s', async (_what, subjectType, list, properties, subjectId) => {
    const { id } = await done(201, `POST ${list}`, properties);
    const rule = { ...promotion, subjectType, subjectId };
    const first = await createRule(rule);
    const second = await createRule({ ...rule, roleId: VIEWER, subjectId: subjectId.toUpperCase() });
    const remaining = await createRule();
    server.clock.set(START + 5000);
    await done(204, `DELETE ${list}/${id}`);

    expect(await listIds()).toEqual([1, 2, 3, 4, 5, 6, remaining.id]);
    const { body } = await admin(`GET ${RULES}?includeDeleted=true&subjectIds=${encodeURIComponent(subjectId)}`);
    expect(idsOf(body)).toEqual([first.id, second.id]);
    for (const { deletedAt } of body.accessRules) expect(deletedAt).toBe(new Date(START + 5000).toISOString());
    expectRefused(await admin(`GET ${RULES}/${first.id}`), 404);
  });

  it.each(subjects)(
    'do not apply to a new subject with the same name: %s',
    async (_what, subjectType, list, properties, subjectId) => {
      const { id } = await done(201, `POST ${list}`, properties);
      await createRule({ ...promotion, subjectType, subjectId });
      await done(204, `DELETE ${list}/${id}`);
      const successor = await done(201, `POST ${list}`, properties);
      const { body } = await server.grant(
        subjectType === 'user'
          ? { grantType: 'password', username: subjectId, password: successor.tempPassword }
          : {
              grantType: 'app_token',
              AppId: successor.clientId,
              AppSecret: successor.secret ?? successor.clientSecret,
            },
      );
      const call = server.as(body.accessToken);

      expect(successor.id).not.toBe(id);
      expect((await call('GET authorization/me/access-rules/count')).body).toEqual({ count: 0 });
      expect((await call('GET users')).decision).toMatchObject({ reason: 'missing_permission' });
      await createRule({ ...promotion, subjectType, subjectId });
      expect((await call('GET users')).status).toBe(200);
    },
  );

  it('are deleted only for the type of the subject', async () => {
    await done(201, 'POST apps', { name: plainBot.name });
    const { id } = await createRule({ ...promotion, subjectType: 'app', subjectId: plainBot.name });
    await done(204, `DELETE service-accounts/${plainBot.id}`);

    expect(await listIds()).toEqual([1, 2, 3, 4, 6, id]);
  });
});

describe('a world with another seed', () => {
  const password = 'only-for-this-test';
  const member = 'member@acme.test';

  const bot = { name: 'root-bot', clientId: 'root-bot', clientSecret: 'root-secret', role: null };
  const { tenant, applications, serviceAccounts } = cast;
  const role = 'System administrator';
  /** A seed with a member of two groups, and with an administrator of the system. */
  const seed = {
    tenant,
    applications,
    serviceAccounts: [...serviceAccounts, bot],
    users: [{ email: member, password, role: null, groups: ['ML-Team', 'night-shift'] }],
    projects: [{ id: 'p-1', name: 'alone' }],
    accessRules: [
      { subjectType: 'group', subjectId: 'ml-team', role: 'Editor', scopeType: 'project', scopeId: 'p-1' },
      { subjectType: 'group', subjectId: 'others', role, scopeType: 'tenant', scopeId: '1001' },
      { subjectType: 'service-account', subjectId: 'root-bot', role, scopeType: 'system', scopeId: 'system' },
    ],
  };

  it('applies the rules of a group to its members, and rules of the system to all scopes', async () => {
    const world = await runaiServer({}, { seed: { runai: seed } });
    const { body } = await world.grant({ grantType: 'password', username: member, password });
    const call = world.as(body.accessToken);
    const ownRules = await call('GET authorization/me/access-rules');
    expect(ownRules.body.accessRules.accessRules).toMatchObject([
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
    const created = await asRoot(`POST ${RULES}`, system);
    expect(created.body).toMatchObject({ scopeType: 'system', scopeName: 'System' });
    expect((await asRoot(`GET ${RULES}/${created.body.id}`)).body).toMatchObject({ scopePath: 'System' });
    expect((await call('GET users')).status).toBe(200);
    expect((await asRoot('POST authorization/permitted-scopes', { resourceType: 'users' })).body.create.system).toBe(
      true,
    );
  });
});

describe('version 2.19', async () => {
  const member = { email: 'member@acme.test', password: 'only-for-this-test', role: 'Project administrator' };
  const { tenant, applications, serviceAccounts } = cast;
  const seed = { runai: { tenant, applications, serviceAccounts, users: [member] } };
  const oldServer = await runaiServer({ runai: '2.19' }, { seed });

  it('reports a hint when a user has a role of the seed that only other versions have', async () => {
    const { email: username, password } = member;
    const { body } = await oldServer.grant({ grantType: 'password', username, password });
    const call = oldServer.as(body.accessToken);
    expect(await oldServer.hints('other_version')).toEqual([]);

    expect((await call('GET authorization/permissions')).body).toEqual([]);
    expect(await oldServer.hints('other_version')).toEqual([
      `access rule 1 assigns role ${PROJECT_ADMINISTRATOR} to \`${username}\`; the role does not exist in this version, so the rule grants nothing`,
    ]);
  });

  it('has no access rules for service accounts, so the fix of a refusal has no request', async () => {
    const { clientId, clientSecret } = plainBot;
    const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const { body } = await postForm(oldServer, REALM_TOKEN, fields);
    const { decision } = await oldServer.as(body.access_token)('GET users');
    const { body: recorded } = await oldServer.call(`GET /_mock/decisions/${decision.id}`);
    const [fix] = recorded.fixes;

    expect(fix).toMatchObject({ kind: 'role', text: expect.stringContaining(plainBot.name) });
    expect(fix).not.toHaveProperty('request');
  });
});
