import { describe, expect, it } from 'vitest';
import { cpuOf, worseThanLinear } from './measure.ts';

const MAX_SIZE = 1024 * 1024;
const OVERHEAD = 1;

/** Times that grow in this way, on a machine whose every third answer takes twice as long. */
const busy = (timeOf: (size: number) => number) => {
  let count = 0;
  return async (size: number) => (OVERHEAD + timeOf(size)) * (count++ % 3 === 0 ? 2 : 1);
};

describe('growth that is', () => {
  it.each([
    ['quadratic', (size: number) => size ** 2 / 1e8],
    ['between linear and quadratic', (size: number) => size ** 1.6 / 1e6],
    ['exponential', (size: number) => 1.001 ** Math.min(size, 50_000)],
  ])('%s is told, at a size that can be compared', async (_name, timeOf) => {
    const growth = await worseThanLinear(busy(timeOf), MAX_SIZE);

    expect(growth).not.toBeNull();
    expect(growth?.size).toBeLessThanOrEqual(MAX_SIZE);
    expect(growth?.whole).toBeGreaterThan(growth?.quarter ?? Number.POSITIVE_INFINITY);
  });

  it.each([
    ['none', () => 40],
    ['linear', (size: number) => size / 5000],
    ['that of sorting', (size: number) => (size * Math.log2(size + 2)) / 1e5],
    ['a step', (size: number) => size / 50_000 + (size > MAX_SIZE / 2 ? 50 : 0)],
    [
      'a step next to another one',
      (size: number) => size / 50_000 + (size > MAX_SIZE / 4 ? 30 : 0) + (size > MAX_SIZE / 2 ? 90 : 0),
    ],
    ['quadratic, and too little to harm', (size: number) => size ** 2 / 1e12],
  ])('%s passes', async (_name, timeOf) => {
    expect(await worseThanLinear(busy(timeOf), MAX_SIZE)).toBeNull();
  });
});

it('what is measured is the sending alone', async () => {
  const spin = (milliseconds: number) => {
    const begin = process.cpuUsage();
    for (let spent = 0; spent < milliseconds * 1000; ) {
      const { user, system } = process.cpuUsage(begin);
      spent = user + system;
    }
  };
  const timeOf = cpuOf(async () => {
    spin(50);
    return async () => spin(5);
  });

  expect(await timeOf(1)).toBeGreaterThanOrEqual(5);
  expect(Math.min(await timeOf(1), await timeOf(1), await timeOf(1))).toBeLessThan(50);
});
