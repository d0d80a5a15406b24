/** The comparison with a second mock that differs in many ways, or only in its data. */
import { describe, expect, it } from 'vitest';
import { type Changes, changedMock, type PassingAnswer, type Rewriting } from '../../../test/support/changed-mock.ts';
import { listeningServer } from '../../../test/support/listening.ts';
import { compareSides } from '../../src/compare/compare.ts';
import { planFromDocument } from '../../src/compare/plan.ts';
import { withWrongCredentials } from '../../src/compare/probes.ts';

const { url } = await listeningServer();
const otherMock = await listeningServer();
interface Cast {
  readonly runai: { readonly users: readonly { readonly bearer: string }[] };
  readonly ngc: { readonly keys: readonly { readonly services: readonly string[]; readonly key: string }[] };
}
const cast = (await (await fetch(`${url}/_mock/cast`)).json()) as Cast;
const tokenFor = (service: string) => {
  const { key } = cast.ngc.keys.find(({ services }) => services.includes(service)) ?? cast.ngc.keys[0] ?? { key: '' };
  return service === 'runai' ? (cast.runai.users[0]?.bearer ?? '') : key;
};
const runaiToken = tokenFor('runai');

interface Options {
  readonly all?: Rewriting;
  readonly mayWrite?: boolean;
  readonly service?: string;
  /** The paths to compare. Default: all. */
  readonly paths?: RegExp;
}

/** Compares the examples of the document with a changed mock. */
async function compareWith(
  changes: Changes,
  { all = {}, mayWrite = false, service = 'runai', paths = /^/ }: Options = {},
) {
  const answer = await fetch(`${url}/openapi/${service}.json`);
  const document = (await answer.json()) as { readonly paths: Record<string, unknown> };
  for (const path of Object.keys(document.paths)) if (!paths.test(path)) delete document.paths[path];
  const token = tokenFor(service);
  const plan = withWrongCredentials(planFromDocument(document, mayWrite), service);
  const real = { url: await changedMock(otherMock.url, token, changes, all), token };
  const report = await compareSides(service, plan, real, { url, token, hasIds: true }, { document });
  return { ...report, behaviour: report.differences.filter(({ kind }) => kind === 'behaviour') };
}

const status = (status: number) => () => ({ status });
const setMembers = (members: Record<string, unknown>) => (answer: PassingAnswer) => ({
  body: { ...answer.body, ...members },
});
const setHeaders = (headers: Record<string, string>) => (answer: PassingAnswer) => ({
  headers: { ...answer.headers, ...headers },
});
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const USER = '/api/v1/users/0b6f6f0e-3c1e-4a52-9a55-6d2f1f0c0001';
const KEY = '/api/v1/access-keys/7a1d4c52-9e0b-4f7e-8f63-2b8f5b0a0001';
const RULES = '/api/v1/authorization/access-rules';
const ROLES = '/api/v1/authorization/roles';
const KEYS = '/auth/realms/acme/protocol/openid-connect/certs';

/**
 * Changed responses with their differences: place, class, and the value of the real service. A request is `METHOD /path`, after
 * its credential if that is not the valid one (`none`, `broken`, `unknown`, `expired`, or `secret` for a client secret).
 */
const WAYS: readonly (readonly [
  request: string,
  change: Changes[string],
  ...reported: (readonly [string, string, string])[],
])[] = [
  ['GET /api/v1/users', status(206), ['status', 'status', '206']],
  [`GET /api/v1/users/${UNKNOWN}`, status(400), ['status', 'status', '400']],
  ['none GET /api/v1/apps', status(403), ['status', 'order of checks', '403']],
  [`unknown GET ${RULES}`, status(403), ['status', 'credential', '403']],
  [`expired GET ${RULES}`, status(440), ['status', 'credential', '440']],
  ['secret POST /api/v1/token', status(418), ['status', 'credential', '418']],
  ['none POST /api/v1/token', status(422), ['status', 'credential', '422']],
  [`GET ${USER}`, ({ body: { isLocal: _, ...body } }) => ({ body }), ['body.isLocal', 'missing field', '(missing)']],
  [
    `GET ${RULES}`,
    ({ body }) => {
      const [rule, ...others] = body.accessRules;
      return { body: { ...body, accessRules: [{ ...rule, scopeType: 'galaxy' }, ...others], totalRecords: 9 } };
    },
    ['body.totalRecords', 'count', '9 next to a list of 6'],
    ['body.accessRules[].scopeType', 'enum', 'galaxy, project, tenant'],
  ],
  [`GET /api/v1/apps/${UNKNOWN}`, setMembers({ message: 'gone' }), ['body.message', 'error body', 'gone']],
  [`GET ${ROLES}/1`, setHeaders({ 'content-type': 'text/json' }), ['header content-type', 'header', 'text/json']],
  [
    'GET /api/v1/org-unit/departments',
    (answer) => ({ status: 302, ...setHeaders({ location: '/login' })(answer) }),
    ['status', 'redirect', '302'],
    ['header location', 'redirect', '/login'],
  ],
  [
    `none GET ${USER}`,
    setHeaders({ 'www-authenticate': 'Bearer realm="x"' }),
    ['header www-authenticate', 'header', 'Bearer realm="x"'],
  ],
  [
    'GET /api/v1/access-keys',
    setHeaders({ deprecation: '@1688169599', sunset: 'Sun, 11 Nov 2029 23:59:59 GMT' }),
    ['header deprecation', 'header', '@<time>'],
    ['header sunset', 'header', 'Sun, 11 Nov 2029 23:59:59 GMT'],
  ],
  [`GET ${KEY}`, setMembers({ id: '7300012' }), ['body.id', 'id form', '<id: number>']],
  [
    `GET ${ROLES}`,
    ({ body }) => ({ body: [body[1], body[0], ...body.slice(2)] }),
    ['body', 'order of a list', 'Editor, System administrator, Research manager, ...'],
  ],
  [
    `GET ${KEYS}`,
    ({ body: { keys } }) => ({
      body: { keys: keys.map((key: object) => ({ ...key, alg: 'ES256', kty: 'EC', use: 'enc' })) },
    }),
    ['body.keys[].kty', 'enum', 'EC'],
    ['body.keys[].use', 'enum', 'enc'],
    ['body.keys[].alg', 'enum', 'ES256'],
  ],
  ['GET /api/v1/user-applications', ({ body }) => ({ body: { items: body } }), ['body', 'value', 'object']],
];

describe('a comparison', () => {
  it(`reports exactly the ${WAYS.length} ways in which another mock differs`, async () => {
    const { behaviour } = await compareWith(Object.fromEntries(WAYS.map(([request, change]) => [request, change])));
    const reported = behaviour.map((difference) => [difference.place, difference.class, difference.real]);
    const expected = WAYS.flatMap(([, , ...ways]) => ways);

    expect(reported.map(String).toSorted()).toEqual(expected.map(String).toSorted());
  });

  it.each([
    ['nvcf', { getFunctionVersion: 4, getDeployment: 4 }],
    ['air', { simulations_get: 4, histories_list: 4 }],
    ['nvct', { getTask: 4 }],
    ['ngc', { getKey: 4 }],
  ])('reads the objects of an account of %s with other ids, without differences', async (service, read) => {
    const { behaviour, operations } = await compareWith(
      {},
      { all: { request: restoreIds, answer: renameIds }, service },
    );

    expect(behaviour).toEqual([]);
    expect(operations).toMatchObject(read);
  });

  it('does not read the objects of a list that is empty on one side', async () => {
    const changes: Changes = { 'GET /api/v1/users': () => ({ body: [] }) };
    const { behaviour, notCompared, operations } = await compareWith(changes, { paths: /users/ });

    expect(behaviour).toEqual([]);
    expect(notCompared).toContainEqual({
      request: `GET ${USER}`,
      operation: 'get_user_by_id',
      place: 'request',
      reason: 'real service: no such object is known',
    });
    // Requests without a credential read no object, so they are compared.
    expect(operations).toMatchObject({ get_user_by_id: 1 });
  });

  it('writes only to its own objects in an account with other ids, and deletes them', async () => {
    const readObjects = async () => {
      const lists = ['/api/v1/apps', '/api/v1/users', '/api/v1/service-accounts', '/api/v1/authorization/access-rules'];
      const all = lists.map((list) =>
        fetch(`${otherMock.url}${list}`, { headers: { authorization: `Bearer ${runaiToken}` } }),
      );
      return Promise.all(all.map(async (answer) => (await answer).text()));
    };
    const before = await readObjects();
    const all = { request: restoreIds, answer: renameIds };
    const report = await compareWith({}, { all, mayWrite: true });

    expect(report).toMatchObject({ behaviour: [], leftBehind: [], writes: 0 });
    // Requests that change something which the comparison did not create are omitted.
    expect(report.harmful).toBeGreaterThan(10);
    expect(report.operations).toMatchObject({ get_user_by_id: 4, create_application: 4, reset_user_password: 4 });
    expect(await readObjects()).toEqual(before);
  });

  it('reports objects that could not be deleted', async () => {
    const deletions: string[] = [];
    // The id of the created application is not known before, so the changes are looked up for each request. The deletion still
    // reaches the mock: only its response is changed.
    const changes: Changes = new Proxy(
      {},
      {
        get: (_, request) => {
          if (!/^DELETE \/api\/v1\/apps\/(?!0000)/.test(String(request))) return undefined;
          deletions.push(String(request));
          return () => ({ status: 500, body: {} });
        },
      },
    );
    const { leftBehind } = await compareWith(changes, { mayWrite: true, paths: /apps/ });

    expect(leftBehind).toEqual([deletions[0]]);
  });

  it('reports a created object without a known id', async () => {
    const { leftBehind, notCompared } = await compareWith(
      { 'POST /api/v1/apps': () => ({ body: {} }) },
      { mayWrite: true, paths: /apps/ },
    );

    expect(leftBehind).toEqual(['an object created by POST /api/v1/apps: the response has no id']);
    expect(notCompared).toContainEqual(
      expect.objectContaining({ operation: 'update_application_by_id', place: 'request' }),
    );
  });
});

/** Converts ids to those of another account, by adding to the first digit. */
const shiftIds = (by: number) => (text: string) =>
  text.replace(
    /(?<![0-9a-f-])[0-9a-f](?=[0-9a-f]{7}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{15}(?![0-9a-f]))/g,
    (digit) => ((Number.parseInt(digit, 16) + by + 16) % 16).toString(16),
  );
const renameIds = shiftIds(1);
const restoreIds = shiftIds(-1);
