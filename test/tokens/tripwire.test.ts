import { describe, expect, it } from 'vitest';
import { createTripwire, type Tripwire } from '../../src/tokens/tripwire.ts';

/** Creates a tripwire for a kind of credential that records the checked ones. */
function createWire(prefix: string): Tripwire & { readonly checked: string[] } {
  const checked: string[] = [];
  const isForeign = (text: string) => {
    checked.push(text);
    return text.endsWith('9');
  };
  return { shortest: 5, prefix, pattern: new RegExp(`${prefix}[0-9]+`, 'g'), isForeign, checked };
}

describe('a possibly real credential', () => {
  it('is reported with its hash, for each of several in a string', () => {
    const { warn } = createTripwire([createWire('key-')]);

    expect(warn('key-9 and key-19')).toEqual([
      expect.stringContaining('a key that no mock issued'),
      expect.stringMatching(/SHA-256 starts with [0-9a-f]{8}\)/),
    ]);
    expect(warn('key-9').join()).not.toContain('key-9');
  });

  it.each(['', 'a', 'ab', 'abc', 'user:'])('is found in Base64 after %j, once for each occurrence', (before) => {
    const { warn } = createTripwire([{ ...createWire('secret-'), shortest: 9 }]);
    const encodeSecret = (after: string) => Buffer.from(`${before}secret-19${after}`).toString('base64');

    expect(warn(`{"a":"${encodeSecret('')}","b":"${encodeSecret('~~~')}"}`)).toHaveLength(2);
    expect(warn(encodeSecret(''))).toHaveLength(1);
    expect(warn(Buffer.from(`${before}secret-18`).toString('base64'))).toEqual([]);
  });

  it('is found for every kind', () => {
    const { warn } = createTripwire([createWire('key-'), createWire('pass-')]);

    expect([warn('key-9'), warn('pass-9'), warn('key-9 pass-9'), warn('other-9')].map(({ length }) => length)).toEqual([
      1, 1, 2, 0,
    ]);
  });

  it('is not searched in strings shorter than the shortest credential', () => {
    const [long, short] = [
      { ...createWire('key-'), shortest: 9 },
      { ...createWire('pass-'), shortest: 6 },
    ];

    expect(createTripwire([long, short]).shortest).toBe(6);
    expect(createTripwire([long]).shortest).toBe(9);
  });

  it('is not reported without kinds or without a match', () => {
    expect(createTripwire([]).warn('key-9')).toEqual([]);
    expect(createTripwire([createWire('key-')]).warn('key-x')).toEqual([]);
  });

  it('is checked once if a mock issued it, and otherwise each time', () => {
    const wire = createWire('key-');
    const { warn } = createTripwire([wire]);
    for (const text of ['key-1', 'key-1', 'key-9', 'key-9']) warn(text);

    expect(wire.checked).toEqual(['key-1', 'key-9', 'key-9']);
  });

  it('is not checked for a prefix without a match of the pattern', () => {
    const wire = createWire('key-');
    createTripwire([wire]).warn('key-x');

    expect(wire.checked).toEqual([]);
  });
});
