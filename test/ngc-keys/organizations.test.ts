import { expect, it } from 'vitest';
import { placeEntries } from '../../src/core/seed-fault.ts';
import { findUnknownOrganizations } from '../../src/ngc-keys/organizations.ts';

it('an organisation that is not there is a fault of its entry, with those that are', () => {
  const entries = placeEntries('keys', [{ org: 'acme' }, { org: 'acne' }]);

  expect(findUnknownOrganizations(entries, ['acme'])).toEqual([
    {
      place: 'keys[1].org',
      message: '`keys[1]` names the organisation `acne`, which is not in `ngc.organizations`',
      given: 'acne',
      valid: ['acme'],
    },
  ]);
});
