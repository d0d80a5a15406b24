import { expect, it } from 'vitest';
import { describe, listSchema, NON_EMPTY, objectSchema } from '../../src/definitions/json-schema.ts';

it('an object schema has its members and requires those that are not optional', () => {
  const users = listSchema(NON_EMPTY);

  expect(objectSchema({ name: NON_EMPTY, users }, ['users'])).toEqual({
    type: 'object',
    properties: { name: { type: 'string', minLength: 1 }, users: { type: 'array', items: NON_EMPTY } },
    required: ['name'],
    additionalProperties: false,
  });
});

it('a description is added to a schema', () => {
  expect(describe(NON_EMPTY, 'A name.')).toEqual({ ...NON_EMPTY, description: 'A name.' });
});
