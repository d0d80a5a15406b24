import { describe, expect, it } from 'vitest';
import { stepsOf } from '../../scripts/trace/steps.mjs';

/** Entered functions, as `file name`; an accessor as `file .name`. Functions of one name are the same one. */
function entered(...calls: readonly string[]) {
  return calls.map((call) => {
    const [file = '', name = ''] = call.split(' ');
    return { file, name, at: calls.indexOf(call), isAccessor: name.startsWith('.') };
  });
}

/** Steps as they are printed: `*` a return that counts, `-` one that does not. */
function marksOf(...calls: readonly string[]) {
  return stepsOf(entered(...calls)).map(
    ({ file, functions, isReturn, counts }) =>
      `${counts ? '*' : isReturn ? '-' : ' '} ${file}: ${functions.join(', ')}`,
  );
}

describe('the trace of a request', () => {
  it('joins functions of a file that are met one after the other', () => {
    expect(marksOf('a.ts one', 'a.ts two', 'b.ts three')).toEqual(['  a.ts: one, two', '  b.ts: three']);
  });

  it('counts a return where a function of a file that was left is met for the first time', () => {
    expect(marksOf('a.ts one', 'b.ts two', 'a.ts three')).toEqual(['  a.ts: one', '  b.ts: two', '* a.ts: three']);
  });

  it('passes over a function that is known', () => {
    expect(marksOf('a.ts one', 'b.ts two', 'a.ts one', 'b.ts three')).toEqual(['  a.ts: one', '  b.ts: two, three']);
  });

  it('does not count returns to pipeline.ts, nor to accessors, nor what comes back from them', () => {
    expect(marksOf('/pipeline.ts one', 'a.ts two', '/pipeline.ts three', 'a.ts four')).toEqual([
      '  /pipeline.ts: one',
      '  a.ts: two',
      '- /pipeline.ts: three',
      '- a.ts: four',
    ]);
    expect(marksOf('a.ts one', 'b.ts .two', 'a.ts three')).toEqual(['  a.ts: one', '  b.ts: .two', '- a.ts: three']);
  });
});
