import { describe, expect, it } from 'vitest';
import { COMMON_REASONS } from '../../../src/decisions/reasons.ts';
import type { Tables } from '../../../src/decisions/rule.ts';
import type { DocumentedOperation } from '../../../src/http/openapi/prepared.ts';
import { checkServices, checkTables } from '../../support/service-faults.ts';

const sourced = { source: 'test', certainty: 'ours' } as const;
const TABLES: Tables = {
  term: 'permission',
  permissions: [{ id: 'things:read', label: 'View things', onlyOn: ['thing'], ...sourced }],
  resourceTypes: [
    { id: 'thing', label: 'Thing', names: '<thingId>', reach: [], encoding: { type: 'thing' }, ...sourced },
  ],
  roles: [{ name: 'reader', permissions: ['things:read'], ...sourced }],
  rules: [
    {
      id: 'read-thing',
      label: 'Read a thing',
      needs: { all: ['things:read'] },
      on: ['thing'],
      cover: { lookup: 'thing', param: 'thingId' },
      ...sourced,
    },
  ],
  operations: [
    { id: 'get_thing', rule: 'read-thing', ...sourced },
    { id: 'get_health', rule: 'public', ...sourced },
  ],
  remedies: { no_token: { kind: 'authenticate', text: 'send a token' } },
};
const documented: DocumentedOperation[] = [
  { id: 'get_thing', public: false, pathParams: ['thingId'] },
  { id: 'get_health', public: true, pathParams: [] },
];
const [permission, type, role, rule, thing, health] = [
  TABLES.permissions[0],
  TABLES.resourceTypes?.[0],
  TABLES.roles[0],
  TABLES.rules[0],
  TABLES.operations[0],
  TABLES.operations[1],
] as const;

it('consistent tables have no faults', () => {
  expect(checkTables(TABLES, documented, ['thing'], COMMON_REASONS)).toEqual([]);
});

describe('checkTables reports with the name of the row:', () => {
  const cases: [fault: string, tables: object, lookups?: string[]][] = [
    ['permission `things:read` is in its table twice', { permissions: [permission, permission] }],
    ['role `reader` is in its table twice', { roles: [role, role] }],
    ['rule `read-thing` is in its table twice', { rules: [rule, rule] }],
    ['operation `get_thing` is in its table twice', { operations: [thing, thing, health] }],
    ['resource type `thing` is in its table twice', { resourceTypes: [type, type] }],
    ['permission `things:read` has no source', { permissions: [{ ...permission, source: '' }] }],
    ['resource type `thing` has no source', { resourceTypes: [{ ...type, source: '' }] }],
    ['role `reader` has no source', { roles: [{ ...role, source: '' }] }],
    ['rule `read-thing` has no source', { rules: [{ ...rule, source: ' ' }] }],
    ['operation `get_thing` has no source', { operations: [{ ...thing, source: '' }, health] }],
    ['role `reader` uses the unknown permission `x`', { roles: [{ ...role, permissions: ['x'] }] }],
    ['rule `read-thing` uses the unknown permission `x`', { rules: [{ ...rule, needs: { any: ['x'] } }] }],
    ['rule `read-thing` uses the unknown permission `y`', { rules: [{ ...rule, needs: { all: ['y'] } }] }],
    ['rule `read-thing` uses the unknown resource type `x`', { rules: [{ ...rule, on: ['thing', 'x'] }] }],
    ['rule `read-thing` uses the unknown resource type `thing`', { resourceTypes: undefined }],
    [
      'permission `things:read` uses the unknown resource type `x`',
      { permissions: [{ ...permission, onlyOn: ['x'] }] },
    ],
    ['there is a remedy for the unknown reason `bored`', { remedies: { bored: TABLES.remedies['no_token'] } }],
    ['there is a remedy for the unknown reason `toString`', { remedies: { toString: TABLES.remedies['no_token'] } }],
    ['operation `get_thing` names the unknown rule `x`', { operations: [{ ...thing, rule: 'x' }, health], rules: [] }],
    ['operation `x` is in the tables, not in the document', { operations: [thing, health, { ...thing, id: 'x' }] }],
    ['operation `get_health` has no rule', { operations: [thing] }],
    ['rule `x` is used by no operation', { rules: [rule, { ...rule, id: 'x' }] }],
    [
      'operation `get_thing` is protected in the document, and public in the tables',
      { operations: [{ ...thing, rule: 'public' }, health], rules: [] },
    ],
    [
      'operation `get_health` is public in the document, and protected in the tables',
      { operations: [thing, { ...health, rule: 'read-thing' }] },
    ],
    ['rule `read-thing` uses the unknown look-up `thing`', {}, []],
    [
      'rule `read-thing` reads the path parameter `x`, which operation `get_thing` does not have',
      { rules: [{ ...rule, cover: { lookup: 'thing', param: 'x' } }] },
    ],
  ];

  it.each(cases)('%s', (fault, tables, lookups = ['thing']) => {
    expect(checkTables({ ...TABLES, ...tables } as Tables, documented, lookups, COMMON_REASONS)).toContain(fault);
  });
});

describe('checkServices', () => {
  const createService = (name: string, overrides: Partial<Tables> = {}, prefixes = [`/${name}`]) => ({
    name,
    prefixes,
    tables: { ...NOTHING, product: name, ...overrides },
  });
  const createScope = (id: string, label: string) => ({ id, label, source: 'toy', certainty: 'ours' as const });
  const NOTHING: Tables = { term: 'scope', permissions: [], roles: [], rules: [], operations: [], remedies: {} };

  it.each([
    ['by name', [createService('toys'), createService('toys', { product: 'other' }, ['/other'])], 'name `toys`'],
    ['by a prefix', [createService('toys'), createService('dolls', {}, ['/toys'])], 'prefix `/toys`'],
    ['by a product', [createService('toys'), createService('dolls', { product: 'toys' })], 'product `toys`'],
    [
      'by the label of a scope',
      [
        createService('toys', { permissions: [createScope('play', 'Play')] }),
        createService('dolls', { permissions: [createScope('dolls:play', 'Play')] }),
      ],
      'scope `Play`',
    ],
  ])('reports services that conflict %s', (_what, services, message) => {
    expect(checkServices(services)).toEqual([expect.stringContaining(`the ${message} belongs to both \`toys\` and `)]);
  });

  it('accepts permissions of the same name if no key has them', () => {
    const permissions = [createScope('users:read', 'Users')];
    const tables = { ...NOTHING, permissions };

    expect(
      checkServices([
        { name: 'a', prefixes: ['/a'], tables },
        { name: 'b', prefixes: ['/b'], tables },
      ]),
    ).toEqual([]);
  });
});
