import { describe, expect, it } from 'vitest';
import { Quota } from '../../src/lib/memory.ts';

describe('a quota', () => {
  it('can be taken up to its limit', () => {
    const quota = new Quota(100);

    expect([quota.take(60), quota.used]).toEqual([true, 60]);
    expect([quota.take(41), quota.used]).toEqual([false, 60]);
    expect([quota.take(40), quota.used]).toEqual([true, 100]);
  });

  it('can be taken again after a release', () => {
    const quota = new Quota(100);
    quota.take(100);
    quota.release(30);

    expect([quota.used, quota.take(30), quota.take(1)]).toEqual([70, true, false]);
  });

  it('may be exceeded by bytes of another process', () => {
    const quota = new Quota(100);
    quota.forceTake(150);

    expect([quota.used, quota.take(1)]).toEqual([150, false]);
  });
});
