/** Keys that can do nothing. */
import { beforeEach, describe, expect, it } from 'vitest';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const LIST = { services: ['nvcf'], scopes: ['list_functions'], resource: { type: 'All Functions' } };

const findingsOf = async (server: TestServer, wanted = 'useless_key'): Promise<string[]> => {
  const { findings } = (await server.call('GET /_mock/findings')).body;
  return findings
    .filter(({ kind }: { kind: string }) => kind === wanted)
    .map(({ message }: { message: string }) => message);
};
const make = async (server: TestServer, given: object) => {
  const { status, body } = await server.call('POST /_mock/keys', { body: { type: 'service', name: 'ci', ...given } });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};

const NOBODYS = '11111111-2222-4333-8444-555555555555';
const MIXED = `${castFunction('echo')[0]?.functionId}/${castFunction('slow')[0]?.versionId}`;
const ECHO = castFunction('echo')[0]?.functionId ?? '';

const server = await testServer();

beforeEach(async () => {
  await server.call('POST /_mock/reset');
});

const expectWarnings = async (given: object, expected: RegExp[], kind: string, otherKind: string) => {
  const { warnings, ...key } = await make(server, given);

  expect(warnings).toEqual(expected.map((one) => expect.stringMatching(one)));
  expect((await findingsOf(server, kind)).toSorted()).toEqual([...warnings].toSorted());
  expect(await findingsOf(server, otherKind)).toEqual([]);
  const { key: _, ...shown } = key;
  expect((await server.call(`GET /_mock/keys/${key.id}`)).body).toEqual(shown);
};

describe('a key that can do less than it says is made all the same, and is not called useless:', () => {
  it.each<[what: string, given: object, warnings: RegExp[]]>([
    [
      'a scope that counts on another resource type, which was forced',
      {
        services: ['nvcf'],
        scopes: ['list_functions', 'manage_telemetries'],
        resource: { type: 'Function', ids: [ECHO] },
        force: true,
      },
      [/nothing in `nvcf` with the scope `manage_telemetries`: the scope needs a resource of type `All Entity`/],
    ],
    [
      'Invoke Function with All Entity',
      { services: ['nvcf'], scopes: ['invoke_function', 'list_functions'], resource: { type: 'All Entity' } },
      [
        /nothing in `nvcf` with the scope `invoke_function`: the scope needs a resource of type `All Functions`, `Function`, `Function Versions`/,
      ],
    ],
    [
      'Register Function with Function',
      {
        services: ['nvcf'],
        scopes: ['register_function', 'list_functions'],
        resource: { type: 'Function', ids: [ECHO] },
      },
      [
        /only `Create Function \(new version\)` in `nvcf` with the scope `register_function`: the scope needs a resource of type `All Functions`, `All Entity`\./,
      ],
    ],
    [
      'Authorize Clients with Function, and a telemetry scope with All Functions, which were forced',
      {
        services: ['nvcf'],
        scopes: ['authorize_clients', 'list_functions', 'list_clusters'],
        resource: { type: 'Function', ids: [ECHO] },
        force: true,
      },
      [/`authorize_clients`: the scope needs a resource of type `All Functions`\./, /`list_clusters`/],
    ],
    [
      'functions that do not exist, or are of another account',
      {
        services: ['nvcf'],
        scopes: ['list_functions'],
        resource: { type: 'Function', ids: [ECHO, NOBODYS, castFunction('private')[0]?.functionId] },
      },
      [/^The key `ci` is bound to `Function` `11111111-.*`, `[-0-9a-f]+`, which do not exist in its account/],
    ],
    [
      'a version of another function',
      { services: ['nvcf'], scopes: ['list_functions'], resource: { type: 'Function Versions', ids: [MIXED] } },
      [/is bound to `Function Versions` `.*`, which does not exist in its account/],
    ],
  ])('%s', (_what, given, expected) => expectWarnings(given, expected, 'limited_key', 'useless_key'));
});

describe('a key that can do nothing is made all the same, and the answer says so:', () => {
  it.each<[what: string, given: object, warnings: RegExp[]]>([
    ['no service', { ...LIST, services: [] }, [/^The key `ci` has no service, .*`nvcf`/]],
    ['no scopes', { ...LIST, scopes: [] }, [/nothing in `nvcf`: it has no scope of `nvcf`/]],
    ['scopes left out', { services: ['air'] }, [/nothing in `air`: it has no scope of `air`/]],
    ['scopes of another service', { services: ['air'], scopes: ['list_functions'] }, [/nothing in `air`/]],
    [
      'no resource',
      { services: ['nvcf'], scopes: ['update_function'] },
      [
        /nothing in `nvcf`: a key without a resource is bound to nothing at Cloud Functions.*`"resource": \{"type": "All Functions"\}`/,
      ],
    ],
    [
      'no resource, and scopes of assets',
      { services: ['nvcf'], scopes: ['invoke_function'] },
      [/nothing in `nvcf`: a key without a resource is bound to nothing at Cloud Functions/],
    ],
    [
      'a type that no row has',
      { ...LIST, resource: { type: 'All Clusters' } },
      [
        /nothing in `nvcf`: its scopes and resource types allow no operation\. The scope `list_functions` needs a resource of type `All Functions`, /,
      ],
    ],
    [
      'Invoke Function with All Entity, and nothing else',
      { services: ['nvcf'], scopes: ['invoke_function'], resource: { type: 'All Entity' } },
      [
        /nothing in `nvcf`: .*\. The scope `invoke_function` needs a resource of type `All Functions`, `Function`, `Function Versions`/,
      ],
    ],
    [
      'half of what Deploy needs',
      { ...LIST, scopes: ['deploy_function'] },
      [/nothing in `nvcf`: its scopes and resource types allow no operation/],
    ],
    [
      'no access to Air',
      { services: ['air'], scopes: ['air:simulation_read'] },
      [/nothing in `air`: its scopes and resource types allow no operation/],
    ],
    ['two services of two', { services: ['nvcf', 'air'], scopes: [] }, [/`air`/, /`nvcf`/]],
    ['a personal key without roles', { type: 'personal', services: ['air'], roles: [] }, [/its user has no roles/]],
    [
      'a personal key with a role that no service on keys has',
      { type: 'personal', services: ['nvcf', 'air'], roles: ['System administrator'] },
      [
        /nothing in `air`: the role `System administrator` of its user grants no rights there; `air` has `air`, `air-admin`/,
        /nothing in `nvcf`: .*; `nvcf` has `Cloud Functions Admin`/,
      ],
    ],
    [
      'a personal key with roles of another service',
      { type: 'personal', services: ['nvcf'], roles: ['air', 'Viewer'] },
      [/^The key `ci` can do nothing in `nvcf`: the roles `air`, `Viewer` of its user grant no rights there;/],
    ],
    ['a personal key of no service', { type: 'personal', services: [], roles: ['air'] }, [/has no service/]],
  ])('%s', (_what, given, expected) => expectWarnings(given, expected, 'useless_key', 'limited_key'));

  it.each<[what: string, given: object]>([
    ['a list', LIST],
    ['a list of one function', { ...LIST, resource: { type: 'Function', ids: [ECHO] } }],
    ['a list, for another service as well', { ...LIST, services: ['nvcf', 'air'] }],
    ['a role of one of two services', { type: 'personal', services: ['nvcf', 'air'], roles: ['air'] }],
    ['the administration of keys', { type: 'personal', services: ['nvcf'], roles: ['ORG_OWNER'] }],
    ['reading Air', { services: ['air'], scopes: ['air:access', 'air:simulation_read'] }],
  ])('unless it can do something: %s', async (_what, given) => {
    expect(await make(server, given)).not.toHaveProperty('warnings');
    expect(await findingsOf(server)).toEqual([]);
    expect(await findingsOf(server, 'limited_key')).toEqual([]);
  });

  it('and the roles of its own services are named where a role is unknown', async () => {
    const body = { type: 'personal', name: 'ci', services: ['nvcf'], roles: ['nope'] };
    const { body: problem } = await server.call('POST /_mock/keys', { body });
    expect(problem.detail).toContain('The roles of `nvcf` are `Cloud Functions Admin`, `Cloud Functions User`.');
  });

  it('as the version that counts has it', async () => {
    const code = await testServer({ air: 'dsx', nvcf: 'open-source' });
    const given = {
      services: ['nvcf', 'air'],
      scopes: ['deploy_function', 'air:simulation_read'],
      resource: LIST.resource,
    };

    expect((await make(server, given)).warnings).toHaveLength(2);
    expect(await make(code, given)).not.toHaveProperty('warnings');
  });

  it('also when an edit takes away what it could do, whether that counts yet or not', async () => {
    const server = await testServer({ propagation: 'fixed' });
    const { id } = await make(server, LIST);

    const { body } = await server.call(`PATCH /_mock/keys/${id}`, { body: { scopes: [] } });

    expect(body.warnings).toEqual([expect.stringContaining('no scope of `nvcf`')]);
    expect(await findingsOf(server)).toEqual(body.warnings);
    expect((await server.call(`PATCH /_mock/keys/${id}`, { body: LIST })).body).not.toHaveProperty('warnings');
  });
});

it('on the paths of the vendor, whose answer has no place for it, a finding says so', async () => {
  const token = castKey('owner').key;
  const path = '/v3/orgs/acme/keys';
  const policies = [{ product: 'nv-cloud-functions' }];

  const made = await server.call(`POST ${path}/type/SERVICE_KEY`, { token, body: { name: 'idle', policies } });
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  expect(await findingsOf(server)).toEqual([expect.stringMatching(/`idle` can do nothing in `nvcf`/)]);

  const edited = await server.call(`PATCH ${path}/${made.body.apiKey.keyId}`, {
    token,
    body: { policies: [{ product: 'air', scopes: ['air:simulation_read'] }] },
  });
  expect(edited.status, JSON.stringify(edited.body)).toBe(200);
  expect(await findingsOf(server)).toContainEqual(expect.stringMatching(/`idle` can do nothing in `air`/));
});

it('the types that would do are named where a key is edited, and on the paths of the vendor', async () => {
  const token = castKey('owner').key;
  const misplaced = /can do nothing in `nvcf`: .* The scope `invoke_function` needs a resource of type `All Functions`/;
  const { id } = await make(server, LIST);
  const edit = { scopes: ['invoke_function'], resource: { type: 'All Entity' } };
  const { body } = await server.call(`PATCH /_mock/keys/${id}`, { body: edit });
  expect(body.warnings).toEqual([expect.stringMatching(misplaced)]);

  await server.call('POST /_mock/reset');
  const policies = [
    { product: 'nv-cloud-functions', scopes: ['invoke_function'], resources: [{ id: '*', type: 'entity' }] },
  ];
  const made = await server.call('POST /v3/orgs/acme/keys/type/SERVICE_KEY', {
    token,
    body: { name: 'idle', policies },
  });
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  expect(await findingsOf(server)).toEqual([expect.stringMatching(misplaced)]);
});

describe('the keys of a seed', () => {
  it.each([{}, { air: 'dsx', nvcf: 'open-source' }] as const)(
    'of the built-in cast are of use under %j',
    async (config) => {
      expect(await findingsOf(await testServer(config))).toEqual([]);
    },
  );

  it('that can do nothing are found at start, and again after a reset', async () => {
    const cast = (await server.call('GET /_mock/cast')).body;
    const [first, ...keys] = cast.ngc.keys.filter(({ type }: { type: string }) => type === 'service');
    const ngc = { ...cast.ngc, keys: [{ ...first, scopes: [] }, ...keys] };
    const seeded = await testServer({}, { seed: { ngc } });
    const reported = [expect.stringContaining(`\`${first.name}\` can do nothing`)];

    expect(await findingsOf(seeded)).toEqual(reported);
    await seeded.call('POST /_mock/reset');
    expect(await findingsOf(seeded)).toEqual(reported);
  });
});
