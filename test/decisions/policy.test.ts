import { expect, it } from 'vitest';
import { heldRightsOfRoles, NO_RIGHTS } from '../../src/decisions/policy.ts';

it('somebody holds what their roles bring, everywhere and at once', () => {
  const held = new Set(['play']);
  const everywhere = { resources: null, services: null, pending: [] };

  expect(heldRightsOfRoles(['Player'], held)).toEqual({ roles: ['Player'], held, ...everywhere });
  expect(NO_RIGHTS).toEqual({ roles: [], held: new Set(), ...everywhere });
});
