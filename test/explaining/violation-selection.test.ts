import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { findValueError, type Violation } from '../../src/explaining/validation.ts';
import { selectViolations } from '../../src/explaining/violation-selection.ts';

const ajv = new Ajv({ verbose: true, strict: false });
const THING = {
  type: 'object',
  properties: { type: { type: 'string' }, ids: {} },
  required: ['type'],
  additionalProperties: false,
};

/** What is told about a value: what kind of fault, and where. */
function reported(schema: object, value: unknown) {
  const { kind, path, valid } = faultOf(schema, value);
  return [kind, path.slice(1).join('.'), ...(valid ?? [])];
}

const expectedOf = (schema: object, value: unknown) => faultOf(schema, value).expected;

function faultOf(schema: object, value: unknown) {
  const validate = ajv.compile({ properties: { body: { properties: { a: schema } } } });
  validate({ body: { a: value } });
  const [first, ...others]: Violation[] = validate.errors ?? [];
  if (first === undefined) throw new Error('the value fits');
  return findValueError(selectViolations([first, ...others]));
}

describe('a member that is not known is told', () => {
  it('before one that is missing', () => {
    expect(reported(THING, { typ: 'a' })).toEqual(['unknown', 'a.typ', 'type', 'ids']);
    expect(reported(THING, { ids: [] })).toEqual(['missing', 'a.type']);
  });

  it('unless the object may have any', () => {
    expect(reported({ ...THING, additionalProperties: true }, { typ: 'a' })).toEqual(['missing', 'a.type']);
  });
});

describe.each(['anyOf', 'oneOf'])('of the alternatives in %s', (choice) => {
  const oneOrMany = { [choice]: [THING, { type: 'array', items: THING }] };
  const either = (more: object) => ({
    [choice]: ['world', 'snapshot'].map((name) => ({
      type: 'object',
      properties: { [name]: { type: 'string' } },
      required: [name],
      ...more,
    })),
  });

  it('the only one that a value can be tells what is wrong in it', () => {
    expect(reported(oneOrMany, { type: 'b', idz: [] })).toEqual(['unknown', 'a.idz', 'type', 'ids']);
    expect(reported(oneOrMany, { idz: [] })).toEqual(['unknown', 'a.idz', 'type', 'ids']);
    expect(reported(oneOrMany, [{ type: 'b' }, { typ: 'b' }])).toEqual(['unknown', 'a.1.typ', 'type', 'ids']);
    expect(reported(oneOrMany, {})).toEqual(['missing', 'a.type']);
    expect(reported(oneOrMany, [{}])).toEqual(['missing', 'a.0.type']);
    expect(reported(oneOrMany, [{ type: 7 }])).toEqual(['invalid', 'a.0.type']);
  });

  it('all are told where the value can be none, or is wrong as a whole', () => {
    expect(reported(oneOrMany, 'b')).toEqual(['invalid', 'a']);
    expect(reported({ [choice]: [{ type: 'string' }, { type: 'array' }] }, { b: 1 })).toEqual(['invalid', 'a']);
    expect(expectedOf({ [choice]: [{ type: 'string', minLength: 2 }, { type: 'integer' }] }, 'b')).toBe(
      'a string of at least 2 characters or an integer',
    );
    expect(reported({ [choice]: [{ type: 'string', minLength: 2 }, { type: 'integer' }] }, 'b')).toEqual([
      'invalid',
      'a',
    ]);
  });

  it('several that a value can be tell what none of them knows, with what all of them know', () => {
    expect(reported(either({ additionalProperties: false }), { wolrd: 'b' })).toEqual([
      'unknown',
      'a.wolrd',
      'world',
      'snapshot',
    ]);
    expect(reported(either({ additionalProperties: false }), {})).toEqual(['invalid', 'a']);
    expect(reported(either({}), { wolrd: 'b' })).toEqual(['invalid', 'a']);
    expect(reported({ [choice]: [{ ...THING, additionalProperties: true }, THING] }, { wolrd: 'b' })).toEqual([
      'invalid',
      'a',
    ]);
  });
});
