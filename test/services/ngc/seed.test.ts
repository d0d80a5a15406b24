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
const withService = (fields: object) => seedWithKeys({ ...service, ...fields });
const withPersonal = (fields: object) => seedWithKeys({ ...personal, ...fields });
const otherPersonal = castKey('nvcf-user');

it('the roles of every version of a service are known', () => {
  expect(findFaults(seedWithKeys({ ...personal, roles: ['air_instructor', 'air-instructor'] }))).toEqual([]);
});

it('a seed without keys has no faults', () => {
  expect(findFaults(seedWith({ keys: undefined }))).toEqual([]);
});

describe('a fault names the field or the key:', () => {
  const [acme, globex] = ngcCast.organizations;
  const withOrganizations = (...organizations: unknown[]) => seedWith({ organizations });
  const onlyOf = (field: string, type: string, alternative: string) =>
    new RegExp(`^\`ngc\\.keys\\[0\\]\\.${field}\` is not allowed: only ${type} keys have it; .*${alternative}$`);

  it.each<[title: string, seedWith: unknown, message: RegExp]>([
    ['an unknown first organisation', seedWith({ org: 'initech' }), /`initech`/],
    ['an unknown organisation of a key', withService({ org: 'initech' }), /`initech`/],
    ['organisations of the same name', withOrganizations(acme, globex, { ...acme, ncaId: 'x' }), /`name` `acme`/],
    ['organisations of the same account', withOrganizations(acme, { ...globex, ncaId: acme?.ncaId }), /`ncaId`/],
    ['two keys with the same id', seedWithKeys(service, { ...personal, id: service.id }), /`id`/],
    [
      'two keys with the same name',
      seedWithKeys(service, { ...personal, name: service.name }),
      /`acme\/nvcf-deployer`/,
    ],
    ['two keys with the same value', seedWithKeys(service, { ...personal, key: service.key }), /`key`/],
    ['a key of no mock', withService({ key: `nvapi-${'a'.repeat(64)}` }), /`nvcf-deployer`.*POST \/_mock\/keys/],
    [
      'a personal key with an owner',
      withPersonal({ owner: 'a' }),
      /`owner` is only for keys of the self-hosted key service/,
    ],
    ['a key of Air with an owner', seedWithKeys({ ...castKey('air-reader'), owner: 'a' }), /`owner`.*`nvcf`, `nvct`/],
    ['a malformed key', withService({ key: 'secret' }), /`nvcf-deployer`/],
    ['a personal key without a user', withPersonal({ user: undefined }), /`owner`.*`user`/],
    [
      'roles of a service key',
      withService({ roles: ['ORG_OWNER'] }),
      onlyOf('roles', 'personal', '`scopes` and `resource`'),
    ],
    ['a user of a service key', withService({ user: 'a@acme.test' }), onlyOf('user', 'personal', '')],
    [
      'scopes of a personal key',
      withPersonal({ scopes: ['list_functions'] }),
      onlyOf('scopes', 'service', '`roles` of its `user`'),
    ],
    [
      'a resource of a personal key',
      withPersonal({ resource: { type: 'All Functions' } }),
      onlyOf('resource', 'service', ''),
    ],
    ['an unknown scope', withService({ scopes: ['fly'] }), /`nvcf-deployer`.*`fly`/],
    ['an unknown resource type', withService({ resource: { type: 'Galaxy' } }), /`nvcf-deployer`.*`Galaxy`/],
    ['an invalid expiry', withService({ expiresAt: '2027-01-01T99:99:99Z' }), /`nvcf-deployer`.*`expiresAt`/],
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
