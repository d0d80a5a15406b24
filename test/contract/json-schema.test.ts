import { expect, it } from 'vitest';
import { list, object, optional, text } from '../../src/contract/json-schema.ts';

it('an object has its members, and requires those that are not optional', () => {
  const users = list(text('A name.'), 'Names.');

  expect(object({ name: text(), users: optional(users) }, 'A group.')).toEqual({
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1 },
      users: { type: 'array', items: { type: 'string', minLength: 1, description: 'A name.' }, description: 'Names.' },
    },
    required: ['name'],
    additionalProperties: false,
    description: 'A group.',
  });
});
