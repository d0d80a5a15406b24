import { describe, expect, it } from 'vitest';
import { processWide } from '../../src/lib/process-wide.ts';

describe('processWide', () => {
  it('returns the same value to every copy of the code', async () => {
    const copy = `../../src/lib/process-wide.ts?${'copy'}`;
    const { processWide: processWideOfCopy } = (await import(copy)) as { processWide: typeof processWide };
    const first = processWide('test.1', () => ({ of: 'the first' }));
    const second = processWideOfCopy('test.1', () => ({ of: 'the second' }));

    expect(processWideOfCopy).not.toBe(processWide);
    expect(second).toBe(first);
  });

  it('returns different values for different names, and adds no enumerable global', () => {
    expect(processWide('test.2', () => 'two')).not.toBe(processWide('test.3', () => 'three'));
    expect(Object.keys(globalThis).filter((name) => name.includes('nv-auth'))).toEqual([]);
  });
});
