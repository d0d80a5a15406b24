import { describe, expect, it } from 'vitest';
import type { NotEmulatedRow } from '../../src/contract/sections.ts';
import type { OperationHost, ServiceDefinition } from '../../src/contract/service.ts';
import type { Reasons } from '../../src/decisions/reasons.ts';
import type { Rule, Tables } from '../../src/decisions/rule.ts';
import { createRuleset } from '../../src/decisions/ruleset.ts';
import { createHostRoute, createRoutes } from '../../src/http/mount.ts';
import { apiDocument } from '../support/api-document.ts';
import { mountFaults } from '../support/service-faults.ts';

const sourced = { source: 'test', certainty: 'ours' } as const;
const operation = (operationId: string) => ({
  operationId,
  responses: { 200: { description: 'ok' } },
});
const document = {
  openapi: '3.0.3',
  info: { title: 'Toys', version: '1' },
  security: [],
  paths: { '/toys/{toyId}': { parameters: [], get: operation('get_toy') } },
  components: { schemas: {} },
};
const toyRow = { id: 'get_toy', rule: 'public', ...sourced };
const tables: Tables = { term: 'scope', permissions: [], roles: [], rules: [], operations: [toyRow], remedies: {} };
const returnEmpty = () => ({ status: 200 });
const errorRenderer = {
  renderProblem: () => ({ status: 500 }),
  errors: [{ schema: 'Error', mediaType: 'application/json' }],
};
const toys: ServiceDefinition = {
  name: 'toys',
  title: 'Toys',
  prefixes: ['/toys'],
  rules: { rulesets: [], selectRuleset: () => createRuleset('toys', null, tables) },
  callers: { authenticate: () => Promise.reject(new Error('nobody asks')) },
  lookups: {},
  operations: { get_toy: returnEmpty },
  ...errorRenderer,
  seed: null,
  state: { events: null },
};

interface Parts {
  readonly service?: Partial<ServiceDefinition>;
  readonly ruleset?: Partial<Tables>;
  readonly paths?: object;
}

async function createMount({ service, ruleset, paths = document.paths }: Parts) {
  const read = await apiDocument({ ...document, paths });
  return {
    service: { ...toys, ...service },
    ruleset: createRuleset('toys', null, { ...tables, ...ruleset }),
    document: read,
  };
}

const findFaults = async (parts: Parts) => mountFaults(await createMount(parts), {} as Reasons);

it('a complete service has its routes', async () => {
  const routes = createRoutes(await createMount({}));

  expect(routes.map(({ operation: { method, path } }) => `${method} ${path}`)).toEqual(['GET /toys/{toyId}']);
  expect(await findFaults({})).toEqual([]);
});

it('a service without a handler or a row is rejected with the file to change', async () => {
  const withoutHandler = await createMount({ service: { operations: {} } });
  const withoutRow = await createMount({ ruleset: { operations: [] } });

  expect(() => createRoutes(withoutHandler)).toThrow(
    'Operation `get_toy` has no handler. Add one to src/services/toys/operations/, and list it in src/services/toys/index.ts.',
  );
  expect(() => createRoutes(withoutRow)).toThrow(
    'Operation `get_toy` has no row. Add one to a table of src/services/toys/tables/.',
  );
});

it('a service does not list its own operation as not emulated', async () => {
  const row = (path: string, methods: readonly string[]) => ({ path, methods, ...sourced });
  const listNotEmulated = (...notEmulated: NotEmulatedRow[]) =>
    findFaults({ service: { rules: { ...toys.rules, notEmulated } } });

  expect(await listNotEmulated(row('/toys/{id}', ['PUT', 'GET']))).toEqual([
    'operation `get_toy` is also in the table of operations that are not emulated',
  ]);
  expect(await listNotEmulated(row('/toys/{id}', ['PUT']), row('/toys/metrics', ['GET']))).toEqual([]);
});

describe('an alias', () => {
  const paths = {
    '/toys/{toyId}': { get: operation('get_toy') },
    '/orgs/{org}/toys/{toyId}': { get: { ...operation('get_toy_alias'), 'x-alias-of': 'get_toy' } },
  };
  const prefixes = ['/toys', '/orgs/{org}/toys'];

  it('is a route of its own with the row and the handler of its operation', async () => {
    const routes = createRoutes(await createMount({ service: { prefixes }, paths }));

    expect(routes.map(({ operation: { path } }) => path)).toEqual(Object.keys(paths));
    expect(routes.map(({ operation: { isAlias } }) => isAlias)).toEqual([false, true]);
    for (const { row, handler } of routes) expect({ row, handler }).toEqual({ row: toyRow, handler: returnEmpty });
  });
});

describe('the host of a service', () => {
  const rule: Rule = {
    id: 'play',
    label: 'Play',
    needs: {},
    cover: { lookup: 'toy', param: 'toyId' },
    ...sourced,
  };
  const ruleset = { rules: [rule], operations: [toyRow, { id: 'play_at_host', rule: 'play', ...sourced }] };
  const lookup = async () => ({ found: 'nothing' }) as const;
  const host = createHost('play_at_host');
  const service = { hosts: [host], lookups: { toy: lookup } };

  it('is a route for every method, path and body, with its own error renderer', async () => {
    const route = createHostRoute(host, await createMount({ service, ruleset }));

    expect(route.operation).toMatchObject({ id: 'play_at_host', method: '*', path: '/*', bodyForm: 'bytes' });
    expect(route).toMatchObject({ rule, lookup, errorRenderer: host, handler: host.handler, readsBody: true });
    expect(route.operation.findRequestViolation({ path: {}, query: { any: 'thing' }, body: 1 })).toBeNull();
  });

  it('is rejected without a row in the tables', async () => {
    const whole = await createMount({ service });

    expect(() => createHostRoute(host, whole)).toThrow('Operation `play_at_host` has no row.');
  });
});

function createHost(operation: string): OperationHost {
  return { pattern: /^(?<toyId>[a-z]+)\.toys\./, operation, handler: () => ({ status: 200 }), ...errorRenderer };
}
