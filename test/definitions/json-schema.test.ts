import { expect, it } from 'vitest';
import {
  bodySchema,
  describe,
  listSchema,
  NON_EMPTY,
  nullable,
  objectSchema,
  TEXT,
} from '../../src/definitions/json-schema.ts';

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

it('a nullable schema allows its type and null', () => {
  expect(nullable(NON_EMPTY)).toEqual({ ...NON_EMPTY, type: ['string', 'null'] });
});

it('the schema of a stored body requires all members that its type requires', () => {
  expect(bodySchema<{ name: string; note?: string }>({ name: TEXT, note: TEXT }, ['note'])).toMatchObject({
    required: ['name'],
    additionalProperties: false,
  });
  expect(bodySchema<{ name: string }>({ name: TEXT })).toMatchObject({ required: ['name'] });
});
