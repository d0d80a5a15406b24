import { expect, it } from 'vitest';
import { describe, listSchema, NON_EMPTY, objectSchema } from '../../src/definitions/json-schema.ts';

it('an object has the members that are named, and needs those that are not optional', () => {
  const users = listSchema(NON_EMPTY);

  expect(objectSchema({ name: NON_EMPTY, users }, ['users'])).toEqual({
    type: 'object',
    properties: { name: { type: 'string', minLength: 1 }, users: { type: 'array', items: NON_EMPTY } },
    required: ['name'],
    additionalProperties: false,
  });
});

it('a sentence stands beside what it is about', () => {
  expect(describe(NON_EMPTY, 'A name.')).toEqual({ ...NON_EMPTY, description: 'A name.' });
});
