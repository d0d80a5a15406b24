import { describe, expect, it } from 'vitest';
import { admin, application } from '../../support/cast.ts';
import { overHttp } from '../../support/over-http.ts';
import { testServer } from '../../support/server.ts';

const RULES = '/api/v1/authorization/access-rules';
const PROJECTS = '/api/v1/org-unit/projects';
/** The first belongs to the department `research`, the second to the department `platform`. */
const [VISION, TOOLING] = ['4600001', '4600003'];

/** The rights of a pipeline are exactly its access rules. */
describe.each([
  { profile: '2.24', path: '/api/v1/service-accounts', subjectType: 'service-account' },
  { profile: '3.0', path: '/api/v1/service-accounts', subjectType: 'service-account' },
  { profile: '2.19', path: '/api/v1/apps', subjectType: 'app' },
] as const)('in Run:ai $profile, a new $subjectType', async ({ profile, path, subjectType }) => {
  const server = await testServer({ runai: profile }, {}, overHttp);
  const { body: login } = await server.grant({
    grantType: 'password',
    username: admin.email,
    password: admin.password,
  });
  const token = login.accessToken as string;
  const { body: made } = await server.call(`POST ${path}`, { token, body: { name: 'nightly' } });
  const requestToken = () =>
    server.grant(
      subjectType === 'app'
        ? { grantType: 'app_token', AppId: made.clientId, AppSecret: made.secret }
        : { grantType: 'client_credentials', clientId: made.clientId, clientSecret: made.clientSecret },
    );
  const own = (await requestToken()).body.accessToken as string;
  const createRule = (scopeId: string) => ({
    subjectId: 'someone',
    subjectType: 'group',
    roleId: 7,
    scopeId,
    scopeType: 'project',
  });

  it('is rejected by every operation', async () => {
    const calls = ['/api/v1/users', RULES, PROJECTS, `${PROJECTS}/${VISION}`, '/api/v1/clusters', path];
    const answers = await Promise.all(calls.map((call) => server.call(`GET ${call}`, { token: own })));

    expect(answers.map(({ status }) => status)).toEqual(calls.map(() => 403));
    expect(new Set(answers.map(({ decision }) => decision.reason))).toEqual(new Set(['missing_permission']));
  });

  it('gets a hint about the access rule it needs', async () => {
    const { decision } = await server.call(`GET ${PROJECTS}/${VISION}`, { token: own });
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

    expect(body.fixes[0].request).toMatchObject({
      method: 'POST',
      path: RULES,
      body: { subjectId: 'nightly', subjectType, scopeType: 'project', scopeId: VISION },
    });
  });

  it('gets a rule for one project, and is accepted in that project only', async () => {
    const order = { subjectId: 'nightly', subjectType, roleId: 3, scopeId: VISION, scopeType: 'project' };
    const { status, body } = await server.call(`POST ${RULES}`, { token, body: order });
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...order, roleName: 'Editor', scopeName: 'vision', createdBy: admin.email });

    const statuses = [
      `GET ${PROJECTS}/${VISION}`,
      `GET ${PROJECTS}/${TOOLING}`,
      'GET /api/v1/users',
      'GET /api/v1/clusters/3f6d2c10-8a54-4b7e-9d21-5e0a7c4f0001',
    ].map(async (call) => (await server.call(call, { token: own })).status);
    expect(await Promise.all(statuses)).toEqual([200, 403, 403, 403]);
    const { body: list } = await server.call(`GET ${PROJECTS}`, { token: own });
    expect(list.projects.map(({ name }: { name: string }) => name)).toEqual(['vision']);
  });

  it('manages access rules in that project only', async () => {
    const within = await server.call(`POST ${RULES}`, { token: own, body: createRule(VISION) });
    const outside = await server.call(`POST ${RULES}`, { token: own, body: createRule(TOOLING) });
    const { body: decision } = await server.call(`GET /_mock/decisions/${outside.decision.id}`);

    expect([within.status, outside.status]).toEqual([201, 403]);
    expect(decision).toMatchObject({ reason: 'resource_mismatch', boundTo: `Project ${VISION}`, target: TOOLING });
    expect(decision.explanation).toContain(`has the permission for \`Project ${VISION}\``);
  });

  it('cannot use or get a token after it is disabled', async () => {
    const off = await server.call(`PATCH ${path}/${made.id}`, { token, body: { enabled: false } });
    const refused = await server.call(`GET ${PROJECTS}/${VISION}`, { token: own });

    expect([off.status, refused.status, refused.decision.reason]).toEqual([200, 401, 'disabled']);
    const again = await requestToken();
    expect([again.status, again.decision.reason]).toEqual([400, 'disabled']);
  });

  it('works as before after it is enabled again', async () => {
    await server.call(`PATCH ${path}/${made.id}`, { token, body: { enabled: true } });

    expect((await server.call(`GET ${PROJECTS}/${VISION}`, { token: own })).status).toBe(200);
    expect((await requestToken()).status).toBe(200);
  });

  it('leaves no rules to a new account with its name after it is deleted', async () => {
    await server.call(`DELETE ${path}/${made.id}`, { token });
    const gone = await server.call(`GET ${PROJECTS}/${VISION}`, { token: own });
    expect([gone.status, gone.decision.reason]).toEqual([401, 'unknown_subject']);

    await server.call(`POST ${path}`, { token, body: { name: 'nightly' } });
    const { body } = await server.call(`GET ${RULES}?filterBy=subjectId==nightly`, { token });
    expect(body.totalRecords).toBe(0);
  });
});

it('the requests of the official Python client work in 2.24 for every kind of client', async () => {
  const server = await testServer({}, {}, overHttp);
  const ids = [
    [application.clientId, application.secret],
    [admin.accessKey.clientId, admin.accessKey.clientSecret],
  ];
  for (const [AppId, AppSecret] of ids) {
    expect((await server.grant({ grantType: 'app_token', AppId, AppSecret })).status).toBe(200);
  }
});
