import { describe, expect, it } from 'vitest';
import { Mutex } from '../../src/store/mutex.ts';
import { watchTurns } from '../support/turn-watch.ts';

watchTurns();

/** A task that ends when the test says so. */
function task(name: string, log: string[]) {
  let end: (fault?: Error) => void = () => {};
  const ended = new Promise<string>((resolve, reject) => {
    end = (fault) => (fault === undefined ? resolve(name) : reject(fault));
  });
  const work = async () => {
    log.push(`${name} begins`);
    try {
      return await ended;
    } finally {
      log.push(`${name} ends`);
    }
  };
  return { work, end };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('tasks that take turns', () => {
  it('run one after the other, in their order, the first at once', async () => {
    const log: string[] = [];
    const turns = new Mutex();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => task(name, log)) as [
      ReturnType<typeof task>,
      ReturnType<typeof task>,
      ReturnType<typeof task>,
    ];
    const all = Promise.all([a, b, c].map(({ work }) => turns.runExclusive(work)));
    expect(log).toEqual(['a begins']);
    for (const { end } of [c, b, a]) end();
    expect(await all).toEqual(['a', 'b', 'c']);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('do not wait for the success of those before', async () => {
    const log: string[] = [];
    const turns = new Mutex();
    const [a, b] = [task('a', log), task('b', log)];
    const [first, second] = [turns.runExclusive(a.work), turns.runExclusive(b.work)];
    a.end(new Error('broken'));
    b.end();
    await expect(first).rejects.toThrow('broken');
    expect(await second).toBe('b');
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('fail if they wait for their own turn, in tests', async () => {
    const [turns, others] = [new Mutex(), new Mutex()];
    const inner = () => turns.runExclusive(async () => 'never');
    await expect(turns.runExclusive(() => others.runExclusive(inner))).rejects.toThrow('waits for its own turn');
    expect(await turns.runExclusive(async () => 'again')).toBe('again');
  });

  it('come after one that was taken just as another one ended', async () => {
    const log: string[] = [];
    const turns = new Mutex();
    const [a, b, c] = [task('a', log), task('b', log), task('c', log)];
    const first = turns.runExclusive(a.work).then(() => turns.runExclusive(b.work));
    a.end();
    await settled();
    const last = turns.runExclusive(c.work);
    await settled();
    expect(log).toEqual(['a begins', 'a ends', 'b begins']);
    b.end();
    c.end();
    await Promise.all([first, last]);
    expect(log.slice(2)).toEqual(['b begins', 'b ends', 'c begins', 'c ends']);
  });
});

it('tasks take turns also where nothing watches them, as in a server', async () => {
  const { watch } = Mutex;
  Mutex.watch = null;
  try {
    const turns = new Mutex();
    expect(await Promise.all([turns.runExclusive(async () => 'a'), turns.runExclusive(async () => 'b')])).toEqual([
      'a',
      'b',
    ]);
  } finally {
    Mutex.watch = watch;
  }
});

it('a task knows only the turns that it has', async () => {
  const held = new Mutex();
  const seen = await held.runExclusive(async () => Mutex.watch?.getStore());

  expect(seen).toEqual(new Set([held]));
});
