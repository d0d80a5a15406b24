import { describe, expect, it } from 'vitest';
import { applyBaseline, readBaseline, updateEntries } from '../../src/verify/baseline.ts';
import type { Difference } from '../../src/verify/difference.ts';

const difference = (name: string, more: Partial<Difference> = {}): Difference => ({
  id: `GET /${name}: method`,
  class: 'widens',
  where: `GET /${name}`,
  what: 'only in the document',
  ...more,
});
const baseline = (...differences: Difference[]) => ({ document: 'runai.2.24', differences });
const verdict = (found: Difference[], accepted: Difference[]) =>
  applyBaseline(found, baseline(...accepted), 'runai.2.24', '--baseline b.json');

describe('a baseline', () => {
  it('accepts a difference that it gives a reason for', () => {
    const [one, other] = [difference('a'), difference('b')];

    expect(verdict([one, other], [{ ...one, reason: 'ours' }])).toEqual({
      open: [other],
      failing: [other],
      accepted: [one],
      stale: [],
      unexplained: 0,
    });
  });

  it('accepts nothing without a reason', () => {
    const one = difference('a');

    for (const reason of ['', '  ']) {
      expect(verdict([one], [{ ...one, reason }])).toEqual({
        ...{ open: [one], failing: [one], accepted: [] },
        ...{ stale: [], unexplained: 1 },
      });
    }
  });

  it('does not accept what became another difference, and names the earlier one', () => {
    const before = difference('a', { reason: 'ours' });

    for (const more of [{ what: 'only in the mock' }, { class: 'breaks-answers' as const }]) {
      expect(verdict([difference('a', more)], [before])).toMatchObject({
        open: [difference('a', more)],
        accepted: [],
        stale: [before.id],
      });
    }
  });

  it('of another document is refused, by its name or because none of its entries occurs', () => {
    const other = { document: 'air.2.0', differences: [] };
    const unnamed = { document: null, differences: [difference('b')] };

    expect(() => applyBaseline([], other, 'runai.2.24', '--baseline b.json')).toThrow(
      '--baseline b.json is for the document air.2.0, ',
    );
    expect(() => applyBaseline([difference('a')], unnamed, 'runai.2.24', '--baseline b.json')).toThrow(
      'none of its entries occurs',
    );
    expect(applyBaseline([], { document: null, differences: [] }, 'runai.2.24', 'x').open).toEqual([]);
  });

  it('accepts by a pattern what has no entry of its own, and names patterns that accept nothing', () => {
    const pattern = (text: string, more = {}) => ({
      pattern: text,
      class: 'widens' as const,
      what: '* document',
      reason: 'ours',
      ...more,
    });
    const found = ['a 415', 'b 415', 'c 400'].map((name) => difference(name));
    const patterns = [
      pattern('GET /* 415: method'),
      pattern('* 400: method', { reason: '' }),
      pattern('* 400: method', { class: 'breaks-answers' }),
      pattern('GET /c 400*0: method'),
    ];
    const entries = [{ ...difference('b 415'), reason: 'its own' }];

    expect(applyBaseline(found, { document: 'x', differences: entries, patterns }, 'x', 'x')).toEqual({
      open: [found[2]],
      failing: [found[2]],
      accepted: [found[0], found[1]],
      stale: ['* 400: method', 'GET /c 400*0: method'],
      unexplained: 0,
    });
    expect(updateEntries(found, { document: 'x', differences: [], patterns })).toEqual([{ ...found[2], reason: '' }]);
  });

  it('keeps the reasons of an update, and asks for those of new differences', () => {
    const [one, other] = [difference('a'), difference('b')];
    const before = baseline({ ...one, reason: 'ours' }, difference('c', { reason: 'old' }));

    expect(updateEntries([one, other], before)).toEqual([
      { ...one, reason: 'ours' },
      { ...other, reason: '' },
    ]);
  });

  it('reads what `--json` prints', () => {
    const printed = JSON.parse(JSON.stringify({ differences: [difference('a')] }));

    expect(readBaseline(printed, 'x')).toEqual({
      document: null,
      differences: [{ ...difference('a'), reason: '' }],
      patterns: [],
    });
  });

  it.each([
    ['no list', {}, 'x is not a baseline. Expected `{"differences": [...]}`'],
    ['a list', [], 'x is not a baseline.'],
    ['an entry without its members', { differences: [difference('a'), { id: 'b' }] }, 'x: `differences[1]` needs `id`'],
    ['an unknown class', { differences: [{ ...difference('a'), class: 'breaks' }] }, 'x: `differences[0]` needs `id`'],
    [
      'a pattern without a class',
      { differences: [], patterns: [{ pattern: '*', what: '*', reason: 'ours' }] },
      'x: `patterns[0]` needs `pattern`, `class`, `what` and `reason`.',
    ],
    ['patterns that are no list', { differences: [], patterns: {} }, 'x: `patterns` must be an array.'],
    [
      'a reason that is no text',
      { differences: [{ ...difference('a'), reason: 1 }] },
      'x: `differences[0]` needs `id`',
    ],
  ])('with %s is refused, with the place', (_what, content, said) => {
    expect(() => readBaseline(content, 'x')).toThrow(said);
  });
});
