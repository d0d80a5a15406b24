import { describe, expect, it } from 'vitest';
import { cpuOf, worseThanLinear } from './measure.ts';

const MAX_SIZE = 1024 * 1024;
const OVERHEAD = 1;

/** Times that grow as given, on a machine that takes twice as long for every third request. */
const busy = (timeOf: (size: number) => number) => {
  let count = 0;
  return async (size: number) => (OVERHEAD + timeOf(size)) * (count++ % 3 === 0 ? 2 : 1);
};

describe('growth', () => {
  it.each([
    ['quadratic', (size: number) => size ** 2 / 1e8],
    ['between linear and quadratic', (size: number) => size ** 1.6 / 1e6],
    ['exponential', (size: number) => 1.001 ** Math.min(size, 50_000)],
  ])('that is %s is reported, at a comparable size', async (_name, timeOf) => {
    const growth = await worseThanLinear(busy(timeOf), MAX_SIZE);

    expect(growth).not.toBeNull();
    expect(growth?.size).toBeLessThanOrEqual(MAX_SIZE);
    expect(growth?.whole).toBeGreaterThan(growth?.quarter ?? Number.POSITIVE_INFINITY);
  });

  it.each([
    ['constant', () => 40],
    ['linear', (size: number) => size / 5000],
    ['n log n', (size: number) => (size * Math.log2(size + 2)) / 1e5],
    ['a step', (size: number) => size / 50_000 + (size > MAX_SIZE / 2 ? 50 : 0)],
    ['two steps', (size: number) => size / 50_000 + (size > MAX_SIZE / 4 ? 30 : 0) + (size > MAX_SIZE / 2 ? 90 : 0)],
    ['quadratic, but fast', (size: number) => size ** 2 / 1e12],
  ])('that is %s is accepted', async (_name, timeOf) => {
    expect(await worseThanLinear(busy(timeOf), MAX_SIZE)).toBeNull();
  });
});

it('only the sending is measured', async () => {
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
