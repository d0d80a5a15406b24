import { describe, expect, it } from 'vitest';
import { createDerivation } from '../../../src/credentials/derivation.ts';
import { serviceOfKey } from '../../../src/decisions/decide.ts';
import { createSeededRandom } from '../../../src/platform/random.ts';
import { createNgcSeeding } from '../../../src/services/ngc/seed.ts';
import { castKey, ngcCast } from '../../support/ngc-cast.ts';
import { recordsIn } from '../../support/nouns.ts';
import { NOON } from '../../support/records.ts';
import { SERVICES } from '../../support/services.ts';

const seeding = createNgcSeeding(() =>
  SERVICES.flatMap(({ rules }) => rules.rulesets).filter((ruleset) => serviceOfKey(ruleset, 'personal-key') !== null),
);
const faults = (part: unknown) => seeding.findErrors(part, {}).map(({ message }) => message);
const completed = (part: unknown) => seeding.complete?.(part, createDerivation('default'));
const records = async (part: unknown) =>
  recordsIn((await seeding.createRows(completed(part), NOON, createSeededRandom('seed'), {})).rows);

const [service, personal] = [castKey('nvcf-deployer'), castKey('owner')];
const part = (given: Record<string, unknown>) => ({ ...ngcCast, ...given });
const keys = (...given: object[]) => part({ keys: given });
const other = castKey('nvcf-user');

it('the built-in cast has no faults', () => {
  expect(faults(ngcCast)).toEqual([]);
});

it('roles of every version of a service are known', () => {
  expect(faults(keys({ ...personal, roles: ['air_instructor', 'air-instructor'] }))).toEqual([]);
});

it('a seed without keys has no faults', () => {
  expect(faults(part({ keys: undefined }))).toEqual([]);
});

describe('a fault is told by name:', () => {
  const [acme, globex] = ngcCast.organizations;

  it.each<[what: string, part: unknown, said: RegExp]>([
    ['an unknown first organisation', part({ org: 'initech' }), /`initech`/],
    ['an organisation of a key that is not there', keys({ ...service, org: 'initech' }), /`initech`/],
    [
      'two organisations of one name',
      part({ organizations: [acme, globex, { ...acme, ncaId: 'x' }] }),
      /`name` `acme`/,
    ],
    ['two organisations of one account', part({ organizations: [acme, { ...globex, ncaId: acme?.ncaId }] }), /`ncaId`/],
    ['two keys of one id', keys(service, { ...personal, id: service.id }), /`id`/],
    ['two keys of one name', keys(service, { ...personal, name: service.name }), /`acme\/nvcf-deployer`/],
    ['two keys of one text', keys(service, { ...personal, key: service.key }), /`key`/],
    [
      'a key that no mock minted',
      keys({ ...service, key: `nvapi-${'a'.repeat(64)}` }),
      /`nvcf-deployer`.*POST \/_mock\/keys/,
    ],
    [
      'a personal key with an owner',
      keys({ ...personal, owner: 'a' }),
      /`ngc\.keys\[0\]\.owner`|`owner` is only for keys of the self-hosted key service/,
    ],
    ['a key of Air with an owner', keys({ ...castKey('air-reader'), owner: 'a' }), /`owner`.*`nvcf`, `nvct`/],
    ['a key that is none', keys({ ...service, key: 'secret' }), /`nvcf-deployer`/],
    ['a personal key of nobody', keys({ ...personal, user: undefined }), /`owner`.*`user`/],
    [
      'a service key with roles',
      keys({ ...service, roles: ['ORG_OWNER'] }),
      /^`ngc\.keys\[0\]\.roles` is not allowed: only personal keys have it; .*`scopes` and `resource`$/,
    ],
    ['a service key with a user', keys({ ...service, user: 'a@acme.test' }), /^`ngc\.keys\[0\]\.user` is not allowed/],
    [
      'a personal key with scopes',
      keys({ ...personal, scopes: ['list_functions'] }),
      /^`ngc\.keys\[0\]\.scopes` is not allowed: only service keys have it; .*`roles` of its `user`$/,
    ],
    [
      'a personal key with a resource',
      keys({ ...personal, resource: { type: 'All Functions' } }),
      /^`ngc\.keys\[0\]\.resource` is not allowed/,
    ],
    ['an unknown scope', keys({ ...service, scopes: ['fly'] }), /`nvcf-deployer`.*`fly`/],
    ['an unknown resource type', keys({ ...service, resource: { type: 'Galaxy' } }), /`nvcf-deployer`.*`Galaxy`/],
    [
      'an expiry that is no time',
      keys({ ...service, expiresAt: '2027-01-01T99:99:99Z' }),
      /`nvcf-deployer`.*`expiresAt`/,
    ],
    [
      'two roles lists of one user',
      keys({ ...personal, roles: ['ORG_OWNER'] }, { ...other, user: personal.user, roles: ['Cloud Functions User'] }),
      /`owner@acme\.test`.*`roles`|`roles`.*`owner@acme\.test`/,
    ],
  ])('%s', (_what, given, said) => {
    const found = faults(given);

    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(said);
    expect(found.join()).not.toContain('nvapi-');
  });

  it('what the documents rule out is none, as the console stores it', () => {
    expect(faults(keys({ ...service, scopes: ['manage_telemetries'] }))).toEqual([]);
    expect(faults(keys({ ...service, resource: { type: 'Function' } }))).toEqual([]);
  });
});

describe('the records of a seed', () => {
  it('hold no secret, and the first policy of each service key', async () => {
    const { ngcKeys } = await records(ngcCast);
    const { rows } = await seeding.createRows(completed(ngcCast), NOON, createSeededRandom('seed'), {});
    const policies = new Set(
      rows.filter(({ collection }) => collection === 'ngc.policies').map(({ parent }) => parent),
    );

    expect(JSON.stringify(rows)).not.toContain('nvapi-');
    for (const { id, type, user } of ngcKeys) {
      expect(policies.has(id)).toBe(type === 'service');
      expect(user === null).toBe(type === 'service');
    }
  });

  it('give a key without id the same id each time', async () => {
    const { id: _, ...rest } = service;
    const [one] = (await records(keys(rest))).ngcKeys ?? [];
    const [two] = (await records(keys(rest))).ngcKeys ?? [];

    expect(one?.id).toMatch(/^[A-Za-z0-9-]+$/);
    expect(two?.id).toBe(one?.id);
  });

  it('hold the roles of a user wherever they stand, on the first key or on the second', async () => {
    const { roles, ...bare } = personal;
    for (const order of [
      [personal, { ...other, user: personal.user, roles: undefined }],
      [bare, { ...other, user: personal.user, roles }],
    ]) {
      const { ngcUsers = [] } = await records(keys(...order));
      expect(ngcUsers.find(({ email }) => email === personal.user)?.roles).toEqual(roles);
    }
  });
});
