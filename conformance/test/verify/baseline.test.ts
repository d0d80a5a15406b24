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
const apply = (differences: Difference[], accepted: Difference[]) =>
  applyBaseline(differences, baseline(...accepted), 'runai.2.24', '--baseline b.json');

describe('a baseline', () => {
  it('accepts a difference with a reason', () => {
    const [first, second] = [difference('a'), difference('b')];

    expect(apply([first, second], [{ ...first, reason: 'ours' }])).toEqual({
      open: [second],
      failing: [second],
      accepted: [first],
      stale: [],
      unexplained: 0,
    });
  });

  it('does not accept a difference without a reason', () => {
    const first = difference('a');

    for (const reason of ['', '  ']) {
      expect(apply([first], [{ ...first, reason }])).toEqual({
        open: [first],
        failing: [first],
        accepted: [],
        stale: [],
        unexplained: 1,
      });
    }
  });

  it('needs no entry for a difference that is only information, which fails no check', () => {
    const open = [difference('a', { class: 'information' })];

    expect(apply(open, [])).toMatchObject({ open, failing: [] });
  });

  it('does not accept a changed difference, and reports the stale entry', () => {
    const before = difference('a', { reason: 'ours' });

    for (const more of [{ what: 'only in the mock' }, { class: 'breaks-answers' as const }]) {
      expect(apply([difference('a', more)], [before])).toMatchObject({
        open: [difference('a', more)],
        accepted: [],
        stale: [before.id],
      });
    }
  });

  it('of another document is rejected, by its name or because none of its entries occurs', () => {
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

  it('accepts differences by patterns, and reports unused patterns', () => {
    const pattern = (text: string, more = {}) => ({
      pattern: text,
      class: 'widens' as const,
      what: '* document',
      reason: 'ours',
      ...more,
    });
    const differences = ['a 415', 'b 415', 'c 400'].map((name) => difference(name));
    const patterns = [
      pattern('GET /* 415: method'),
      pattern('* 400: method', { reason: '' }),
      pattern('* 400: method', { class: 'breaks-answers' }),
      pattern('GET /c 400*0: method'),
    ];
    const entries = [{ ...difference('b 415'), reason: 'its own' }];

    expect(applyBaseline(differences, { document: 'x', differences: entries, patterns }, 'x', 'x')).toEqual({
      open: [differences[2]],
      failing: [differences[2]],
      accepted: [differences[0], differences[1]],
      stale: ['* 400: method', 'GET /c 400*0: method'],
      unexplained: 0,
    });
    expect(updateEntries(differences, { document: 'x', differences: [], patterns })).toEqual([
      { ...differences[2], reason: '' },
    ]);
  });

  it('keeps reasons in an update, and adds new differences with an empty reason', () => {
    const [first, second] = [difference('a'), difference('b')];
    const before = baseline({ ...first, reason: 'ours' }, difference('c', { reason: 'old' }));

    expect(updateEntries([first, second], before)).toEqual([
      { ...first, reason: 'ours' },
      { ...second, reason: '' },
    ]);
  });

  it('is read from the output of `--json`', () => {
    const output = JSON.parse(JSON.stringify({ differences: [difference('a')] }));

    expect(readBaseline(output, 'x')).toEqual({
      document: null,
      differences: [{ ...difference('a'), reason: '' }],
      patterns: [],
    });
  });

  it.each([
    ['no list of differences', {}, 'x is not a baseline. Expected `{"differences": [...]}`'],
    ['an entry without its members', { differences: [difference('a'), { id: 'b' }] }, 'x: `differences[1]` needs `id`'],
    [
      'a pattern without a class',
      { differences: [], patterns: [{ pattern: '*', what: '*', reason: 'ours' }] },
      'x: `patterns[0]` needs `pattern`, `class`, `what` and `reason`.',
    ],
    ['patterns that are not a list', { differences: [], patterns: {} }, 'x: `patterns` must be an array.'],
  ])('with %s is rejected with the place of the error', (_what, content, message) => {
    expect(() => readBaseline(content, 'x')).toThrow(message);
  });
});
