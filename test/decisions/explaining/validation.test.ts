import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { describeRequestError, findValueError, type Violation } from '../../../src/decisions/explaining/validation.ts';

const ajv = new Ajv({ verbose: true, strict: false, logger: false });

/** The error of a body, by the schema of its members. */
function findFault(properties: object, body: unknown, more: object = {}) {
  const requestBody = { type: 'object', properties, ...more };
  const validate = ajv.compile({ properties: { requestBody } });
  validate({ requestBody: body });
  const [first, ...others]: Violation[] = validate.errors ?? [];
  if (first === undefined) throw new Error('the body fits');
  return findValueError([first, ...others]);
}
const describeFault = (...parts: Parameters<typeof findFault>) => describeRequestError(findFault(...parts));

describe('invalid values', () => {
  const cases: [schema: object, value: unknown, sentence: string][] = [
    [{ type: 'string' }, 7, 'expected a string, got a number'],
    [{ type: 'integer' }, [1, 2], 'expected an integer, got an array of 2'],
    [{ type: 'string', minLength: 2, maxLength: 4 }, 'a', 'a string of 2 to 4 characters, got a string of 1 character'],
    [{ type: 'string', maxLength: 1 }, 'ab', 'a string of at most 1 characters, got a string of 2 characters'],
    [{ type: 'string', minLength: 1 }, '', 'a string of at least 1 character, got a string of 0 characters'],
    [{ type: 'string', pattern: '^a' }, 'b', 'a string that matches `^a`'],
    [{ pattern: '^a' }, 'b', 'expected a value that matches `^a`'],
    [{ type: 'string', format: 'uuid' }, 7, 'a string in the form `uuid`, got a number'],
    [{ type: 'integer', minimum: 1, maximum: 9 }, 0, 'an integer from 1 to 9, got `0`'],
    [{ type: 'integer', minimum: 1 }, 0, 'an integer of at least 1, got `0`'],
    [{ type: 'integer', maximum: 1 }, 2, 'an integer of at most 1, got `2`'],
    [{ type: 'array', minItems: 1 }, [], 'an array of at least 1 entry, got an array of 0'],
    [{ type: 'array', minItems: 2 }, [], 'an array of at least 2 entries, got an array of 0'],
    [{ type: 'array', minItems: 1, maxItems: 2 }, [], 'an array of 1 to 2 entries'],
    [{ type: 'array', maxItems: 0 }, [1], 'an array of at most 0 entries'],
    [{ enum: ['a', 'b', null] }, 'c', 'null or one of `a`, `b`, got a string of 1 character'],
    [
      { anyOf: [{ type: 'string' }, { type: 'integer', maximum: 9 }] },
      null,
      'a string or an integer of at most 9, got null',
    ],
    [
      { oneOf: [{ type: 'string' }, { type: 'array' }, { type: 'object', required: ['id'] }] },
      7,
      'a string, an array or an object with `id`, got a number',
    ],
    [{ anyOf: [{ type: 'string' }] }, 7, 'expected a string, got a number'],
    [
      {
        anyOf: [
          { type: 'string', 'x-example': 'acme' },
          { type: 'array', 'x-example': [] },
          { type: 'object', required: ['id', 'org'] },
        ],
      },
      7,
      'a string such as `acme`, an array or an object with `id`, `org`, got a number',
    ],
  ];

  it.each(cases)('are described by the expected and the actual type: %j, %j', (schema, value, sentence) => {
    expect(describeFault({ a: schema }, { a: value })).toMatch(/^Field `a` is not valid; expected /);
    expect(describeFault({ a: schema }, { a: value })).toContain(sentence);
  });

  it.each<[schema: object, value: unknown, sentence: string]>([
    [{ not: { required: ['b', 'c'] } }, { b: 1, c: 2 }, 'expected another combination of fields, got `b`, `c`'],
    [{ not: { required: [] } }, {}, 'expected another combination of fields, got none'],
    [{ type: 'string', not: { enum: ['b'] } }, 'b', 'expected another value, got a string of 1 character'],
    [{ type: 'object', minProperties: 1 }, {}, 'expected an object that must not have fewer than 1 properties, got'],
    [{ type: 'array', uniqueItems: true }, [1, 1], 'expected an array that must not have duplicate items'],
    [{ type: 'integer', multipleOf: 5 }, 7, 'expected an integer that must be multiple of 5, got `7`'],
    [{ type: 'number', exclusiveMinimum: 0 }, 0, 'expected a number that must be > 0, got `0`'],
    [{ const: 'b' }, 'c', 'expected a value that must be equal to constant, got a string of 1 character'],
    [
      { oneOf: [{ type: 'string' }, { type: 'string', maxLength: 9 }] },
      'b',
      'expected a value that must match exactly one schema in oneOf, got a string of 1 character',
    ],
    [
      { type: 'object', dependencies: { b: ['c'] } },
      { b: 1 },
      'expected an object that must have property c when property b is present, got an object',
    ],
  ])('are not described by their type if that is correct: %j, %j', (schema, value, sentence) => {
    expect(describeFault({ a: schema }, { a: value })).toContain(sentence);
  });

  it('are described without the values of fields that cannot be combined', () => {
    const names = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`f${at}`, 'secret']));
    const sentence = describeFault({ a: { not: { required: ['f0'] } } }, { a: names });

    expect(sentence).toContain('`f0`, `f1`');
    expect(sentence).toContain('and 12 more');
    expect(sentence).not.toContain('secret');
  });

  it('of an unclear choice are described by the first error', () => {
    expect(describeFault({ a: { anyOf: [{ type: 'string' }, { enum: ['b'] }] } }, { a: 7 })).toBe(
      'Field `a` is not valid; expected a string, got a number.',
    );
  });

  it('of a choice of the whole body are described by the first error', () => {
    const either = { anyOf: [{ required: ['a'] }, { type: 'array' }].map((schema) => ({ type: 'object', ...schema })) };

    expect(describeFault({}, {}, either)).toBe('Field `a` is missing; expected a value.');
  });

  it('inside a choice are described instead of the choice', () => {
    const either = { anyOf: [{ type: 'object', properties: { b: { type: 'integer' } } }, { type: 'string' }] };

    expect(describeFault({ a: either }, { a: { b: 'c' } })).toBe(
      'Field `a.b` is not valid; expected an integer, got a string of 1 character.',
    );
  });

  it('of an enum are kept with the valid values for suggestions', () => {
    const mode = { enum: ['off', 'fixed', null, 7] };

    expect(findFault({ mode }, { mode: 'fixd' })).toMatchObject({ given: 'fixd', valid: ['off', 'fixed'] });
    for (const fault of [findFault({ mode }, { mode: 8 }), findFault({ mode: { enum: [7] } }, { mode: 'fixd' })]) {
      expect(fault).not.toHaveProperty('given');
      expect(fault).not.toHaveProperty('valid');
    }
    expect(findFault({ mode: { type: 'integer' } }, { mode: 'fixd' })).not.toHaveProperty('given');
  });
});

it('an invalid enum value is described with a suggestion', () => {
  const fault = findFault({ mode: { enum: ['off', 'fixed'] } }, { mode: 'fixd' });

  expect(describeRequestError(fault, 'fixed')).toBe(
    'Field `mode` is not valid; expected one of `fixed`, `off`, got a string of 4 characters. Did you mean `fixed`?',
  );
});

describe('a member', () => {
  it('that is missing is described with another spelling that was sent', () => {
    const needed = { required: ['grantType'] };

    expect(findFault({}, {}, needed)).toMatchObject({ got: 'nothing' });
    expect(describeFault({ grantType: { type: 'string' } }, {}, needed)).toBe(
      'Field `grantType` is missing; expected a string.',
    );
    expect(describeFault({ grantType: { type: 'string' } }, { grant_type: 'a' }, needed)).toBe(
      'Field `grantType` is missing; expected a string; `grant_type` was sent, but is not a known field.',
    );
  });

  it('that is unknown is described with the known members and its other places', () => {
    const properties = { user: { properties: { role: {} } }, keys: { items: { properties: { Role: {} } } } };
    const fault = findFault(properties, { role: 1 }, { additionalProperties: false });

    expect(fault).toMatchObject({ kind: 'unknown', given: 'role', valid: ['user', 'keys'] });
    expect(fault.nestedPaths).toEqual([
      ['user', 'role'],
      ['keys[]', 'Role'],
    ]);
    expect(describeRequestError(fault)).toBe(
      'Field `role` is not known here; it belongs at `user.role` or `keys[].Role`. There are `user`, `keys`.',
    );
    const misspelt = findFault(properties, { usr: 1 }, { additionalProperties: false });
    expect(describeRequestError(misspelt, 'user')).toBe(
      'Field `usr` is not known here; did you mean `user`? There are `user`, `keys`.',
    );
    expect(describeRequestError(misspelt)).toBe('Field `usr` is not known here; there are `user`, `keys`.');
    expect(findFault(properties, { ['x'.repeat(200)]: 1 }, { additionalProperties: false })).toMatchObject({
      given: `${'x'.repeat(100)}…`,
      nestedPaths: [],
    });
  });

  it('that is unknown is described with at most two nested places', () => {
    const level = (members: object) => ({ properties: members });
    const deep = { a: level({ b: level({ id: {} }), c: level({ id: {} }), d: level({ id: {} }) }) };

    expect(describeFault(deep, { id: 1 }, { additionalProperties: false })).toBe(
      'Field `id` is not known here; it belongs at `a.b.id` or `a.c.id`. There is only `a`.',
    );
  });

  it('that is unknown is described with the known members if no other place was searched', () => {
    const fault = { kind: 'unknown', path: ['query', 'limt'], expected: '`limit`', got: '' } as const;

    expect(describeRequestError(fault)).toBe('Query parameter `limt` is not known here; there is only `limit`.');
  });

  it('that is unknown is described if there is one known member, or none', () => {
    const closed = { additionalProperties: false };

    expect(describeFault({ a: {} }, { b: 1 }, closed)).toBe('Field `b` is not known here; there is only `a`.');
    expect(describeFault({}, { b: 1 }, closed)).toBe('Field `b` is not known here; there are none.');
  });

  it('that is unknown is described without credentials and line breaks in its name', () => {
    const sentence = describeFault({}, { ['nvapi-0123456789\nand\ud800']: 1 }, { additionalProperties: false });

    expect(sentence).toBe('Field `nvapi-...?and?` is not known here; there are none.');
  });

  it('of a list is described with its index', () => {
    expect(describeFault({ a: { items: { type: 'string' } } }, { a: ['b', 7] })).toContain('Field `a.1` is not valid');
  });
});

it('a missing or invalid body is described as a whole', () => {
  const missing = { keyword: 'required', instancePath: '', params: { missingProperty: 'requestBody' } };

  expect(describeRequestError(findValueError([missing]))).toBe('The request has no body; expected a JSON object.');
  expect(describeFault({}, 7)).toBe('The body is not valid; expected an object, got a number.');
});

it('an error in a seed is described in the terms of files', () => {
  const violation = { keyword: 'type', instancePath: '/users', params: {}, parentSchema: { type: 'array' }, data: {} };

  expect(findValueError([violation], { array: 'a list' })).toMatchObject({ expected: 'a list', got: 'an object' });
  const short = { ...violation, keyword: 'minItems', parentSchema: { type: 'array', minItems: 1 }, data: [] };
  expect(findValueError([short], { array: 'a list' })).toMatchObject({ expected: 'a list' });
});
