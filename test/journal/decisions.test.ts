import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/core/decision.ts';
import { Decisions } from '../../src/journal/decisions.ts';
import { ringPlaces } from '../../src/journal/ring.ts';
import { decision } from '../support/records.ts';

const budget = () => ringPlaces<Decision>(64 * 1024 * 1024);

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

  it('the newest 2000 are kept', () => {
    const decisions = new Decisions(budget());
    for (let id = 1; id <= 2001; id++) decisions.record(decision(String(id)));
    const kept = decisions.list({}).map(({ decision }) => decision);

    expect(kept).toHaveLength(2000);
    expect(kept[0]?.id).toBe('2001');
    expect(kept.at(-1)?.id).toBe('2');
    expect(decisions.byId('1')).toBeNull();
    expect(decisions.dropped).toBe(1);
  });

  it('each has a place of its own, also after they were cleared', () => {
    const decisions = recorded();
    decisions.clear();
    decisions.record(decision('5'));
    decisions.record(decision('6'));

    expect(decisions.list({}).map(({ place }) => place)).toEqual([6, 5]);
    expect(decisions.dropped).toBe(0);
  });

  it('none is left once they are cleared', () => {
    const decisions = recorded();
    decisions.clear();

    expect(decisions.list({})).toEqual([]);
    expect(decisions.byId('1')).toBeNull();
  });
});
