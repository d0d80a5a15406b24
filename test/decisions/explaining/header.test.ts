import { describe, expect, it } from 'vitest';
import { createDecisionHeader } from '../../../src/decisions/explaining/sentence.ts';
import { ask, decisionOn, key, pendingVersion } from '../toy-law.ts';

const RULE = ask({ needs: { all: ['play'] } });

describe('the header of a decision', () => {
  it('that is allowed contains only the id and the effect', () => {
    expect(createDecisionHeader(decisionOn(RULE, key(['play']), null))).toBe('{"id":"d-1","effect":"allow"}');
  });

  it('by an undocumented rule contains the certainty', () => {
    const inferred = ask({ needs: { all: ['play'] }, certainty: 'inferred' });

    expect(createDecisionHeader(decisionOn(inferred, key(['play']), null))).toBe(
      '{"id":"d-1","effect":"allow","certainty":"inferred"}',
    );
    expect(createDecisionHeader(decisionOn(inferred, key([]), null))).toBe(
      '{"id":"d-1","effect":"deny","reason":"missing_scope","certainty":"inferred","missing":["play"]}',
    );
    expect(
      createDecisionHeader({ ...decisionOn(inferred, key([]), null), rights: { missing: ['x'.repeat(5000)] } }),
    ).toBe('{"id":"d-1","effect":"deny","reason":"missing_scope","certainty":"inferred"}');
  });

  it('that is denied contains the missing rights', () => {
    expect(JSON.parse(createDecisionHeader(decisionOn(RULE, key([]), null)))).toEqual({
      id: 'd-1',
      effect: 'deny',
      reason: 'missing_scope',
      missing: ['play'],
    });
    expect(
      JSON.parse(createDecisionHeader(decisionOn(ask({ needs: { any: ['play', 'look'] } }), key([]), null))),
    ).toEqual({
      id: 'd-1',
      effect: 'deny',
      reason: 'missing_scope',
      missingAnyOf: ['play', 'look'],
    });
  });

  it('that will change contains the pending version', () => {
    const waiting = key([], [], { pending: [pendingVersion(2, ['play'])] });

    expect(JSON.parse(createDecisionHeader(decisionOn(RULE, waiting, null))).pending).toEqual({
      version: 2,
      effect: 'allow',
      effectiveAt: '1970-01-01T00:00:02.000Z',
    });
  });

  it('that is allowed and will change contains the pending version', () => {
    const losing = key(['play'], [], { pending: [pendingVersion(2, [])] });

    expect(JSON.parse(createDecisionHeader(decisionOn(RULE, losing, null)))).toEqual({
      id: 'd-1',
      effect: 'allow',
      pending: { version: 2, effect: 'deny', effectiveAt: '1970-01-01T00:00:02.000Z' },
    });
  });

  it('has at most 4 kB, and omits the missing rights if necessary', () => {
    const many = Array.from({ length: 500 }, (_, index) => `permission-${index}`);
    const header = createDecisionHeader({ ...decisionOn(RULE, key([]), null), rights: { missing: many } });

    expect(header).toBe('{"id":"d-1","effect":"deny","reason":"missing_scope"}');
    const withName = (length: number, see: string | null = null) =>
      createDecisionHeader({ ...decisionOn(RULE, key([]), null), rights: { missing: ['x'.repeat(length)] } }, see);
    const around = withName(0).length;
    expect(withName(4096 - around)).toHaveLength(4096);
    expect(withName(4097 - around)).toBe(header);
    expect(JSON.parse(withName(4096 - around, 'http://mock'))).toEqual({ ...JSON.parse(header), see: 'http://mock' });
  });
});
