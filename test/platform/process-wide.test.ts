import { describe, expect, it } from 'vitest';
import { processWide } from '../../src/platform/process-wide.ts';

describe('what a process has once', () => {
  it('is the same for every copy of the code', async () => {
    const copy = `../../src/platform/process-wide.ts?${'copy'}`;
    const { processWide: other } = (await import(copy)) as { processWide: typeof processWide };
    const first = processWide('test.1', () => ({ of: 'the first' }));
    const second = other('test.1', () => ({ of: 'the second' }));

    expect(other).not.toBe(processWide);
    expect(second).toBe(first);
  });

  it('is another thing under another name, and in no list of globals', () => {
    expect(processWide('test.2', () => 'two')).not.toBe(processWide('test.3', () => 'three'));
    expect(Object.keys(globalThis).filter((name) => name.includes('nv-auth'))).toEqual([]);
  });
});
