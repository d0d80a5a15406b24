import { expect, it } from 'vitest';
import { heldRightsOfRoles, NO_RIGHTS } from '../../src/decisions/policy.ts';

it('the rights of roles contain their permissions, without bounds', () => {
  const held = new Set(['play']);
  const unbound = { resources: null, services: null, pending: [] };

  expect(heldRightsOfRoles(['Player'], held)).toEqual({ roles: ['Player'], held, ...unbound });
  expect(NO_RIGHTS).toEqual({ roles: [], held: new Set(), ...unbound });
});
