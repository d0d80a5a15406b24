import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/core/held.ts';
import { Decisions } from '../../src/journal/decisions.ts';
import { decision } from '../support/records.ts';

const budget = () => new Budget(64 * 1024 * 1024);

describe('the decisions of a world:', () => {
  const bo = { kind: 'user', id: 'bo', name: 'bo@acme.test', clientId: 'client-of-bo' } as const;
  const recorded = () => {
    const decisions = new Decisions(budget());
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

  const lists: [what: string, filter: object, limit: number, ids: string[]][] = [
    ['all', {}, 100, ['4', '3', '2', '1']],
    ['at most two', {}, 2, ['4', '3']],
    ['none', {}, 0, []],
    ["a principal's, by id", { principal: 'bo' }, 100, ['3', '2']],
    ["a principal's, by name", { principal: 'bo@acme.test' }, 100, ['3', '2']],
    ["a principal's, by client id", { principal: 'client-of-ada' }, 100, ['1']],
    ["nobody's", { principal: 'nobody' }, 100, []],
    ['the refused', { effect: 'deny' }, 100, ['4', '2']],
    ['the allowed', { effect: 'allow' }, 100, ['3', '1']],
    ["an operation's", { operation: 'grant_token' }, 100, ['3']],
    ['what fits every filter', { principal: 'bo', effect: 'deny', operation: 'get_access_keys' }, 100, ['2']],
    ['at most one of those that fit', { principal: 'bo' }, 1, ['3']],
    ['what fits one filter and not another', { principal: 'ada', effect: 'deny' }, 100, []],
  ];

  it.each(lists)('a list of %s comes newest first', (_what, filter, limit, ids) => {
    const decisions = recorded();

    expect(decisions.list(filter, limit).map(({ id }) => id)).toEqual(ids);
  });

  it('the newest 2000 are kept', () => {
    const decisions = new Decisions(budget());
    for (let id = 1; id <= 2001; id++) decisions.record(decision(String(id)));
    const kept = decisions.list({}, 5000);

    expect(kept).toHaveLength(2000);
    expect(kept[0]?.id).toBe('2001');
    expect(kept.at(-1)?.id).toBe('2');
    expect(decisions.byId('1')).toBeNull();
  });

  it('none is left once they are cleared', () => {
    const decisions = recorded();
    decisions.clear();

    expect(decisions.list({}, 100)).toEqual([]);
    expect(decisions.byId('1')).toBeNull();
  });
});
