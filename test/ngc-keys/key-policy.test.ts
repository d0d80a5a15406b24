import { describe, expect, it } from 'vitest';
import type { Policy, Resource } from '../../src/decisions/policy.ts';
import type { Ruleset } from '../../src/decisions/ruleset.ts';
import {
  describeFault,
  editPolicy,
  encodeResources,
  type GivenResource,
  keyServices,
  knownRoles,
  readPolicy,
} from '../../src/ngc-keys/key-policy.ts';
import { RULESETS } from '../../src/services/nvcf/rulesets.ts';
import { openLaw, TOY_TABLES, toyLaw } from '../decisions/toy-law.ts';

const [F, G, V, W] = ['f', 'a', 'b', 'c'].map((digit) =>
  'dddddddd-dddd-4ddd-8ddd-dddddddddddd'.replaceAll('d', digit),
) as [string, string, string, string];
const rulesets = [openLaw, toyLaw];
const TOY_ROW = TOY_TABLES.resourceTypes[1];
const BURN = { id: 'burn', label: 'Burn Toys', source: 'test', certainty: 'ours' as const };

const read = (scopes: readonly string[], ...resources: GivenResource[]) => readPolicy(rulesets, scopes, resources);
const resourcesOf = (...resources: GivenResource[]) => read([], ...resources).policy.resources;
const faultsOf = (...resources: GivenResource[]) => read([], ...resources).faults;

describe('a scope is understood', () => {
  it.each([
    ['by its id', 'look_closely', 'look_closely'],
    ['by its label', 'Look Closely', 'look_closely'],
    ['by its id in any case', 'LOOK_Closely', 'look_closely'],
    ['by its label in any case', 'look closely', 'look_closely'],
  ])('%s: `%s`', (_how, given, scope) => {
    expect(read([given])).toEqual({ policy: { scopes: [scope], resources: [] }, faults: [] });
  });

  it('once, however often it is given, and in the order given', () => {
    expect(read(['mend', 'Play', 'play', 'MEND', 'look']).policy.scopes).toEqual(['mend', 'play', 'look']);
  });

  it('of every service that keys are made for', () => {
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

  it('not of one that no key is made for', () => {
    const closed = { ...openLaw, tables: { ...openLaw.tables, permissions: toyLaw.tables.permissions } };

    expect(readPolicy([closed], ['play'], [])).toMatchObject({
      policy: { scopes: [], resources: [] },
      faults: [{ forceable: false }],
    });
  });
});

describe('a resource is understood', () => {
  const cases: [what: string, given: GivenResource, read: Resource][] = [
    ['by the id of its type', { type: 'all-toys' }, { type: 'all-toys' }],
    ['by the label of its type', { type: 'All Toys' }, { type: 'all-toys' }],
    ['by its label in any case', { type: 'ALL toys' }, { type: 'all-toys' }],
    ['by an alias', { type: 'All Toy(s)' }, { type: 'all-toys' }],
    ['by an alias in any case', { type: 'all toy(s)' }, { type: 'all-toys' }],
    ['by what the vendor writes', { type: 'lent' }, { type: 'lent-toys' }],
    ['with the id that is always the same, which says nothing', { type: 'all-toys', ids: ['*'] }, { type: 'all-toys' }],
    ['of all objects, with an empty list', { type: 'all-toys', ids: [] }, { type: 'all-toys' }],
    ['of single objects', { type: 'Toy', ids: [F] }, { type: 'toy', ids: [F] }],
    ['of several single objects', { type: 'Toy', ids: [F, G] }, { type: 'toy', ids: [F, G] }],
    ['of single parts', { type: 'Toy Parts', ids: [`${F}/${V}`] }, { type: 'toy-parts', ids: [`${F}/${V}`] }],
    ['of single parts by id', { type: 'toy-parts', ids: [`${F}/${V}`] }, { type: 'toy-parts', ids: [`${F}/${V}`] }],
    ['of an object with `/*`, which is all of it', { type: 'Toy', ids: [`${F}/*`] }, { type: 'toy', ids: [F] }],
  ];

  it.each(cases)('%s', (_what, given, resource) => {
    expect(read([], given)).toEqual({ policy: { scopes: [], resources: [resource] }, faults: [] });
  });
});

describe('what the vendor writes alike is told apart by the form of its ids:', () => {
  const cases: [what: string, ids: string[], read: Resource[]][] = [
    ['an object', [F], [{ type: 'toy', ids: [F] }]],
    ['all of an object', [`${F}/*`], [{ type: 'toy', ids: [F] }]],
    ['a part', [`${F}/${V}`], [{ type: 'toy-parts', ids: [`${F}/${V}`] }]],
    [
      'both',
      [`${F}/*`, `${G}/${V}`, G, `${G}/${W}`],
      [
        { type: 'toy', ids: [F, G] },
        { type: 'toy-parts', ids: [`${G}/${V}`, `${G}/${W}`] },
      ],
    ],
  ];

  it.each(cases)('%s', (_what, ids, resources) => {
    expect(read([], { type: 'toy', ids })).toEqual({ policy: { scopes: [], resources }, faults: [] });
    expect(read([], { type: 'TOY', ids })).toEqual({ policy: { scopes: [], resources }, faults: [] });
  });

  it('a label is one type only, so that ids of the other form are at fault', () => {
    expect(faultsOf({ type: 'Toy', ids: [`${F}/${V}`] })).toHaveLength(1);
    expect(faultsOf({ type: 'Toy Parts', ids: [F] })).toHaveLength(1);
  });

  it('as in the policies of Cloud Functions', () => {
    const given = [
      { type: 'function', ids: [`${F}/*`, `${G}/${V}`] },
      { type: 'account-functions', ids: ['*'] },
    ];

    expect(readPolicy([RULESETS.documented], ['Invoke Function'], given)).toEqual({
      policy: {
        scopes: ['invoke_function'],
        resources: [
          { type: 'function', ids: [F] },
          { type: 'function-versions', ids: [`${G}/${V}`] },
          { type: 'account-functions' },
        ],
      },
      faults: [],
    });
  });
});

describe('in the form of the vendor', () => {
  const vendors = (type: string, ...ids: string[]): GivenResource => ({ type, ids, isVendors: true });

  it.each<[what: string, id: string, read: Resource]>([
    ['all of an object', `${F}/*`, { type: 'toy', ids: [F] }],
    ['all of an object in capitals', `${F.toUpperCase()}/*`, { type: 'toy', ids: [F] }],
    ['a part', `${F}/${V}`, { type: 'toy-parts', ids: [`${F}/${V}`] }],
  ])('%s has an effect', (_what, id, resource) => {
    expect(read([], vendors('toy', id))).toEqual({ policy: { scopes: [], resources: [resource] }, faults: [] });
    expect(read([], vendors('Toy', id)).policy.resources).toEqual([resource]);
    expect(encodeResources(toyLaw, [resource])).toEqual([{ type: 'toy', id: id.toLowerCase() }]);
  });

  it.each([
    [F],
    [`${F}/`],
    [`${F}//`],
    [`${F}/*/*`],
    [`${F}/${V}/`],
    [`${F}/${V}/*`],
    [`${F}/${V}/${W}`],
    [`*/${F}`],
    ['*'],
    ['/'],
    [''],
    ['Ball/*'],
  ])('`%s` is kept without effect, as it was sent', (id) => {
    const ignored = { type: 'toy', ids: [], ignoredIds: [id] };

    expect(read([], vendors('toy', id))).toEqual({ policy: { scopes: [], resources: [ignored] }, faults: [] });
    expect(encodeResources(toyLaw, [ignored])).toEqual([{ type: 'toy', id }]);
    expect(read([], ignored)).toEqual({ policy: { scopes: [], resources: [ignored] }, faults: [] });
    expect(read([], { type: 'Toy', ignoredIds: [id] }).policy.resources).toEqual([ignored]);
  });

  it('one that has an effect stays beside one that has none', () => {
    expect(resourcesOf(vendors('toy', F), vendors('toy', `${F}/*`), vendors('toy', F, '/'))).toEqual([
      { type: 'toy', ids: [F], ignoredIds: [F, '/'] },
    ]);
  });

  it('a type that names no objects has no effect with another id, unless it has its own too', () => {
    expect(resourcesOf(vendors('lent', 'ball'))).toEqual([{ type: 'lent-toys', ids: [], ignoredIds: ['ball'] }]);
    expect(resourcesOf(vendors('lent', 'ball'), vendors('lent', '*'))).toEqual([{ type: 'lent-toys' }]);
  });

  it('no id without effect, or one of an unknown type, changes nothing', () => {
    expect(resourcesOf({ type: 'All Toys', ignoredIds: [] })).toEqual([{ type: 'all-toys' }]);
    expect(read([], { type: 'Unknown', ignoredIds: ['ball'] })).toMatchObject({
      policy: { resources: [] },
      faults: [{ message: 'Field `resource.type` has the unknown resource type `Unknown`.' }],
    });
  });

  it('an id with an effect cannot be given as one without', () => {
    for (const id of [`${F}/*`, `${F}/${V}`]) {
      expect(read([], { type: 'Toy', ignoredIds: ['ball', id] }).faults).toEqual([
        {
          message: `Field \`resource.ignoredIds\` has \`${id}\`, which is a valid id. Move it to \`ids\`.`,
          forceable: false,
        },
      ]);
    }
  });
});

describe('several resources', () => {
  it('of one type become one', () => {
    expect(resourcesOf({ type: 'Toy', ids: [F] }, { type: 'All Toys' }, { type: 'toy', ids: [G, `${F}/*`] })).toEqual([
      { type: 'toy', ids: [F, G] },
      { type: 'all-toys' },
    ]);
  });

  it('that name nothing count without the ids that one of them has', () => {
    expect(resourcesOf({ type: 'Everything', ids: [F] }, { type: 'everything', ids: ['*'] })).toEqual([
      { type: 'everything' },
    ]);
    expect(resourcesOf({ type: 'Everything', ids: [F] })).toEqual([{ type: 'everything', ids: [F] }]);
  });

  it('of a type that names objects keep the ids of those that have any', () => {
    expect(resourcesOf({ type: 'Toy' }, { type: 'Toy', ids: [F] })).toEqual([{ type: 'toy', ids: [F] }]);
  });

  it('that name nothing become one', () => {
    expect(resourcesOf({ type: 'Everything' }, { type: 'everything', ids: ['*'] })).toEqual([{ type: 'everything' }]);
  });

  it('name an id once', () => {
    expect(resourcesOf({ type: 'Toy', ids: [F, F] })).toEqual([{ type: 'toy', ids: [F] }]);
  });
});

it('a policy may be empty', () => {
  expect(read([])).toEqual({ policy: { scopes: [], resources: [] }, faults: [] });
});

describe('a fault names the field and what is expected:', () => {
  const cases: [what: string, scopes: string[], resources: GivenResource[], reported: string[], forceable: boolean][] =
    [
      ['an unknown scope', ['fly'], [], ['`scopes`', '`fly`', '`play`', '`look_closely`', '`mend`'], false],
      [
        'an unknown type',
        [],
        [{ type: 'dream' }],
        ['`resource.type`', '`dream`', '`All Toys`', '`Toy`', '`Everything`'],
        false,
      ],
      ['ids that are missing', [], [{ type: 'Toy' }], ['`resource.ids`', '`Toy`', '`<toyId>`'], true],
      ['ids that are empty', [], [{ type: 'Toy', ids: [] }], ['`resource.ids`', '`Toy`', '`<toyId>`'], true],
      [
        'ids that are missing where two types are written alike',
        [],
        [{ type: 'toy' }],
        ['`resource.ids`', '`Toy`'],
        true,
      ],
      [
        'ids that are empty where two types are written alike',
        [],
        [{ type: 'toy', ids: [] }],
        ['`resource.ids`'],
        true,
      ],
      ['ids that are not wanted', [], [{ type: 'All Toys', ids: [F] }], ['`resource.ids`', '`All Toys`'], true],
      [
        'an id that is no UUID',
        [],
        [{ type: 'Toy', ids: ['ball'] }],
        ['`resource.ids`', '`ball`', '`<toyId>`', 'UUID'],
        true,
      ],
      ['an id that begins as a UUID', [], [{ type: 'Toy', ids: [`${F}x`] }], ['`resource.ids`', `\`${F}x\``], true],
      ['`*` where single objects are named', [], [{ type: 'Toy', ids: ['*'] }], ['`resource.ids`', '`*`'], true],
      [
        'an object where a part is wanted',
        [],
        [{ type: 'Toy Parts', ids: [F] }],
        ['`resource.ids`', `\`${F}\``, '`<toyId>/<partId>`'],
        true,
      ],
      [
        'a scope that is not given with the type',
        ['burn'],
        [{ type: 'All Toys' }],
        ['`scopes`', '`Burn Toys` (`burn`)', '`Everything`'],
        true,
      ],
    ];

  it.each(cases)('%s', (_what, scopes, resources, reported, forceable) => {
    const { faults } = read(scopes, ...resources);

    expect(faults).toMatchObject([{ message: expect.any(String), forceable }]);
    const message = faults.map(describeFault)[0];
    for (const name of reported) expect(message).toContain(name);
  });

  it('with the names that are known, as scopes and types are usually called', () => {
    expect(read(['fly']).faults).toEqual([
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

  it('and the one that was probably meant, by its id or its label', () => {
    const meant = (scope: string) => read([scope]).faults.map(describeFault)[0];

    expect(meant('look_closly')).toContain('`look_closly`. Did you mean `look_closely`? Expected one of ');
    expect(meant('Look Closly')).toContain('`Look Closly`. Did you mean `Look Closely`? Expected one of ');
  });

  it('and those of the services of the key alone, if it has any', () => {
    const other = { ...toyLaw, service: 'other', tables: { ...toyLaw.tables, permissions: [BURN] } };
    const validFor = (services: string[]) => readPolicy([toyLaw, other], ['fly'], [], services).faults[0]?.valid;

    expect(validFor(['other'])).toEqual(['burn']);
    expect(validFor([])).toEqual(['play', 'look', 'look_closely', 'mend', 'burn', 'burn']);
  });

  it('whatever the tables have', () => {
    const { resourceTypes: _, ...tables } = toyLaw.tables;
    const odd = { ...toyLaw, tables: { ...tables, permissions: [{ ...BURN, onlyOn: ['dream'] }] } };

    expect(readPolicy([odd], [], [{ type: 'Toy', ids: [F] }]).faults).toMatchObject([{ given: 'Toy', valid: [] }]);
    expect(readPolicy([odd, toyLaw], ['burn'], [{ type: 'Toy', ids: [F] }]).faults).toMatchObject([
      {
        message: 'Field `scopes` has `Burn Toys` (`burn`), which is available only with the resource type `dream`.',
      },
    ]);
  });

  it.each([`${F}/*/${V}`, `${F}/${V}/*`, `${F}/*/*`])(
    '`/*` is part of an id but directly behind the object: %s',
    (id) => {
      expect(read([], { type: 'toy', ids: [id] })).toMatchObject({
        policy: { resources: [{ type: 'toy', ids: [id] }] },
        faults: [{ forceable: true }],
      });
    },
  );

  it('all of them are told, in the order of the policy', () => {
    const { faults } = read(['fly', 'burn', 'swim'], { type: 'dream' }, { type: 'Toy', ids: ['x', F, 'y'] });

    expect(faults.map(({ message }) => /`(fly|swim|dream|x|y|burn)`/.exec(message)?.[1])).toEqual([
      'fly',
      'swim',
      'dream',
      'x',
      'y',
      'burn',
    ]);
  });

  it('what is unknown is cut where it is long', () => {
    const { faults } = read(['s'.repeat(9999)], { type: 't'.repeat(9999) }, { type: 'Toy', ids: ['i'.repeat(9999)] });

    expect(faults).toHaveLength(3);
    for (const { message } of faults) expect(message.length).toBeLessThan(500);
  });
});

/** A service whose vendor writes the ids of whole objects as they are. */
const bare = {
  ...toyLaw,
  resourceTypes: new Map([['toy', { ...TOY_ROW, encoding: { type: 'toy', isBare: true as const } }]]),
  tables: { ...toyLaw.tables, resourceTypes: [{ ...TOY_ROW, encoding: { type: 'toy', isBare: true as const } }] },
};

it('an id that the vendor writes as it is keeps its end', () => {
  const id = 'ball/*';

  expect(readPolicy([bare], [], [{ type: 'Toy', ids: [id] }]).policy.resources).toEqual([{ type: 'toy', ids: [id] }]);
});

describe('the vendor writes', () => {
  const cases: [what: string, ruleset: Ruleset | undefined, resource: Resource, written: object[]][] = [
    ['a type whose id is always the same with it', toyLaw, { type: 'lent-toys' }, [{ type: 'lent', id: '*' }]],
    ['a type that names objects, without any, for all', toyLaw, { type: 'toy' }, [{ type: 'toy', id: '*' }]],
    [
      'each object, with all of it',
      toyLaw,
      { type: 'toy', ids: ['ball', 'doll'] },
      [
        { type: 'toy', id: 'ball/*' },
        { type: 'toy', id: 'doll/*' },
      ],
    ],
    ['a part as it is', toyLaw, { type: 'toy-parts', ids: ['ball/skin'] }, [{ type: 'toy', id: 'ball/skin' }]],
    ['an object as it is, if that is its form', bare, { type: 'toy', ids: ['ball'] }, [{ type: 'toy', id: 'ball' }]],
    ['nothing of a type of another service', toyLaw, { type: 'game' }, []],
    ['nothing for no service', undefined, { type: 'toy' }, []],
  ];

  it.each(cases)('%s', (_what, ruleset, resource, written) => {
    expect(encodeResources(ruleset, [resource])).toEqual(written);
  });

  it('an id of its own, if a type has one that is always the same', () => {
    const encoding = { type: 'all', id: 'every' };
    const ruleset = { ...toyLaw, resourceTypes: new Map([['toy', { ...TOY_ROW, names: null, encoding }]]) };

    expect(encodeResources(ruleset, [{ type: 'toy' }])).toEqual([{ type: 'all', id: 'every' }]);
  });
});

describe('what is forced is stored as it was given:', () => {
  const cases: [what: string, given: GivenResource, read: Resource][] = [
    ['ids of the wrong form', { type: 'Toy', ids: ['ball'] }, { type: 'toy', ids: ['ball'] }],
    ['missing ids', { type: 'Toy' }, { type: 'toy' }],
    ['ids that name nothing', { type: 'All Toys', ids: [F] }, { type: 'all-toys', ids: [F] }],
  ];

  it.each(cases)('%s', (_what, given, resource) => {
    expect(resourcesOf(given)).toEqual([resource]);
  });

  it('a scope that is not given with the type', () => {
    expect(read(['burn'], { type: 'All Toys' }).policy).toEqual({
      scopes: ['burn'],
      resources: [{ type: 'all-toys' }],
    });
  });
});

describe('a scope that is given with one type only', () => {
  it.each([
    ['goes with that type', [{ type: 'Everything' }]],
    ['goes with that type among others', [{ type: 'All Toys' }, { type: 'everything' }]],
    ['goes with no resource', []],
  ])('%s', (_what, resources) => {
    expect(read(['burn'], ...resources).faults).toEqual([]);
  });

  it('does not keep others from being of no use with the type', () => {
    expect(read(['look'], { type: 'Lent Toys' }).faults).toEqual([]);
  });
});

it('keys can be made for services with a product', () => {
  expect(keyServices(rulesets, 'service-key')).toEqual(['toys']);
});

it('roles are known once, of every service', () => {
  expect(knownRoles([toyLaw, openLaw, toyLaw])).toEqual(['Player', 'Parent']);
});

describe('an edit', () => {
  const held = (scopes: readonly string[], ...resources: Resource[]): Policy => ({ scopes, resources });
  const edited = (policy: Policy, given: Partial<Parameters<typeof editPolicy>[2]>) =>
    editPolicy(rulesets, policy, { scopes: undefined, resources: undefined, ...given });
  const messagesOf = (...given: Parameters<typeof edited>) => edited(...given).faults.map(({ message }) => message);

  it('changes what it gives, and nothing else', () => {
    const policy = held(['play'], { type: 'toy', ids: [F] });

    expect(edited(policy, { scopes: ['look'] }).policy).toEqual({ ...policy, scopes: ['look'] });
    expect(edited(policy, { resources: [{ type: 'All Toys' }] }).policy).toEqual({
      ...policy,
      resources: [{ type: 'all-toys' }],
    });
  });

  it('has only the faults that the policy did not have before', () => {
    const forced = held(['burn'], { type: 'toy' }, { type: 'all-toys', ids: ['ball'] });
    const known = [{ type: 'toy' }, { type: 'all-toys', ids: ['ball'] }];

    expect(messagesOf(forced, { scopes: ['burn', 'play'], resources: known })).toEqual([]);
    expect(messagesOf(forced, { resources: [{ type: 'toy', ids: ['ball'] }] })).toEqual([
      'Field `resource.ids` has `ball`, but `Toy` needs ids of the form `<toyId>`, with UUIDs.',
    ]);
    expect(messagesOf(held([]), { scopes: ['burn'], resources: known })).toHaveLength(3);
  });

  it('may keep a scope that no table has, and adds none', () => {
    expect(edited(held(['anything']), { scopes: ['anything', 'play'] })).toEqual({
      policy: { scopes: ['anything', 'play'], resources: [] },
      faults: [],
    });
    expect(messagesOf(held(['anything']), { scopes: ['another'] })).toEqual([
      'Field `scopes` has the unknown scope `another`.',
    ]);
  });

  it('may keep a resource of a type that no table has', () => {
    expect(messagesOf(held([], { type: 'gone', ids: [F] }), { scopes: ['play'] })).toEqual([]);
  });

  it('of ids without effect does not excuse ids of a type that names no objects', () => {
    const ignored = { type: 'lent-toys', ids: [], ignoredIds: ['ball'] };

    expect(messagesOf(held([], ignored), { resources: [{ type: 'Lent Toys', ids: ['ball'] }] })).toEqual([
      'Field `resource.ids` is not allowed: `Lent Toys` has no object ids.',
    ]);
  });

  it('that leaves no resource leaves every scope to be chosen', () => {
    expect(messagesOf(held(['play'], { type: 'toy', ids: [F] }), { scopes: ['burn'], resources: [] })).toEqual([]);
  });
});
