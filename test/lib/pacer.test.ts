import { expect, it } from 'vitest';
import { readStopwatch } from '../../src/lib/clock.ts';
import { Pacer } from '../../src/lib/pacer.ts';

it('long work visits its items in order, and lets the event loop turn in between', async () => {
  const seen: string[] = [];
  setImmediate(() => seen.push('turn'));
  await new Pacer().each(['a', 'b', 'c'], async (item) => {
    if (item === 'c') seen.push('begun');
    for (const since = readStopwatch(); item === 'b' && readStopwatch() - since < 20; );
    await null;
    seen.push(item);
  });

  expect(seen.filter((item) => item !== 'turn')).toEqual(['a', 'b', 'begun', 'c']);
  expect(seen.indexOf('turn')).toBeLessThan(seen.indexOf('begun'));
});

it('work is long after some milliseconds, and not after a pause', async () => {
  const pacer = new Pacer();
  while (!pacer.isLong);
  const isLongAfterPause = async () => {
    await pacer.pause();
    return pacer.isLong;
  };

  await expect.poll(isLongAfterPause).toBe(false);
});
