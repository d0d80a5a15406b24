import { expect, it } from 'vitest';
import { namesOf } from '../../src/decisions/principal.ts';

it('somebody is called by their id, their name, their client id and their user, as far as they have them', () => {
  const user = { kind: 'user', id: 'u-1', name: 'ada' } as const;

  expect(namesOf(user)).toEqual(['u-1', 'ada']);
  expect(namesOf({ ...user, clientId: 'cli', user: 'ada@acme.test' })).toEqual(['u-1', 'ada', 'cli', 'ada@acme.test']);
  expect(namesOf({ ...user, clientId: 'cli' })).toEqual(['u-1', 'ada', 'cli']);
});
