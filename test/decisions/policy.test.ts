import { expect, it } from 'vitest';
import { serviceOfKey } from '../../src/decisions/decide.ts';
import { belongToKey, heldRightsOfRoles, NO_RIGHTS } from '../../src/decisions/policy.ts';
import { TOY_TABLES } from './toy-law.ts';

it('the rights of roles contain their permissions, without bounds', () => {
  const permissions = new Set(['play']);
  const unbound = { resources: null, services: null, pending: [] };

  expect(heldRightsOfRoles(['Player'], permissions)).toEqual({ roles: ['Player'], permissions, ...unbound });
  expect(NO_RIGHTS).toEqual({ roles: [], permissions: new Set(), ...unbound });
});

it('only the rights of a key name services, even if none', () => {
  expect([null, [], ['toys']].map((services) => belongToKey({ services }))).toEqual([false, true, true]);
});

it('a key is for the service that the tables name for its kind, or for none', () => {
  const keyServices = { 'service-key': 'games', 'personal-key': 'dolls' };
  const ruleset = { service: 'toys', tables: { ...TOY_TABLES, keyServices } };

  expect(serviceOfKey(ruleset, 'service-key')).toBe('games');
  expect(serviceOfKey(ruleset, 'personal-key')).toBe('dolls');
  expect(serviceOfKey(ruleset, 'user-token')).toBeNull();
});
