import { expect, it } from 'vitest';
import { namesOf } from '../../src/decisions/principal.ts';

it('the names of a principal are its id, its name, its client id and its user, as far as they exist', () => {
  const user = { kind: 'user', id: 'u-1', name: 'ada' } as const;

  expect(namesOf(user)).toEqual(['u-1', 'ada']);
  expect(namesOf({ ...user, clientId: 'cli', user: 'ada@acme.test' })).toEqual(['u-1', 'ada', 'cli', 'ada@acme.test']);
  expect(namesOf({ ...user, clientId: 'cli' })).toEqual(['u-1', 'ada', 'cli']);
});
