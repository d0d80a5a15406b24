import { expect, it } from 'vitest';
import { Lane } from '../../src/credentials/lane.ts';

/** Work that ends when it is told to. */
function work() {
  let end: (value: string) => void = () => {};
  const done = new Promise<string>((resolve) => {
    end = resolve;
  });
  return { run: () => done, end };
}

it('a lane lets in as many as it is wide, and the others in the order in which they came', async () => {
  const lane = new Lane(2, 10);
  const begun: number[] = [];
  const works = Array.from({ length: 5 }, work);
  const all = works.map(({ run }, number) =>
    lane.run(() => {
      begun.push(number);
      return run();
    }),
  );
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  works[1]?.end('second');
  await all[1];
  expect(begun).toEqual([0, 1, 2]);
  for (const { end } of works) end('done');

  expect(await Promise.all(all)).toEqual(['done', 'second', 'done', 'done', 'done']);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

it('a lane says when nobody more may wait, and has room again when one ends', async () => {
  const lane = new Lane(1, 2);
  const works = Array.from({ length: 3 }, work);
  const all = works.map(({ run }) => lane.run(run));
  expect(lane.hasRoom).toBe(false);
  works[0]?.end('done');
  await all[0];
  expect(lane.hasRoom).toBe(true);
  for (const { end } of works) end('done');
  await Promise.all(all);
});

it('a lane in which nobody may wait has room as long as it is free', async () => {
  const lane = new Lane(1, 0);
  const { run, end } = work();
  expect(lane.hasRoom).toBe(true);
  const only = lane.run(run);
  expect(lane.hasRoom).toBe(false);
  end('done');
  await only;
  expect(lane.hasRoom).toBe(true);
});

it('work that fails lets the next one in', async () => {
  const lane = new Lane(1, 1);
  const failed = lane.run(() => Promise.reject(new Error('of its own')));
  const next = lane.run(async () => 'done');

  await expect(failed).rejects.toThrow('of its own');
  expect(await next).toBe('done');
});
