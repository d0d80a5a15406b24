import { describe, expect, it } from 'vitest';
import type { Policy, Resource } from '../../../src/decisions/policy.ts';
import type { Ruleset } from '../../../src/decisions/ruleset.ts';
import {
  describeFault,
  editPolicy,
  encodeResources,
  type GivenResource,
  keyServices,
  knownRoles,
  readPolicy,
} from '../../../src/services/ngc-keys/key-policy.ts';
import { RULESETS } from '../../../src/services/nvcf/rulesets.ts';
import { openLaw, TOY_TABLES, toyLaw } from '../../decisions/toy-law.ts';

const [TOY_ID, OTHER_TOY_ID, PART_ID, OTHER_PART_ID] = ['f', 'a', 'b', 'c'].map((digit) =>
  'dddddddd-dddd-4ddd-8ddd-dddddddddddd'.replaceAll('d', digit),
) as [string, string, string, string];
const TOY_PART = `${TOY_ID}/${PART_ID}`;
const rulesets = [openLaw, toyLaw];
const TOY_ROW = TOY_TABLES.resourceTypes[1];
const BURN = { id: 'burn', label: 'Burn Toys', source: 'test', certainty: 'ours' as const };

const readGiven = (scopes: readonly string[], ...resources: GivenResource[]) => readPolicy(rulesets, scopes, resources);
const resourcesOf = (...resources: GivenResource[]) => readGiven([], ...resources).policy.resources;
const faultsOf = (...resources: GivenResource[]) => readGiven([], ...resources).faults;

describe('a scope is recognized', () => {
  it.each([
    ['by its id', 'look_closely', 'look_closely'],
    ['by its label', 'Look Closely', 'look_closely'],
    ['by its id in any case', 'LOOK_Closely', 'look_closely'],
  ])('%s: `%s`', (_how, input, scope) => {
    expect(readGiven([input])).toEqual({ policy: { scopes: [scope], resources: [] }, faults: [] });
  });

  it('once if it is repeated, in the order of the request', () => {
    expect(readGiven(['mend', 'Play', 'play', 'MEND', 'look']).policy.scopes).toEqual(['mend', 'play', 'look']);
  });

  it('if any service with keys has it', () => {
    const air = {
      ...toyLaw,
      service: 'air',
      tables: {
        ...toyLaw.tables,
        permissions: [{ id: 'fly', label: 'Fly', source: 'test', certainty: 'ours' as const }],
      },
    };

    expect(readPolicy([toyLaw, air], ['fly', 'play'], []).policy.scopes).toEqual(['fly', 'play']);
  });

  it('if its service accepts keys of another service, and no service has its own', () => {
    const { product: _, ...tables } = toyLaw.tables;
    const borrowing = { ...toyLaw, tables: { ...tables, keyServices: { 'service-key': 'x', 'personal-key': 'x' } } };

    expect(readPolicy([borrowing], ['play'], []).policy.scopes).toEqual(['play']);
  });

  it('only if its service has keys', () => {
    const closed = { ...openLaw, tables: { ...openLaw.tables, permissions: toyLaw.tables.permissions } };

    expect(readPolicy([closed], ['play'], [])).toMatchObject({
      policy: { scopes: [], resources: [] },
      faults: [{ forceable: false }],
    });
  });
});

describe('a resource is recognized', () => {
  const cases: [title: string, input: GivenResource, resource: Resource][] = [
    ['by the id of its type', { type: 'all-toys' }, { type: 'all-toys' }],
    ['by the label of its type', { type: 'All Toys' }, { type: 'all-toys' }],
    ['by the label of its type in any case', { type: 'ALL toys' }, { type: 'all-toys' }],
    ['by an alias', { type: 'All Toy(s)' }, { type: 'all-toys' }],
    ['by the name that NGC uses', { type: 'lent' }, { type: 'lent-toys' }],
    ['with the fixed id of its type, which is dropped', { type: 'all-toys', ids: ['*'] }, { type: 'all-toys' }],
    ['with an empty list of ids, for all objects', { type: 'all-toys', ids: [] }, { type: 'all-toys' }],
    ['with the id of an object', { type: 'Toy', ids: [TOY_ID] }, { type: 'toy', ids: [TOY_ID] }],
    ['with the id of a part', { type: 'Toy Parts', ids: [TOY_PART] }, { type: 'toy-parts', ids: [TOY_PART] }],
    ['with an id that ends in `/*`', { type: 'Toy', ids: [`${TOY_ID}/*`] }, { type: 'toy', ids: [TOY_ID] }],
  ];

  it.each(cases)('%s', (_what, input, resource) => {
    expect(readGiven([], input)).toEqual({ policy: { scopes: [], resources: [resource] }, faults: [] });
  });
});

describe("types with the same name in NGC's format are distinguished by their ids:", () => {
  const cases: [title: string, ids: string[], resource: Resource[]][] = [
    ['a whole object', [`${TOY_ID}/*`], [{ type: 'toy', ids: [TOY_ID] }]],
    ['a part', [`${TOY_ID}/${PART_ID}`], [{ type: 'toy-parts', ids: [`${TOY_ID}/${PART_ID}`] }]],
    [
      'both',
      [`${TOY_ID}/*`, `${OTHER_TOY_ID}/${PART_ID}`, OTHER_TOY_ID, `${OTHER_TOY_ID}/${OTHER_PART_ID}`],
      [
        { type: 'toy', ids: [TOY_ID, OTHER_TOY_ID] },
        { type: 'toy-parts', ids: [`${OTHER_TOY_ID}/${PART_ID}`, `${OTHER_TOY_ID}/${OTHER_PART_ID}`] },
      ],
    ],
  ];

  it.each(cases)('%s', (_what, ids, resources) => {
    expect(readGiven([], { type: 'toy', ids })).toEqual({ policy: { scopes: [], resources }, faults: [] });
    expect(readGiven([], { type: 'TOY', ids })).toEqual({ policy: { scopes: [], resources }, faults: [] });
  });

  it('a label is a single type, and ids of another form are faults', () => {
    expect(faultsOf({ type: 'Toy', ids: [`${TOY_ID}/${PART_ID}`] })).toHaveLength(1);
    expect(faultsOf({ type: 'Toy Parts', ids: [TOY_ID] })).toHaveLength(1);
  });

  it('a policy of Cloud Functions', () => {
    const input = [
      { type: 'function', ids: [`${TOY_ID}/*`, `${OTHER_TOY_ID}/${PART_ID}`] },
      { type: 'account-functions', ids: ['*'] },
    ];

    expect(readPolicy([RULESETS.documented], ['Invoke Function'], input)).toEqual({
      policy: {
        scopes: ['invoke_function'],
        resources: [
          { type: 'function', ids: [TOY_ID] },
          { type: 'function-versions', ids: [`${OTHER_TOY_ID}/${PART_ID}`] },
          { type: 'account-functions' },
        ],
      },
      faults: [],
    });
  });
});

describe("in NGC's format", () => {
  const createVendorResource = (type: string, ...ids: string[]): GivenResource => ({ type, ids, isVendors: true });

  it.each<[title: string, id: string, resource: Resource]>([
    ['the id of a whole object', `${TOY_ID}/*`, { type: 'toy', ids: [TOY_ID] }],
    ['the id of a whole object in upper case', `${TOY_ID.toUpperCase()}/*`, { type: 'toy', ids: [TOY_ID] }],
    ['the id of a part', `${TOY_ID}/${PART_ID}`, { type: 'toy-parts', ids: [`${TOY_ID}/${PART_ID}`] }],
  ])('%s has an effect', (_what, id, resource) => {
    expect(readGiven([], createVendorResource('toy', id))).toEqual({
      policy: { scopes: [], resources: [resource] },
      faults: [],
    });
    expect(readGiven([], createVendorResource('Toy', id)).policy.resources).toEqual([resource]);
    expect(encodeResources(toyLaw, [resource])).toEqual([{ type: 'toy', id: id.toLowerCase() }]);
  });

  it.each([
    [TOY_ID],
    [`${TOY_ID}/`],
    [`${TOY_ID}/*/*`],
    [`${TOY_ID}/${PART_ID}/`],
    [`*/${TOY_ID}`],
    ['*'],
    [''],
    ['Ball/*'],
  ])('`%s` is stored unchanged and has no effect', (id) => {
    const ignored = { type: 'toy', ids: [], ignoredIds: [id] };

    expect(readGiven([], createVendorResource('toy', id))).toEqual({
      policy: { scopes: [], resources: [ignored] },
      faults: [],
    });
    expect(encodeResources(toyLaw, [ignored])).toEqual([{ type: 'toy', id }]);
    expect(readGiven([], ignored)).toEqual({ policy: { scopes: [], resources: [ignored] }, faults: [] });
    expect(readGiven([], { type: 'Toy', ignoredIds: [id] }).policy.resources).toEqual([ignored]);
  });

  it('ids with an effect and ids without are stored together', () => {
    expect(
      resourcesOf(
        createVendorResource('toy', TOY_ID),
        createVendorResource('toy', `${TOY_ID}/*`),
        createVendorResource('toy', TOY_ID, '/'),
      ),
    ).toEqual([{ type: 'toy', ids: [TOY_ID], ignoredIds: [TOY_ID, '/'] }]);
  });

  it('an id of a type without ids has no effect unless the type also has its fixed id', () => {
    expect(resourcesOf(createVendorResource('lent', 'ball'))).toEqual([
      { type: 'lent-toys', ids: [], ignoredIds: ['ball'] },
    ]);
    expect(resourcesOf(createVendorResource('lent', 'ball'), createVendorResource('lent', '*'))).toEqual([
      { type: 'lent-toys' },
    ]);
  });

  it('an empty list of ignored ids changes nothing, and an unknown type is a fault', () => {
    expect(resourcesOf({ type: 'All Toys', ignoredIds: [] })).toEqual([{ type: 'all-toys' }]);
    expect(readGiven([], { type: 'Unknown', ignoredIds: ['ball'] })).toMatchObject({
      policy: { resources: [] },
      faults: [{ message: 'Field `resource.type` has the unknown resource type `Unknown`.' }],
    });
  });

  it('a valid id in `ignoredIds` is a fault', () => {
    for (const id of [`${TOY_ID}/*`, `${TOY_ID}/${PART_ID}`]) {
      expect(readGiven([], { type: 'Toy', ignoredIds: ['ball', id] }).faults).toEqual([
        {
          message: `Field \`resource.ignoredIds\` has \`${id}\`, which is a valid id. Move it to \`ids\`.`,
          forceable: false,
        },
      ]);
    }
  });
});

describe('several resources', () => {
  it('of one type are merged', () => {
    expect(
      resourcesOf(
        { type: 'Toy', ids: [TOY_ID] },
        { type: 'All Toys' },
        { type: 'toy', ids: [OTHER_TOY_ID, `${TOY_ID}/*`] },
      ),
    ).toEqual([{ type: 'toy', ids: [TOY_ID, OTHER_TOY_ID] }, { type: 'all-toys' }]);
  });

  it('of a type without ids drop the ids if one has none', () => {
    expect(resourcesOf({ type: 'Everything', ids: [TOY_ID] }, { type: 'everything', ids: ['*'] })).toEqual([
      { type: 'everything' },
    ]);
    expect(resourcesOf({ type: 'Everything', ids: [TOY_ID] })).toEqual([{ type: 'everything', ids: [TOY_ID] }]);
  });

  it('of a type with ids keep the ids that they have', () => {
    expect(resourcesOf({ type: 'Toy' }, { type: 'Toy', ids: [TOY_ID] })).toEqual([{ type: 'toy', ids: [TOY_ID] }]);
  });

  it('without ids are merged', () => {
    expect(resourcesOf({ type: 'Everything' }, { type: 'everything', ids: ['*'] })).toEqual([{ type: 'everything' }]);
  });

  it('contain each id once', () => {
    expect(resourcesOf({ type: 'Toy', ids: [TOY_ID, TOY_ID] })).toEqual([{ type: 'toy', ids: [TOY_ID] }]);
  });
});

it('a policy may be empty', () => {
  expect(readGiven([])).toEqual({ policy: { scopes: [], resources: [] }, faults: [] });
});

describe('a fault contains the field and the expected values:', () => {
  const cases: [title: string, scopes: string[], resources: GivenResource[], mentions: string[], forceable: boolean][] =
    [
      ['an unknown scope', ['fly'], [], ['`scopes`', '`fly`', '`play`', '`look_closely`', '`mend`'], false],
      [
        'an unknown type',
        [],
        [{ type: 'dream' }],
        ['`resource.type`', '`dream`', '`All Toys`', '`Toy`', '`Everything`'],
        false,
      ],
      ['missing ids', [], [{ type: 'Toy' }], ['`resource.ids`', '`Toy`', '`<toyId>`'], true],
      ['an empty list of ids', [], [{ type: 'Toy', ids: [] }], ['`resource.ids`', '`Toy`', '`<toyId>`'], true],
      ['missing ids of a type with an ambiguous name', [], [{ type: 'toy' }], ['`resource.ids`', '`Toy`'], true],
      ['ids of a type without ids', [], [{ type: 'All Toys', ids: [TOY_ID] }], ['`resource.ids`', '`All Toys`'], true],
      [
        'an id that is not a UUID',
        [],
        [{ type: 'Toy', ids: ['ball'] }],
        ['`resource.ids`', '`ball`', '`<toyId>`', 'UUID'],
        true,
      ],
      [
        'an id that starts with a UUID',
        [],
        [{ type: 'Toy', ids: [`${TOY_ID}x`] }],
        ['`resource.ids`', `\`${TOY_ID}x\``],
        true,
      ],
      ['`*` for a type with ids', [], [{ type: 'Toy', ids: ['*'] }], ['`resource.ids`', '`*`'], true],
      [
        'an object for a type of parts',
        [],
        [{ type: 'Toy Parts', ids: [TOY_ID] }],
        ['`resource.ids`', `\`${TOY_ID}\``, '`<toyId>/<partId>`'],
        true,
      ],
      [
        'a scope of another type',
        ['burn'],
        [{ type: 'All Toys' }],
        ['`scopes`', '`Burn Toys` (`burn`)', '`Everything`'],
        true,
      ],
    ];

  it.each(cases)('%s', (_what, scopes, resources, mentions, forceable) => {
    const { faults } = readGiven(scopes, ...resources);

    expect(faults).toMatchObject([{ message: expect.any(String), forceable }]);
    const message = faults.map(describeFault)[0];
    for (const name of mentions) expect(message).toContain(name);
  });

  it('the known names, in the order of the tables', () => {
    expect(readGiven(['fly']).faults).toEqual([
      {
        message: 'Field `scopes` has the unknown scope `fly`.',
        forceable: false,
        field: 'scopes',
        given: 'fly',
        valid: ['play', 'look', 'look_closely', 'mend', 'burn'],
      },
    ]);
    expect(faultsOf({ type: 'dream' }).map(describeFault)[0]).toMatch(
      /^Field `resource.type` has the unknown resource type `dream`\. Expected one of `All Toys`, `Toy`/,
    );
  });

  it('a suggestion, by id or by label', () => {
    const firstFaultOf = (scope: string) => readGiven([scope]).faults.map(describeFault)[0];

    expect(firstFaultOf('look_closly')).toContain('`look_closly`. Did you mean `look_closely`? Expected one of ');
    expect(firstFaultOf('Look Closly')).toContain('`Look Closly`. Did you mean `Look Closely`? Expected one of ');
  });

  it('the names of the services of the key, if it has services', () => {
    const otherRuleset = { ...toyLaw, service: 'other', tables: { ...toyLaw.tables, permissions: [BURN] } };
    const listValidFor = (services: string[]) =>
      readPolicy([toyLaw, otherRuleset], ['fly'], [], services).faults[0]?.valid;

    expect(listValidFor(['other'])).toEqual(['burn']);
    expect(listValidFor([])).toEqual(['play', 'look', 'look_closely', 'mend', 'burn', 'burn']);
  });

  it('the names of a service without resource types', () => {
    const { resourceTypes: _, ...tables } = toyLaw.tables;
    const ruleset = { ...toyLaw, tables: { ...tables, permissions: [{ ...BURN, onlyOn: ['dream'] }] } };

    expect(readPolicy([ruleset], [], [{ type: 'Toy', ids: [TOY_ID] }]).faults).toMatchObject([
      { given: 'Toy', valid: [] },
    ]);
    expect(readPolicy([ruleset, toyLaw], ['burn'], [{ type: 'Toy', ids: [TOY_ID] }]).faults).toMatchObject([
      {
        message: 'Field `scopes` has `Burn Toys` (`burn`), which is available only with the resource type `dream`.',
      },
    ]);
  });

  it.each([`${TOY_ID}/*/${PART_ID}`, `${TOY_ID}/${PART_ID}/*`, `${TOY_ID}/*/*`])(
    '`/*` is valid only directly after the object: %s',
    (id) => {
      expect(readGiven([], { type: 'toy', ids: [id] })).toMatchObject({
        policy: { resources: [{ type: 'toy', ids: [id] }] },
        faults: [{ forceable: true }],
      });
    },
  );

  it('every fault is reported, in the order of the policy', () => {
    const { faults } = readGiven(['fly', 'burn', 'swim'], { type: 'dream' }, { type: 'Toy', ids: ['x', TOY_ID, 'y'] });

    expect(faults.map(({ message }) => /`(fly|swim|dream|x|y|burn)`/.exec(message)?.[1])).toEqual([
      'fly',
      'swim',
      'dream',
      'x',
      'y',
      'burn',
    ]);
  });

  it('a long unknown name is truncated', () => {
    const { faults } = readGiven(
      ['s'.repeat(9999)],
      { type: 't'.repeat(9999) },
      { type: 'Toy', ids: ['i'.repeat(9999)] },
    );

    expect(faults).toHaveLength(3);
    for (const { message } of faults) expect(message.length).toBeLessThan(500);
  });
});

/** A service that encodes the id of a whole object without the suffix `/*`. */
const bareIdsRuleset = {
  ...toyLaw,
  resourceTypes: new Map([['toy', { ...TOY_ROW, encoding: { type: 'toy', isBare: true as const } }]]),
  tables: { ...toyLaw.tables, resourceTypes: [{ ...TOY_ROW, encoding: { type: 'toy', isBare: true as const } }] },
};

it("an id without a suffix in NGC's format keeps its end", () => {
  const id = 'ball/*';

  expect(readPolicy([bareIdsRuleset], [], [{ type: 'Toy', ids: [id] }]).policy.resources).toEqual([
    { type: 'toy', ids: [id] },
  ]);
});

describe('encoding a resource for NGC writes', () => {
  const toy = (id: string) => ({ type: 'toy', id });
  const cases: [title: string, ruleset: Ruleset | undefined, resource: Resource, written: object[]][] = [
    ['the fixed id of its type', toyLaw, { type: 'lent-toys' }, [{ type: 'lent', id: '*' }]],
    ['`*` for a type with ids but no ids', toyLaw, { type: 'toy' }, [toy('*')]],
    ['each object with `/*`', toyLaw, { type: 'toy', ids: ['ball', 'doll'] }, [toy('ball/*'), toy('doll/*')]],
    ['the id of a part unchanged', toyLaw, { type: 'toy-parts', ids: ['ball/skin'] }, [toy('ball/skin')]],
    ['the bare id of an object unchanged', bareIdsRuleset, { type: 'toy', ids: ['ball'] }, [toy('ball')]],
    ['an empty list for a type of another service', toyLaw, { type: 'game' }, []],
    ['an empty list without a service', undefined, { type: 'toy' }, []],
  ];

  it.each(cases)('%s', (_what, ruleset, resource, written) => {
    expect(encodeResources(ruleset, [resource])).toEqual(written);
  });

  it('the fixed id of the encoding', () => {
    const encoding = { type: 'all', id: 'every' };
    const ruleset = { ...toyLaw, resourceTypes: new Map([['toy', { ...TOY_ROW, names: null, encoding }]]) };

    expect(encodeResources(ruleset, [{ type: 'toy' }])).toEqual([{ type: 'all', id: 'every' }]);
  });
});

describe('a forced resource is stored unchanged:', () => {
  const cases: [title: string, input: GivenResource, resource: Resource][] = [
    ['ids of the wrong form', { type: 'Toy', ids: ['ball'] }, { type: 'toy', ids: ['ball'] }],
    ['missing ids', { type: 'Toy' }, { type: 'toy' }],
    ['ids of a type without ids', { type: 'All Toys', ids: [TOY_ID] }, { type: 'all-toys', ids: [TOY_ID] }],
  ];

  it.each(cases)('%s', (_what, input, resource) => {
    expect(resourcesOf(input)).toEqual([resource]);
  });

  it('a scope that is not available with the type', () => {
    expect(readGiven(['burn'], { type: 'All Toys' }).policy).toEqual({
      scopes: ['burn'],
      resources: [{ type: 'all-toys' }],
    });
  });
});

describe('a scope that is available with one type only', () => {
  it.each([
    ['is accepted with that type', [{ type: 'Everything' }]],
    ['is accepted with that type and others', [{ type: 'All Toys' }, { type: 'everything' }]],
    ['is accepted without resources', []],
  ])('%s', (_what, resources) => {
    expect(readGiven(['burn'], ...resources).faults).toEqual([]);
  });

  it('does not restrict other scopes', () => {
    expect(readGiven(['look'], { type: 'Lent Toys' }).faults).toEqual([]);
  });
});

it('services with a product have keys', () => {
  expect(keyServices(rulesets, 'service-key')).toEqual(['toys']);
});

it('the roles of all services are listed once', () => {
  expect(knownRoles([toyLaw, openLaw, toyLaw])).toEqual(['Player', 'Parent']);
});

describe('an edit', () => {
  const createPolicy = (scopes: readonly string[], ...resources: Resource[]): Policy => ({ scopes, resources });
  const edit = (policy: Policy, input: Partial<Parameters<typeof editPolicy>[2]>) =>
    editPolicy(rulesets, policy, { scopes: undefined, resources: undefined, ...input });
  const messagesOf = (...input: Parameters<typeof edit>) => edit(...input).faults.map(({ message }) => message);

  it('changes only the members of the request', () => {
    const policy = createPolicy(['play'], { type: 'toy', ids: [TOY_ID] });

    expect(edit(policy, { scopes: ['look'] }).policy).toEqual({ ...policy, scopes: ['look'] });
    expect(edit(policy, { resources: [{ type: 'All Toys' }] }).policy).toEqual({
      ...policy,
      resources: [{ type: 'all-toys' }],
    });
  });

  it('reports only faults that the policy did not have before', () => {
    const forced = createPolicy(['burn'], { type: 'toy' }, { type: 'all-toys', ids: ['ball'] });
    const known = [{ type: 'toy' }, { type: 'all-toys', ids: ['ball'] }];

    expect(messagesOf(forced, { scopes: ['burn', 'play'], resources: known })).toEqual([]);
    expect(messagesOf(forced, { resources: [{ type: 'toy', ids: ['ball'] }] })).toEqual([
      'Field `resource.ids` has `ball`, but `Toy` needs ids of the form `<toyId>`, with UUIDs.',
    ]);
    expect(messagesOf(createPolicy([]), { scopes: ['burn'], resources: known })).toHaveLength(3);
  });

  it('can keep an unknown scope but not add one', () => {
    expect(edit(createPolicy(['anything']), { scopes: ['anything', 'play'] })).toEqual({
      policy: { scopes: ['anything', 'play'], resources: [] },
      faults: [],
    });
    expect(messagesOf(createPolicy(['anything']), { scopes: ['another'] })).toEqual([
      'Field `scopes` has the unknown scope `another`.',
    ]);
  });

  it('can keep a resource of an unknown type', () => {
    expect(messagesOf(createPolicy([], { type: 'gone', ids: [TOY_ID] }), { scopes: ['play'] })).toEqual([]);
  });

  it('cannot turn ignored ids into ids of a type without ids', () => {
    const ignored = { type: 'lent-toys', ids: [], ignoredIds: ['ball'] };

    expect(messagesOf(createPolicy([], ignored), { resources: [{ type: 'Lent Toys', ids: ['ball'] }] })).toEqual([
      'Field `resource.ids` is not allowed: `Lent Toys` has no object ids.',
    ]);
  });

  it('that removes every resource allows any scope', () => {
    expect(
      messagesOf(createPolicy(['play'], { type: 'toy', ids: [TOY_ID] }), { scopes: ['burn'], resources: [] }),
    ).toEqual([]);
  });
});

describe('a policy of more than a thousand entries has only that fault:', () => {
  const count = (length: number, prefix: string) => Array.from({ length }, (_, at) => `${prefix}${at}`);
  const tooLong = (field: string, text: string) => [
    { message: `Field \`${field}\` has ${text}. The maximum in this mock is 1000.`, forceable: false, field },
  ];

  it.each<[title: string, scopes: readonly string[], resources: readonly GivenResource[], field: string, text: string]>(
    [
      ['scopes', count(1001, 's'), [], 'scopes', '1001 scopes'],
      ['types without ids', [], count(1001, 't').map((type) => ({ type })), 'resource', '1001 types and ids'],
      ['ids', [], [{ type: 't', ids: count(1001, 'i') }], 'resource', '1001 types and ids'],
      [
        'ids, with and without effect, and types',
        [],
        [{ type: 't', ids: count(600, 'i'), ignoredIds: count(400, 'j') }, { type: 'u' }],
        'resource',
        '1001 types and ids',
      ],
    ],
  )('%s', (_title, scopes, resources, field, text) => {
    expect(readGiven(scopes, ...resources).faults).toEqual(tooLong(field, text));
  });

  it.each<[title: string, scopes: readonly string[], resources: readonly GivenResource[]]>([
    ['scopes', count(1000, 's'), []],
    ['ids, with and without effect', [], [{ type: 't', ids: count(600, 'i'), ignoredIds: count(400, 'j') }]],
    ['ids without effect', [], [{ type: 't', ignoredIds: count(1000, 'j') }]],
  ])('not of a thousand %s', (_title, scopes, resources) => {
    const messages = readGiven(scopes, ...resources).faults.map(({ message }) => message);

    expect(messages.filter((message) => message.includes('The maximum'))).toEqual([]);
  });
});
