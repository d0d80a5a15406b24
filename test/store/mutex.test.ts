import { describe, expect, it } from 'vitest';
import { Mutex } from '../../src/store/mutex.ts';
import { watchTurns } from '../support/turn-watch.ts';

watchTurns();

/** Creates a task that the test ends. */
function createTask(name: string, log: string[]) {
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
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('runExclusive', () => {
  it('runs tasks one after another in order, the first at once', async () => {
    const log: string[] = [];
    const mutex = new Mutex();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => createTask(name, log)) as [
      ReturnType<typeof createTask>,
      ReturnType<typeof createTask>,
      ReturnType<typeof createTask>,
    ];
    const all = Promise.all([a, b, c].map(({ work }) => mutex.runExclusive(work)));
    expect(log).toEqual(['a begins']);
    for (const { end } of [c, b, a]) end();
    expect(await all).toEqual(['a', 'b', 'c']);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('runs the next task after a failed one', async () => {
    const log: string[] = [];
    const mutex = new Mutex();
    const [a, b] = [createTask('a', log), createTask('b', log)];
    const [first, second] = [mutex.runExclusive(a.work), mutex.runExclusive(b.work)];
    a.end(new Error('broken'));
    b.end();
    await expect(first).rejects.toThrow('broken');
    expect(await second).toBe('b');
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('rejects a task that waits for itself, in tests', async () => {
    const [mutex, otherMutex] = [new Mutex(), new Mutex()];
    const inner = () => mutex.runExclusive(async () => 'never');
    await expect(mutex.runExclusive(() => otherMutex.runExclusive(inner))).rejects.toThrow('waits for its own turn');
    expect(await mutex.runExclusive(async () => 'again')).toBe('again');
  });

  it('runs a task after one that was queued when the previous one ended', async () => {
    const log: string[] = [];
    const mutex = new Mutex();
    const [a, b, c] = [createTask('a', log), createTask('b', log), createTask('c', log)];
    const first = mutex.runExclusive(a.work).then(() => mutex.runExclusive(b.work));
    a.end();
    await settle();
    const last = mutex.runExclusive(c.work);
    await settle();
    expect(log).toEqual(['a begins', 'a ends', 'b begins']);
    b.end();
    c.end();
    await Promise.all([first, last]);
    expect(log.slice(2)).toEqual(['b begins', 'b ends', 'c begins', 'c ends']);
  });
});

it('tasks run in order also without a watcher, as in a server', async () => {
  const { watch } = Mutex;
  Mutex.watch = null;
  try {
    const mutex = new Mutex();
    expect(await Promise.all([mutex.runExclusive(async () => 'a'), mutex.runExclusive(async () => 'b')])).toEqual([
      'a',
      'b',
    ]);
  } finally {
    Mutex.watch = watch;
  }
});

it('the watcher of a task has only the mutex that it holds', async () => {
  const held = new Mutex();
  const seen = await held.runExclusive(async () => Mutex.watch?.getStore());

  expect(seen).toEqual(new Set([held]));
});
