import { describe, expect, it } from 'vitest';
import { createTripwire, type Tripwire } from '../../src/credentials/tripwire.ts';

/** Credentials of a kind, with those that were looked at. */
function wireOf(prefix: string): Tripwire & { readonly lookedAt: string[] } {
  const lookedAt: string[] = [];
  const isForeign = (text: string) => {
    lookedAt.push(text);
    return text.endsWith('9');
  };
  return { shortest: 5, prefix, pattern: new RegExp(`${prefix}[0-9]+`, 'g'), isForeign, lookedAt };
}

describe('what may be a real credential', () => {
  it('is told by a hash of it, each of several in a text', () => {
    const { warn } = createTripwire([wireOf('key-')]);

    expect(warn('key-9 and key-19')).toEqual([
      expect.stringContaining('a key that no mock issued'),
      expect.stringMatching(/SHA-256 starts with [0-9a-f]{8}\)/),
    ]);
    expect(warn('key-9').join()).not.toContain('key-9');
  });

  it.each(['', 'a', 'ab', 'abc', 'user:'])('is found in base64 behind %j, once for each', (before) => {
    const { warn } = createTripwire([{ ...wireOf('secret-'), shortest: 9 }]);
    const encoded = (after: string) => Buffer.from(`${before}secret-19${after}`).toString('base64');

    expect(warn(`{"a":"${encoded('')}","b":"${encoded('~~~')}"}`)).toHaveLength(2);
    expect(warn(encoded(''))).toHaveLength(1);
    expect(warn(Buffer.from(`${before}secret-18`).toString('base64'))).toEqual([]);
  });

  it('is looked for of every kind', () => {
    const { warn } = createTripwire([wireOf('key-'), wireOf('pass-')]);

    expect([warn('key-9'), warn('pass-9'), warn('key-9 pass-9'), warn('other-9')].map(({ length }) => length)).toEqual([
      1, 1, 2, 0,
    ]);
  });

  it('is not looked for in texts that are shorter than the shortest of every kind', () => {
    const [long, short] = [
      { ...wireOf('key-'), shortest: 9 },
      { ...wireOf('pass-'), shortest: 6 },
    ];

    expect(createTripwire([long, short]).shortest).toBe(6);
    expect(createTripwire([long]).shortest).toBe(9);
  });

  it('is nothing where there is no kind', () => {
    expect(createTripwire([]).warn('key-9')).toEqual([]);
    expect(createTripwire([wireOf('key-')]).warn('key-x')).toEqual([]);
  });

  it('is looked at once where it is known to be of a mock, and each time where it is not', () => {
    const wire = wireOf('key-');
    const { warn } = createTripwire([wire]);
    for (const text of ['key-1', 'key-1', 'key-9', 'key-9']) warn(text);

    expect(wire.lookedAt).toEqual(['key-1', 'key-9', 'key-9']);
  });

  it('is not looked for behind a beginning that nothing of its form follows', () => {
    const wire = wireOf('key-');
    createTripwire([wire]).warn('key-x');

    expect(wire.lookedAt).toEqual([]);
  });
});
