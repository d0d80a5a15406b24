import { expect, it } from 'vitest';
import { locateEntries } from '../../../src/contract/seed-entries.ts';
import { accountsOf, findUnknownOrganizations } from '../../../src/services/ngc-keys/accounts.ts';

it('an unknown organisation is a fault of its entry, and lists the valid organisations', () => {
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

it('accountsOf returns the account of each organisation of a seed', () => {
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
