import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { findValueError, type Violation } from '../../../src/decisions/explaining/validation.ts';
import { selectViolations } from '../../../src/decisions/explaining/violation-selection.ts';

const ajv = new Ajv({ verbose: true, strict: false });
const THING = {
  type: 'object',
  properties: { type: { type: 'string' }, ids: {} },
  required: ['type'],
  additionalProperties: false,
};

/** The kind and the path of the selected error of a value. */
function selectError(schema: object, value: unknown) {
  const { kind, path, valid } = findFault(schema, value);
  return [kind, path.slice(1).join('.'), ...(valid ?? [])];
}

const readExpected = (schema: object, value: unknown) => findFault(schema, value).expected;

function findFault(schema: object, value: unknown) {
  const validate = ajv.compile({ properties: { body: { properties: { a: schema } } } });
  validate({ body: { a: value } });
  const [first, ...others]: Violation[] = validate.errors ?? [];
  if (first === undefined) throw new Error('the value fits');
  return findValueError(selectViolations([first, ...others]));
}

describe('an unknown member', () => {
  it('is reported before a missing member', () => {
    expect(selectError(THING, { typ: 'a' })).toEqual(['unknown', 'a.typ', 'type', 'ids']);
    expect(selectError(THING, { ids: [] })).toEqual(['missing', 'a.type']);
  });

  it('is not reported if the object allows any member', () => {
    expect(selectError({ ...THING, additionalProperties: true }, { typ: 'a' })).toEqual(['missing', 'a.type']);
  });
});

describe.each(['anyOf', 'oneOf'])('for alternatives in %s,', (choice) => {
  const oneOrMany = { [choice]: [THING, { type: 'array', items: THING }] };
  const createChoice = (more: object) => ({
    [choice]: ['world', 'snapshot'].map((name) => ({
      type: 'object',
      properties: { [name]: { type: 'string' } },
      required: [name],
      ...more,
    })),
  });

  it('the error of the only matching alternative is reported', () => {
    expect(selectError(oneOrMany, { type: 'b', idz: [] })).toEqual(['unknown', 'a.idz', 'type', 'ids']);
    expect(selectError(oneOrMany, { idz: [] })).toEqual(['unknown', 'a.idz', 'type', 'ids']);
    expect(selectError(oneOrMany, [{ type: 'b' }, { typ: 'b' }])).toEqual(['unknown', 'a.1.typ', 'type', 'ids']);
    expect(selectError(oneOrMany, {})).toEqual(['missing', 'a.type']);
    expect(selectError(oneOrMany, [{}])).toEqual(['missing', 'a.0.type']);
    expect(selectError(oneOrMany, [{ type: 7 }])).toEqual(['invalid', 'a.0.type']);
  });

  it('all alternatives are reported if none matches, or if the value is wrong as a whole', () => {
    expect(selectError(oneOrMany, 'b')).toEqual(['invalid', 'a']);
    expect(selectError({ [choice]: [{ type: 'string' }, { type: 'array' }] }, { b: 1 })).toEqual(['invalid', 'a']);
    expect(readExpected({ [choice]: [{ type: 'string', minLength: 2 }, { type: 'integer' }] }, 'b')).toBe(
      'a string of at least 2 characters or an integer',
    );
    expect(selectError({ [choice]: [{ type: 'string', minLength: 2 }, { type: 'integer' }] }, 'b')).toEqual([
      'invalid',
      'a',
    ]);
  });

  it('an unknown member is reported with the known members of all matching alternatives', () => {
    expect(selectError(createChoice({ additionalProperties: false }), { wolrd: 'b' })).toEqual([
      'unknown',
      'a.wolrd',
      'world',
      'snapshot',
    ]);
    expect(selectError(createChoice({ additionalProperties: false }), {})).toEqual(['invalid', 'a']);
    expect(selectError(createChoice({}), { wolrd: 'b' })).toEqual(['invalid', 'a']);
    expect(selectError({ [choice]: [{ ...THING, additionalProperties: true }, THING] }, { wolrd: 'b' })).toEqual([
      'invalid',
      'a',
    ]);
  });
});
