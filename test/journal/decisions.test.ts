import { describe, expect, it } from 'vitest';
import { Decisions } from '../../src/journal/decisions.ts';
import { createPriorityCache } from '../../src/journal/ring.ts';
import { decision } from '../support/records.ts';

const BYTES = 64 * 1024 * 1024;
const createDecisions = () => new Decisions(createPriorityCache({ refusals: BYTES, others: BYTES }), 'abc');

describe('the decisions of a world:', () => {
  const bo = { kind: 'user', id: 'bo', name: 'bo@acme.test', clientId: 'client-of-bo' } as const;
  const recordFour = () => {
    const decisions = createDecisions();
    decisions.record(decision('1'));
    decisions.record(decision('2', { effect: 'deny', reason: 'missing_permission', principal: bo }));
    decisions.record(decision('3', { operation: 'grant_token', principal: bo }));
    decisions.record(decision('4', { effect: 'deny', reason: 'no_token', principal: null }));
    return decisions;
  };

  it('a decision is found by its id', () => {
    const decisions = recordFour();

    expect(decisions.byId('1')).toEqual(decision('1'));
    expect(decisions.byId('nothing')).toBeNull();
  });

  const lists: [label: string, filter: object, ids: string[]][] = [
    ['all decisions', {}, ['4', '3', '2', '1']],
    ['decisions of a principal, by id', { principal: 'bo' }, ['3', '2']],
    ['decisions of a principal, by name', { principal: 'bo@acme.test' }, ['3', '2']],
    ['decisions of a principal, by client id', { principal: 'client-of-ada' }, ['1']],
    ['decisions of an unknown principal', { principal: 'nobody' }, []],
    ['denials', { effect: 'deny' }, ['4', '2']],
    ['permissions', { effect: 'allow' }, ['3', '1']],
    ['decisions of an operation', { operation: 'grant_token' }, ['3']],
    ['decisions that match every filter', { principal: 'bo', effect: 'deny', operation: 'get_access_keys' }, ['2']],
    ['decisions that match only one filter', { principal: 'ada', effect: 'deny' }, []],
  ];

  it.each(lists)('a list of %s is sorted newest first', (_what, filter, ids) => {
    const decisions = recordFour();

    expect(decisions.list(filter).map(({ decision }) => decision.id)).toEqual(ids);
  });

  it('the newest 2000 denials and the newest 2000 others are kept', () => {
    const decisions = createDecisions();
    decisions.record(decision('denied', { effect: 'deny', reason: 'missing_permission' }));
    for (let id = 1; id <= 2001; id++) decisions.record(decision(String(id)));

    const kept = decisions.list({}).map(({ decision }) => decision.id);
    expect([kept.length, kept[0], kept.at(-2), kept.at(-1)]).toEqual([2001, '2001', '2', 'denied']);
    expect([decisions.byId('1'), decisions.byId('denied')?.effect]).toEqual([null, 'deny']);
    expect(decisions.droppedCount).toBe(1);
  });

  it('each assigned id has a number, whether its decision is kept or not', () => {
    const decisions = createDecisions();
    decisions.lastNumber = 2;
    const ids = ['abc-1', 'abc-2'];
    decisions.clear();

    expect(ids).toEqual(['abc-1', 'abc-2']);
    expect([...ids, 'abc-3', 'abc-0', 'abc-01', 'other-1', 'abc-r1', ''].map((id) => decisions.numberOf(id))).toEqual([
      ...[1, 2],
      ...Array(6).fill(null),
    ]);
  });

  it('numbers continue after a clear', () => {
    const decisions = recordFour();
    decisions.clear();
    decisions.record(decision('5'));
    decisions.record(decision('6'));

    expect(decisions.list({}).map(({ number }) => number)).toEqual([6, 5]);
    expect(decisions.droppedCount).toBe(0);
  });
});
