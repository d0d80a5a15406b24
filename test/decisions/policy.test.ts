import { expect, it } from 'vitest';
import { heldRightsOfRoles, NO_STANDING } from '../../src/decisions/policy.ts';

it('somebody holds what their roles bring, everywhere and at once', () => {
  const held = new Set(['play']);
  const everywhere = { resources: null, services: null, pending: [] };

  expect(heldRightsOfRoles(['Player'], held)).toEqual({ roles: ['Player'], held, ...everywhere });
  expect(NO_STANDING).toEqual({ roles: [], held: new Set(), ...everywhere });
});
