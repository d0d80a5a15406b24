import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { castFunction, castKey, castTask, ngcCast } from '../../support/ngc-cast.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';
const [echo] = castFunction('echo');
const [hidden] = castFunction('private');
const [shared] = castFunction('translate');

/** Values for the parameters of a path: own objects, objects of others, and objects that do not exist. */
const OBJECTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'an own function': { functionId: echo?.functionId ?? '', versionId: echo?.versionId ?? '' },
  'a shared function': { functionId: shared?.functionId ?? '', versionId: shared?.versionId ?? '' },
  'a function of another organisation': { functionId: hidden?.functionId ?? '', versionId: hidden?.versionId ?? '' },
  'an own object of Air': { id: 'b0c1d2e3-0001-4a5b-8c6d-7e8f9a0b0001' },
  'an own task': { taskId: castTask('train') },
  'a task of another organisation': { taskId: castTask('private') },
  'an own key': { keyId: castKey('nvcf-deployer').id },
  'a key of another organisation': { keyId: castKey('globex-air').id },
  nothing: {},
};

interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
}

function listOperations(name: string): Operation[] {
  const { paths } = JSON.parse(readFileSync(new URL(`../../../dist/openapi/${name}.json`, import.meta.url), 'utf8'));
  return Object.entries(paths as Record<string, Record<string, { operationId: string; security?: unknown[] }>>).flatMap(
    ([path, item]) =>
      Object.entries(item)
        .filter(([, { security }]) => security?.length !== 0)
        .map(([method, { operationId: id }]) => ({ id, method: method.toUpperCase(), path })),
  );
}

function fillPath(path: string, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? UNKNOWN_ID);
}

/** The keys of the cast, and keys that lack a right. */
async function createKeys(server: TestServer): Promise<{ id: string; name: string }[]> {
  const made = [
    { name: 'none', services: ['nvcf', 'air'], scopes: [], resource: { type: 'All Functions' } },
    {
      name: 'bound',
      services: ['nvcf'],
      scopes: ['invoke_function'],
      resource: { type: 'Function', ids: [UNKNOWN_ID] },
    },
    {
      name: 'clusters',
      services: ['nvcf'],
      scopes: ['invoke_function', 'list_functions'],
      resource: { type: 'All Clusters' },
    },
    { name: 'unbound', services: ['nvcf'], scopes: ['invoke_function', 'register_function'], force: true },
    { name: 'tasks', services: ['nvct'], scopes: ['list_tasks'], resource: { type: 'Task', ids: [UNKNOWN_ID] } },
    { name: 'secrets', services: ['nvcf', 'nvct'], scopes: ['update_secrets'], resource: { type: 'All Functions' } },
    { name: 'elsewhere', services: ['air'], scopes: ['air:access'] },
    { name: 'nowhere', services: [], scopes: [], force: true },
  ];
  const keys: { id: string; name: string }[] = [...ngcCast.keys];
  for (const key of made) {
    const { status, body } = await server.call('POST /_mock/keys', { body: { type: 'service', ...key } });
    expect(status, JSON.stringify(body)).toBe(201);
    keys.push(body);
  }
  return keys;
}

describe.each<[service: string, document: string, config: Parameters<typeof testServer>[0]]>([
  ['nvcf', 'nvcf', {}],
  ['nvcf', 'nvcf', { nvcf: 'open-source' }],
  ['nvct', 'nvct', {}],
  ['nvct', 'nvct', { nvcf: 'open-source' }],
  ['catalogue', 'catalogue', {}],
  ['catalogue', 'catalogue', { nvcf: 'open-source' }],
  ['air', 'air.2.0', {}],
  ['air', 'air.dsx', { air: 'dsx' }],
  ['ngc', 'ngc', {}],
])('%s (%s, %j): every refusal of a key has a fix', async (service, document, config) => {
  const server = await testServer(config);
  const keys = await createKeys(server);
  const objects = Object.values(OBJECTS);

  it.each(listOperations(document))('$id', async ({ method, path: template }) => {
    const refusalsWithoutFix: string[] = [];
    let refusals = 0;
    for (const path of new Set(
      objects.flatMap((params) => [
        fillPath(template, { org: 'acme', ...params }),
        fillPath(template, { org: 'globex', ...params }),
      ]),
    )) {
      for (const { id: principal, name } of keys) {
        const simulation = { principal, method, path };
        const { status, body } = await server.call('POST /_mock/decisions/simulate', { body: simulation });
        expect({ status, service: body.service ?? service }, `${name}: ${method} ${path}`).toEqual({
          status: 200,
          service,
        });
        if (body.effect === 'allow') continue;
        refusals += 1;
        if (body.fixes.length === 0) refusalsWithoutFix.push(`${name} at ${path}: ${body.reason}`);
      }
    }
    expect(refusalsWithoutFix).toEqual([]);
    expect(refusals).toBeGreaterThan(0);
  });
});
