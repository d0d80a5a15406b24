import { describe, expect, it } from 'vitest';
import { withoutHandlerChecks, withoutMarks } from '../../../scripts/documents/handler-checks.mjs';

describe('keywords that an operation checks itself', () => {
  const schema = {
    properties: {
      kind: {
        type: 'string',
        maxLength: 9,
        enum: ['Ball'],
        'x-other-versions': { Kite: ['2'] },
        'x-checked-by-operation': ['enum'],
      },
      name: { type: 'string', pattern: '^a' },
    },
  };

  it('are in the served document without their marks', () => {
    const { kind, name } = withoutMarks(schema).properties;

    expect(kind).toEqual({ type: 'string', maxLength: 9, enum: ['Ball'], 'x-other-versions': { Kite: ['2'] } });
    expect(name).toEqual(schema.properties.name);
  });

  it('are excluded from validation, and kept in `x-documented`', () => {
    const { kind, name } = withoutHandlerChecks(schema).properties;

    expect(kind).toEqual({
      type: 'string',
      maxLength: 9,
      'x-documented': { enum: ['Ball'], 'x-other-versions': { Kite: ['2'] } },
    });
    expect(name).toEqual(schema.properties.name);
  });

  it('can include `null`, which then passes validation', () => {
    const nullable = { properties: { status: { type: 'string', enum: ['ON'], 'x-checked-by-operation': ['null'] } } };

    expect(withoutMarks(nullable).properties.status).toEqual({ type: 'string', enum: ['ON'] });
    expect(withoutHandlerChecks(nullable).properties.status).toEqual({
      type: 'string',
      nullable: true,
      enum: ['ON', null],
      'x-documented': { nullable: false, enum: ['ON'] },
    });
  });
});
