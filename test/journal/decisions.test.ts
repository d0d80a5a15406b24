import { describe, expect, it } from 'vitest';
import { Decisions } from '../../src/journal/decisions.ts';
import { createPriorityCache } from '../../src/journal/ring.ts';
import { decision } from '../support/records.ts';

const BYTES = 64 * 1024 * 1024;
const opened = () => new Decisions(createPriorityCache({ refusals: BYTES, others: BYTES, all: 2 * BYTES }), 'abc');

describe('the decisions of a world:', () => {
  const bo = { kind: 'user', id: 'bo', name: 'bo@acme.test', clientId: 'client-of-bo' } as const;
  const recorded = () => {
    const decisions = opened();
    decisions.record(decision('1'));
    decisions.record(decision('2', { effect: 'deny', reason: 'missing_permission', principal: bo }));
    decisions.record(decision('3', { operation: 'grant_token', principal: bo }));
    decisions.record(decision('4', { effect: 'deny', reason: 'no_token', principal: null }));
    return decisions;
  };

  it('one is found by its id, whole', () => {
    const decisions = recorded();

    expect(decisions.byId('1')).toEqual(decision('1'));
    expect(decisions.byId('nothing')).toBeNull();
  });

  const lists: [what: string, filter: object, ids: string[]][] = [
    ['all', {}, ['4', '3', '2', '1']],
    ["a principal's, by id", { principal: 'bo' }, ['3', '2']],
    ["a principal's, by name", { principal: 'bo@acme.test' }, ['3', '2']],
    ["a principal's, by client id", { principal: 'client-of-ada' }, ['1']],
    ["nobody's", { principal: 'nobody' }, []],
    ['the refused', { effect: 'deny' }, ['4', '2']],
    ['the allowed', { effect: 'allow' }, ['3', '1']],
    ["an operation's", { operation: 'grant_token' }, ['3']],
    ['what fits every filter', { principal: 'bo', effect: 'deny', operation: 'get_access_keys' }, ['2']],
    ['what fits one filter and not another', { principal: 'ada', effect: 'deny' }, []],
  ];

  it.each(lists)('a list of %s comes newest first', (_what, filter, ids) => {
    const decisions = recorded();

    expect(decisions.list(filter).map(({ decision }) => decision.id)).toEqual(ids);
  });

  it('the newest 2000 denials and the newest 2000 others are kept', () => {
    const decisions = opened();
    decisions.record(decision('denied', { effect: 'deny', reason: 'missing_permission' }));
    for (let id = 1; id <= 2001; id++) decisions.record(decision(String(id)));

    const kept = decisions.list({}).map(({ decision }) => decision.id);
    expect([kept.length, kept[0], kept.at(-2), kept.at(-1)]).toEqual([2001, '2001', '2', 'denied']);
    expect([decisions.byId('1'), decisions.byId('denied')?.effect]).toEqual([null, 'deny']);
    expect(decisions.droppedCount).toBe(1);
  });

  it('each id that was given has a number, whether its decision is kept or not', () => {
    const decisions = opened();
    decisions.lastNumber = 2;
    const ids = ['abc-1', 'abc-2'];
    decisions.clear();

    expect(ids).toEqual(['abc-1', 'abc-2']);
    expect([...ids, 'abc-3', 'abc-0', 'abc-01', 'other-1', 'abc-r1', ''].map((id) => decisions.numberOf(id))).toEqual([
      ...[1, 2],
      ...Array(6).fill(null),
    ]);
  });

  it('each has a place of its own, also after they were cleared', () => {
    const decisions = recorded();
    decisions.clear();
    decisions.record(decision('5'));
    decisions.record(decision('6'));

    expect(decisions.list({}).map(({ number }) => number)).toEqual([6, 5]);
    expect(decisions.droppedCount).toBe(0);
  });

  it('none is left once they are cleared', () => {
    const decisions = recorded();
    decisions.clear();

    expect(decisions.list({})).toEqual([]);
    expect(decisions.byId('1')).toBeNull();
  });
});
