import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { describeRequestFault, type Violation, valueFaultOf } from '../../../src/core/explaining/validation.ts';

const ajv = new Ajv({ verbose: true, strict: false });

/** What is wrong with a body, by the schema of its members. */
function faultOf(properties: object, body: unknown, more: object = {}) {
  const requestBody = { type: 'object', properties, ...more };
  const validate = ajv.compile({ properties: { requestBody } });
  validate({ requestBody: body });
  const [first, ...others]: Violation[] = validate.errors ?? [];
  if (first === undefined) throw new Error('the body fits');
  return valueFaultOf([first, ...others]);
}
const sentenceOf = (...given: Parameters<typeof faultOf>) => describeRequestFault(faultOf(...given));

describe('a value that is not what was asked for is told what was, and by its kind what it is', () => {
  const cases: [schema: object, value: unknown, sentence: string][] = [
    [{ type: 'string' }, 7, 'expected a string, got a number'],
    [{ type: 'integer' }, [1, 2], 'expected an integer, got an array of 2'],
    [{ type: 'string', minLength: 2, maxLength: 4 }, 'a', 'a string of 2 to 4 characters, got a string of 1 character'],
    [{ type: 'string', maxLength: 1 }, 'ab', 'a string of at most 1 characters, got a string of 2 characters'],
    [{ type: 'string', minLength: 1 }, '', 'a string of at least 1 character, got a string of 0 characters'],
    [{ type: 'string', pattern: '^a' }, 'b', 'a string that matches `^a`'],
    [{ type: 'integer', minimum: 1, maximum: 9 }, 0, 'an integer from 1 to 9, got `0`'],
    [{ type: 'integer', minimum: 1 }, 0, 'an integer of at least 1, got `0`'],
    [{ type: 'integer', maximum: 1 }, 2, 'an integer of at most 1, got `2`'],
    [{ type: 'array', minItems: 1 }, [], 'an array of at least 1 entry, got an array of 0'],
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
  ];

  it.each(cases)('%j, %j', (schema, value, sentence) => {
    expect(sentenceOf({ a: schema }, { a: value })).toMatch(/^Field `a` is not valid; expected /);
    expect(sentenceOf({ a: schema }, { a: value })).toContain(sentence);
  });

  it('a choice that says too little is told by its first fault', () => {
    expect(sentenceOf({ a: { anyOf: [{ type: 'string' }, {}], type: 'string' } }, { a: 7 })).toContain('a string');
  });
});

it('a value that is nearly one of an enumeration is told which', () => {
  const fault = faultOf({ mode: { enum: ['off', 'fixed'] } }, { mode: 'fixd' });

  expect(describeRequestFault(fault, 'fixed')).toBe(
    'Field `mode` is not valid; expected one of `off`, `fixed`, got a string of 4 characters. Did you mean `fixed`?',
  );
});

describe('a member', () => {
  it('that is missing is told, and the other spelling of it that is there', () => {
    const needed = { required: ['grantType'] };

    expect(sentenceOf({ grantType: { type: 'string' } }, {}, needed)).toBe(
      'Field `grantType` is missing; expected a string.',
    );
    expect(sentenceOf({ grantType: { type: 'string' } }, { grant_type: 'a' }, needed)).toBe(
      'Field `grantType` is missing; expected a string; `grant_type` was sent, but is not a known field.',
    );
  });

  it('that is unknown is told with those that are known, and where else it would be', () => {
    const properties = { user: { properties: { role: {} } }, keys: { items: { properties: { Role: {} } } } };
    const fault = faultOf(properties, { role: 1 }, { additionalProperties: false });

    expect(fault).toMatchObject({ kind: 'unknown', given: 'role', valid: ['user', 'keys'] });
    expect(fault.deeper).toEqual([
      ['user', 'role'],
      ['keys[]', 'Role'],
    ]);
    expect(describeRequestFault(fault)).toBe(
      'Field `role` is not known here; it belongs at `user.role` or `keys[].Role`. There are `user`, `keys`.',
    );
    const misspelt = faultOf(properties, { usr: 1 }, { additionalProperties: false });
    expect(describeRequestFault(misspelt, 'user')).toBe(
      'Field `usr` is not known here; did you mean `user`? There are `user`, `keys`.',
    );
    expect(describeRequestFault(misspelt)).toBe('Field `usr` is not known here; there are `user`, `keys`.');
    expect(faultOf(properties, { ['x'.repeat(200)]: 1 }, { additionalProperties: false })).toMatchObject({
      given: 'x'.repeat(100),
      deeper: [],
    });
  });

  it('that is unknown is told where there is only one, or none', () => {
    const closed = { additionalProperties: false };

    expect(sentenceOf({ a: {} }, { b: 1 }, closed)).toBe('Field `b` is not known here; there is only `a`.');
    expect(sentenceOf({}, { b: 1 }, closed)).toBe('Field `b` is not known here; there are none.');
  });

  it('that is unknown is never shown with a credential in its name, nor over two lines', () => {
    const sentence = sentenceOf({}, { ['nvapi-0123456789\nand\ud800']: 1 }, { additionalProperties: false });

    expect(sentence).toBe('Field `nvapi-...?and?` is not known here; there are none.');
  });

  it('of a list has its place in it', () => {
    expect(sentenceOf({ a: { items: { type: 'string' } } }, { a: ['b', 7] })).toContain('Field `a.1` is not valid');
  });
});

it('a body that is missing, or is none, is told as a whole', () => {
  const missing = { keyword: 'required', instancePath: '', params: { missingProperty: 'requestBody' } };

  expect(describeRequestFault(valueFaultOf([missing]))).toBe('The request has no body; expected a JSON object.');
  expect(sentenceOf({}, 7)).toBe('The body is not valid; expected an object, got a number.');
});

it('a seed is told in the words of files', () => {
  const violation = { keyword: 'type', instancePath: '/users', params: {}, parentSchema: { type: 'array' }, data: {} };

  expect(valueFaultOf([violation], { array: 'a list' })).toMatchObject({ expected: 'a list', got: 'an object' });
});
