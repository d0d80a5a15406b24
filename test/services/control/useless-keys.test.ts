/** Keys without any effective rights. */

import { beforeEach, describe, expect, it } from 'vitest';
import { createLineLog } from '../../../src/lib/log.ts';
import { listHints } from '../../support/hints.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const LIST = { services: ['nvcf'], scopes: ['list_functions'], resource: { type: 'All Functions' } };

const readHints = async (server: TestServer, selected = 'useless_key'): Promise<string[]> => {
  const hints = await listHints(server);
  return hints.filter(({ code }: { code: string }) => code === selected).map(({ text }: { text: string }) => text);
};
const createKey = async (server: TestServer, fields: object) => {
  const { status, body, headers } = await server.call('POST /_mock/keys', {
    body: { type: 'service', name: 'ci', ...fields },
  });
  expect(status, JSON.stringify(body)).toBe(201);
  expect(headers['x-mock-hint']).toBe(body.warnings?.[0]);
  return body;
};

const UNKNOWN_ID = '11111111-2222-4333-8444-555555555555';
const ECHO = castFunction('echo')[0]?.functionId;
const boundTo = (...ids: readonly (string | undefined)[]) => ({ type: 'Function', ids });

const server = await testServer();

beforeEach(async () => {
  await server.call('POST /_mock/reset');
});

const expectWarnings = async (fields: object, expected: RegExp[]) => {
  const { warnings, ...key } = await createKey(server, fields);

  expect(warnings).toEqual(expected.map((message) => expect.stringMatching(message)));
  const { key: _, ...readable } = key;
  expect((await server.call(`GET /_mock/keys/${key.id}`)).body).toEqual(readable);
};

describe('the hint `limited_key`', () => {
  it('is added for a forced scope of another resource type', () =>
    expectWarnings(
      { ...LIST, scopes: ['list_functions', 'manage_telemetries'], resource: boundTo(ECHO), force: true },
      [/nothing in `nvcf` with the scope `manage_telemetries`: the scope needs a resource of type `All Entity`/],
    ));

  it('is added for functions that do not exist or belong to another account', () =>
    expectWarnings({ ...LIST, resource: boundTo(ECHO, UNKNOWN_ID, castFunction('private')[0]?.functionId) }, [
      /^The key `ci` is bound to `Function` `11111111-.*`, `[-0-9a-f]+`, which do not exist in its account/,
    ]));
});

describe('the hint `useless_key`', () => {
  it.each<[title: string, fields: object, warnings: RegExp[]]>([
    ['no service', { ...LIST, services: [] }, [/^The key `ci` has no service, .*`nvcf`/]],
    ['no scopes', { ...LIST, scopes: [] }, [/nothing in `nvcf`: it has no scope of `nvcf`/]],
    [
      'no resource',
      { services: ['nvcf'], scopes: ['update_function'] },
      [
        /nothing in `nvcf`: a key without a resource is bound to nothing at Cloud Functions.*`"resource": \{"type": "All Functions"\}`/,
      ],
    ],
    [
      'a resource type of other scopes',
      { ...LIST, resource: { type: 'All Clusters' } },
      [
        /nothing in `nvcf`: its scopes and resource types allow no operation\. The scope `list_functions` needs a resource of type `All Functions`, /,
      ],
    ],
    ['no scopes for two services', { services: ['nvcf', 'air'], scopes: [] }, [/`air`/, /`nvcf`/]],
    [
      'a personal key with a role of Run:ai',
      { type: 'personal', services: ['nvcf', 'air'], roles: ['System administrator'] },
      [
        /nothing in `air`: the role `System administrator` of its user grants no rights there; `air` has `air`, `air-admin`/,
        /nothing in `nvcf`: .*; `nvcf` has `Cloud Functions Admin`/,
      ],
    ],
  ])('is added: %s', (_title, fields, expected) => expectWarnings(fields, expected));

  it.each<[title: string, fields: object]>([
    ['list_functions', LIST],
    ['a role for one of two services', { type: 'personal', services: ['nvcf', 'air'], roles: ['air'] }],
    ['the administration of keys', { type: 'personal', services: ['nvcf'], roles: ['ORG_OWNER'] }],
  ])('is not added for a key with effective rights: %s', async (_title, fields) => {
    expect(await createKey(server, fields)).not.toHaveProperty('warnings');
  });

  it('depends on the version of the service', async () => {
    const code = await testServer({ air: 'dsx', nvcf: 'open-source' });
    const fields = {
      services: ['nvcf', 'air'],
      scopes: ['deploy_function', 'air:simulation_read'],
      resource: LIST.resource,
    };

    expect((await createKey(server, fields)).warnings).toHaveLength(2);
    expect(await createKey(code, fields)).not.toHaveProperty('warnings');
  });

  it('is added for an edit that removes all rights, even a pending edit', async () => {
    const server = await testServer({ propagation: 'fixed' });
    const { id } = await createKey(server, LIST);

    const { body } = await server.call(`PATCH /_mock/keys/${id}`, { body: { scopes: [] } });

    expect(body.warnings).toEqual([expect.stringContaining('no scope of `nvcf`')]);
    expect((await server.call(`PATCH /_mock/keys/${id}`, { body: LIST })).body).not.toHaveProperty('warnings');
  });
});

it('a useless key from the API of NGC adds a hint', async () => {
  const token = castKey('owner').key;
  const path = '/v3/orgs/acme/keys';
  const policies = [{ product: 'nv-cloud-functions' }];

  const made = await server.call(`POST ${path}/type/SERVICE_KEY`, { token, body: { name: 'idle', policies } });
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  expect(await readHints(server)).toEqual([expect.stringMatching(/`idle` can do nothing in `nvcf`/)]);

  const edited = await server.call(`PATCH ${path}/${made.body.apiKey.keyId}`, {
    token,
    body: { policies: [{ product: 'air', scopes: ['air:simulation_read'] }] },
  });
  expect(edited.status, JSON.stringify(edited.body)).toBe(200);
  expect(await readHints(server)).toContainEqual(expect.stringMatching(/`idle` can do nothing in `air`/));
});

describe('the keys of a seed', () => {
  it.each([{}, { air: 'dsx', nvcf: 'open-source' }] as const)(
    'of the built-in cast have effective rights with %j',
    async (config) => {
      expect((await testServer(config)).notices.join()).not.toContain('key');
    },
  );

  it('without effective rights are a warning, once for each seed', async () => {
    const cast = (await server.call('GET /_mock/cast')).body;
    const [first, ...keys] = cast.ngc.keys.filter(({ type }: { type: string }) => type === 'service');
    const seed = { ngc: { ...cast.ngc, keys: [{ ...first, scopes: [] }, ...keys] } };
    const warning = expect.stringContaining(`\`${first.name}\` can do nothing`);
    const log: string[] = [];
    const parts: Parameters<typeof testServer>[1] = {
      log: (clock) => createLineLog('warn', false, clock, (line) => void log.push(line)),
    };

    expect((await testServer({}, { ...parts, seed })).notices).toContainEqual(warning);
    const other = await testServer({}, parts);
    for (const id of ['one', 'two'])
      expect((await other.call('POST /_mock/worlds', { body: { id, seed } })).status).toBe(201);
    expect(log).toEqual([warning]);
  });
});
