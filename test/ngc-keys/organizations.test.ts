import { expect, it } from 'vitest';
import { locateEntries } from '../../src/definitions/seed-entries.ts';
import { accountsOf, findUnknownOrganizations } from '../../src/ngc-keys/organizations.ts';

it('an organisation that is not there is a fault of its entry, with those that are', () => {
  const entries = locateEntries('keys', [{ org: 'acme' }, { org: 'acne' }]);

  expect(findUnknownOrganizations(entries, ['acme'])).toEqual([
    {
      place: 'keys[1].org',
      message: '`keys[1]` has the organisation `acne`, which is not in `ngc.organizations`',
      given: 'acne',
      valid: ['acme'],
    },
  ]);
});

it('each organisation of a seed has its account', () => {
  const organizations = [
    { name: 'acme', ncaId: 'nca-1' },
    { name: 'globex', ncaId: 'nca-2' },
  ];

  expect([...accountsOf({ ngc: { organizations } })]).toEqual([
    ['acme', 'nca-1'],
    ['globex', 'nca-2'],
  ]);
  expect([...accountsOf({ ngc: {} }), ...accountsOf({})]).toEqual([]);
});
