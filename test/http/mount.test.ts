import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { mount } from '../../src/http/mount.ts';
import { readDocument } from '../../src/http/openapi.ts';
import type { Pipeline } from '../../src/http/passage.ts';
import type { ServiceDefinition } from '../../src/service.ts';

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
const toys: ServiceDefinition = {
  name: 'toys',
  title: 'Toys',
  profile: null,
  prefixes: ['/toys'],
  tables: {
    term: 'scope',
    grants: [],
    roles: [],
    rules: [],
    operations: [{ id: 'get_toy', rule: 'public', ...sourced }],
  },
  authenticate: () => Promise.reject(new Error('nobody asks')),
  lookups: {},
  operations: { get_toy: () => ({ status: 200 }) },
  renderProblem: () => ({ status: 500 }),
  errors: { schema: 'Error', mediaType: 'application/json' },
  seed: null,
  events: null,
};

async function mounted(service: Partial<ServiceDefinition>, paths: object = document.paths) {
  const read = await readDocument(JSON.stringify({ ...document, paths }), 'quick');
  return () => mount(fastify(), {} as Pipeline, { service: { ...toys, ...service }, document: read });
}

it('a complete service is mounted', async () => {
  expect(await mounted({})).not.toThrow();
});

describe('a service is refused by name when', () => {
  const toyRow = toys.tables.operations[0] as (typeof toys.tables.operations)[number];
  const cases: [what: string, fault: string, service: Partial<ServiceDefinition>, paths?: object][] = [
    ['an operation has no handler', 'operation `get_toy` has no handler', { operations: {} }],
    [
      'a handler has no operation',
      'handler `get_ball` has no operation',
      { operations: { ...toys.operations, get_ball: () => ({ status: 200 }) } },
    ],
    ['an operation has no rule', 'operation `get_toy` has no rule', { tables: { ...toys.tables, operations: [] } }],
    [
      'an operationId occurs twice',
      'operationId `get_toy` occurs twice in its document',
      {},
      { ...document.paths, '/toys': { get: operation('get_toy') } },
    ],
    [
      'a path is below none of its prefixes',
      'path `/toys/{toyId}` is below none of its prefixes',
      { prefixes: ['/t'] },
    ],
    [
      'its tables do not hold together',
      'operation `get_toy` names the unknown rule `play`',
      { tables: { ...toys.tables, operations: [{ ...toyRow, rule: 'play' }] } },
    ],
  ];

  it.each(cases)('%s', async (_what, fault, service, paths) => {
    const mountIt = await mounted(service, paths);

    expect(mountIt).toThrow('the service `toys` cannot be mounted');
    expect(mountIt).toThrow(fault);
  });
});
