import { describe, expect, it } from 'vitest';
import { serviceOfKey } from '../../../src/decisions/decide.ts';
import { createSeededRandom } from '../../../src/lib/random.ts';
import { createNgcSeeding } from '../../../src/services/ngc/seed.ts';
import { createDerivation } from '../../../src/tokens/derivation.ts';
import { castKey, ngcCast } from '../../support/ngc-cast.ts';
import { recordsIn } from '../../support/nouns.ts';
import { NOON } from '../../support/records.ts';
import { SERVICES } from '../../support/services.ts';

const seeding = createNgcSeeding(() =>
  SERVICES.flatMap(({ rules }) => rules.rulesets).filter((ruleset) => serviceOfKey(ruleset, 'personal-key') !== null),
);
const findFaults = (part: unknown) => seeding.findErrors(part, {}).map(({ message }) => message);
const completeSeed = (part: unknown) => seeding.complete?.(part, createDerivation('default'));
const createRecords = async (part: unknown) =>
  recordsIn((await seeding.createRows(completeSeed(part), NOON, createSeededRandom('seed'), {})).rows);

const [service, personal] = [castKey('nvcf-deployer'), castKey('owner')];
const seedWith = (overrides: Record<string, unknown>) => ({ ...ngcCast, ...overrides });
const seedWithKeys = (...keys: object[]) => seedWith({ keys });
const otherPersonal = castKey('nvcf-user');

it('the built-in cast has no faults', () => {
  expect(findFaults(ngcCast)).toEqual([]);
});

it('the roles of every version of a service are known', () => {
  expect(findFaults(seedWithKeys({ ...personal, roles: ['air_instructor', 'air-instructor'] }))).toEqual([]);
});

it('a seed without keys has no faults', () => {
  expect(findFaults(seedWith({ keys: undefined }))).toEqual([]);
});

describe('a fault names the field or the key:', () => {
  const [acme, globex] = ngcCast.organizations;

  it.each<[title: string, seedWith: unknown, message: RegExp]>([
    ['an unknown first organisation', seedWith({ org: 'initech' }), /`initech`/],
    ['an unknown organisation of a key', seedWithKeys({ ...service, org: 'initech' }), /`initech`/],
    [
      'two organisations with the same name',
      seedWith({ organizations: [acme, globex, { ...acme, ncaId: 'x' }] }),
      /`name` `acme`/,
    ],
    [
      'two organisations with the same account',
      seedWith({ organizations: [acme, { ...globex, ncaId: acme?.ncaId }] }),
      /`ncaId`/,
    ],
    ['two keys with the same id', seedWithKeys(service, { ...personal, id: service.id }), /`id`/],
    [
      'two keys with the same name',
      seedWithKeys(service, { ...personal, name: service.name }),
      /`acme\/nvcf-deployer`/,
    ],
    ['two keys with the same value', seedWithKeys(service, { ...personal, key: service.key }), /`key`/],
    [
      'a key that no mock issued',
      seedWithKeys({ ...service, key: `nvapi-${'a'.repeat(64)}` }),
      /`nvcf-deployer`.*POST \/_mock\/keys/,
    ],
    [
      'a personal key with an owner',
      seedWithKeys({ ...personal, owner: 'a' }),
      /`ngc\.keys\[0\]\.owner`|`owner` is only for keys of the self-hosted key service/,
    ],
    ['a key of Air with an owner', seedWithKeys({ ...castKey('air-reader'), owner: 'a' }), /`owner`.*`nvcf`, `nvct`/],
    ['a malformed key', seedWithKeys({ ...service, key: 'secret' }), /`nvcf-deployer`/],
    ['a personal key without a user', seedWithKeys({ ...personal, user: undefined }), /`owner`.*`user`/],
    [
      'a service key with roles',
      seedWithKeys({ ...service, roles: ['ORG_OWNER'] }),
      /^`ngc\.keys\[0\]\.roles` is not allowed: only personal keys have it; .*`scopes` and `resource`$/,
    ],
    [
      'a service key with a user',
      seedWithKeys({ ...service, user: 'a@acme.test' }),
      /^`ngc\.keys\[0\]\.user` is not allowed/,
    ],
    [
      'a personal key with scopes',
      seedWithKeys({ ...personal, scopes: ['list_functions'] }),
      /^`ngc\.keys\[0\]\.scopes` is not allowed: only service keys have it; .*`roles` of its `user`$/,
    ],
    [
      'a personal key with a resource',
      seedWithKeys({ ...personal, resource: { type: 'All Functions' } }),
      /^`ngc\.keys\[0\]\.resource` is not allowed/,
    ],
    ['an unknown scope', seedWithKeys({ ...service, scopes: ['fly'] }), /`nvcf-deployer`.*`fly`/],
    [
      'an unknown resource type',
      seedWithKeys({ ...service, resource: { type: 'Galaxy' } }),
      /`nvcf-deployer`.*`Galaxy`/,
    ],
    [
      'an expiry that is not a valid time',
      seedWithKeys({ ...service, expiresAt: '2027-01-01T99:99:99Z' }),
      /`nvcf-deployer`.*`expiresAt`/,
    ],
    [
      'different roles for the same user',
      seedWithKeys(
        { ...personal, roles: ['ORG_OWNER'] },
        { ...otherPersonal, user: personal.user, roles: ['Cloud Functions User'] },
      ),
      /`owner@acme\.test`.*`roles`|`roles`.*`owner@acme\.test`/,
    ],
  ])('%s', (_what, seed, message) => {
    const faults = findFaults(seed);

    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(message);
    expect(faults.join()).not.toContain('nvapi-');
  });

  it('a combination that the documents exclude is not a fault, because the console of NGC stores it', () => {
    expect(findFaults(seedWithKeys({ ...service, scopes: ['manage_telemetries'] }))).toEqual([]);
    expect(findFaults(seedWithKeys({ ...service, resource: { type: 'Function' } }))).toEqual([]);
  });
});

describe('the records of a seed', () => {
  it('contain no secret, and the first policy of each service key', async () => {
    const { ngcKeys } = await createRecords(ngcCast);
    const { rows } = await seeding.createRows(completeSeed(ngcCast), NOON, createSeededRandom('seed'), {});
    const policies = new Set(
      rows.filter(({ collection }) => collection === 'ngc.policies').map(({ parent }) => parent),
    );

    expect(JSON.stringify(rows)).not.toContain('nvapi-');
    for (const { id, type, user } of ngcKeys) {
      expect(policies.has(id)).toBe(type === 'service');
      expect(user === null).toBe(type === 'service');
    }
  });

  it('have the same generated id each time', async () => {
    const { id: _, ...rest } = service;
    const [first] = (await createRecords(seedWithKeys(rest))).ngcKeys ?? [];
    const [second] = (await createRecords(seedWithKeys(rest))).ngcKeys ?? [];

    expect(first?.id).toMatch(/^[A-Za-z0-9-]+$/);
    expect(second?.id).toBe(first?.id);
  });

  it('have the roles of a user from whichever key has them', async () => {
    const { roles, ...bare } = personal;
    for (const order of [
      [personal, { ...otherPersonal, user: personal.user, roles: undefined }],
      [bare, { ...otherPersonal, user: personal.user, roles }],
    ]) {
      const { ngcUsers = [] } = await createRecords(seedWithKeys(...order));
      expect(ngcUsers.find(({ email }) => email === personal.user)?.roles).toEqual(roles);
    }
  });
});
