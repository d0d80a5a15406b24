import { expect, it } from 'vitest';
import { describe, list, object, text } from '../../src/definitions/json-schema.ts';

it('an object has the members that are named, and needs those that are not optional', () => {
  const users = list(text);

  expect(object({ name: text, users }, ['users'])).toEqual({
    type: 'object',
    properties: { name: { type: 'string', minLength: 1 }, users: { type: 'array', items: text } },
    required: ['name'],
    additionalProperties: false,
  });
});

it('a sentence stands beside what it is about', () => {
  expect(describe(text, 'A name.')).toEqual({ ...text, description: 'A name.' });
});
