import { describe, expect, it } from 'vitest';
import { ReadOnlyDatabase, UnknownOutcome, UnreachableDatabase, WriteFailure } from '../../src/store/errors.ts';
import { LogQueue } from '../../src/store/log-queue.ts';
import type { LogChanges } from '../../src/store/world-log.ts';

/** Creates changes that put a row for each id, or remove it if the id begins with a minus. */
function createChanges(...ids: readonly string[]): LogChanges {
  const removed = ids.filter((id) => id.startsWith('-'));
  const added = ids.filter((id) => !id.startsWith('-'));
  return {
    puts: added.map((id) => ({ world: 'default', collection: 'things', id, text: '{}' })),
    removed: removed.map((id) => ({ world: 'default', collection: 'things', id: id.slice(1) })),
    states: [],
  };
}
const createState = (text: string): LogChanges => ({
  puts: [],
  removed: [],
  states: [{ world: 'default', state: text }],
});
const idsOf = ({ puts, removed, states }: LogChanges) => [
  ...puts.map(({ id }) => id),
  ...removed.map(({ id }) => `-${id}`),
  ...states.map(({ state }) => `state ${state}`),
];
const createIds = (first: number, count: number) => Array.from({ length: count }, (_, index) => `${first + index}`);
/** Waits until all pending callbacks have run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Creates a queue whose writes the test ends. @param faultOf returns the error of a failing write, or null */
function createQueue(faultOf: (ids: readonly string[]) => Error | null = () => null) {
  const written: (readonly string[] | string)[] = [];
  const ends: (() => void)[] = [];
  const outcomes: string[] = [];
  let underWay = 0;
  let max = 0;
  const write = (content: readonly string[] | string, fault: Error | null) => {
    written.push(content);
    underWay += 1;
    max = Math.max(max, underWay);
    return new Promise<void>((resolve, reject) => {
      ends.push(() => {
        underWay -= 1;
        if (fault === null) resolve();
        else reject(fault);
      });
    });
  };
  const queue = new LogQueue((all) => write(idsOf(all), faultOf(idsOf(all))));
  const follow = (name: string, promise: Promise<unknown>) =>
    promise.then(
      () => outcomes.push(name),
      (cause) => outcomes.push(`${name}: ${(cause as Error).message}`),
    );
  return {
    written,
    outcomes,
    readMax: () => max,
    commit: (...ids: string[]) => follow(ids.join(' '), queue.commit(createChanges(...ids))),
    commitState: (text: string) => follow(text, queue.commit(createState(text))),
    run: (name: string, fault: Error | null = null) =>
      follow(
        name,
        queue.run(() => write(name, fault)),
      ),
    /** Ends the write that is under way. */
    end: async () => {
      ends.shift()?.();
      await settle();
    },
    endAll: async () => {
      await settle();
      for (let end = ends.shift(); end !== undefined; end = ends.shift()) {
        end();
        await settle();
      }
    },
  };
}

describe('commits are written', () => {
  it('at once if no write is running', async () => {
    const { commit, written, outcomes, end } = createQueue();
    commit('a', '-b');
    expect(written).toEqual([['a', '-b']]);
    await settle();
    expect(outcomes).toEqual([]);
    await end();
    expect(outcomes).toEqual(['a -b']);
  });

  it('one after another, in order', async () => {
    const { commit, run, written, outcomes, endAll, readMax } = createQueue();
    commit('a');
    run('fill');
    commit('b');
    run('delete');
    commit('c');
    await endAll();
    expect(written).toEqual([['a'], 'fill', ['b'], 'delete', ['c']]);
    expect(outcomes).toEqual(['a', 'fill', 'b', 'delete', 'c']);
    expect(readMax()).toBe(1);
  });

  it('together if they arrive during another write', async () => {
    const { commit, commitState, written, outcomes, end, endAll } = createQueue();
    commit('a');
    commit('b');
    commitState('changed');
    commit('c', '-d');
    expect(written).toEqual([['a']]);
    await end();
    expect(outcomes).toEqual(['a']);
    expect(written).toEqual([['a'], ['b', 'c', '-d', 'state changed']]);
    commit('e');
    await endAll();
    expect(written).toEqual([['a'], ['b', 'c', '-d', 'state changed'], ['e']]);
    expect(outcomes).toEqual(['a', 'b', 'changed', 'c -d', 'e']);
  });

  it('separately around a call of `run`', async () => {
    const { commit, run, written, endAll } = createQueue();
    run('first');
    commit('a');
    commit('b');
    run('between');
    commit('c');
    commit('d');
    await endAll();
    expect(written).toEqual(['first', ['a', 'b'], 'between', ['c', 'd']]);
  });

  it('in writes of at most 1000 rows, unless a single commit has more', async () => {
    const { commit, commitState, written, endAll } = createQueue();
    commit('first');
    for (const at of [0, 400, 800]) commit(...createIds(at, 400));
    commit(...createIds(1200, 200));
    commit(...createIds(1400, 400));
    commit('one more');
    commitState('changed');
    commit(...createIds(2000, 1500));
    commit('last');
    await endAll();
    expect(written.map(({ length }) => length)).toEqual([1, 800, 1000, 2, 1500, 1]);
    expect(written.flat().slice(1, 1801)).toEqual(createIds(0, 1800));
  });
});

describe('a commit that cannot be stored', () => {
  const full = new WriteFailure('full', 'full');
  const findFault = (ids: readonly string[]) => (ids.includes('bad') ? full : null);

  it('is rejected, and the next commit is written', async () => {
    const { commit, outcomes, endAll } = createQueue(findFault);
    commit('bad');
    commit('a');
    await endAll();
    expect(outcomes).toEqual(['bad: full', 'a']);
  });

  it('is rejected alone, and commits of the same write are stored', async () => {
    const { commit, written, outcomes, endAll, readMax } = createQueue(findFault);
    commit('first');
    commit('a');
    commit('bad');
    commit('b');
    await endAll();
    expect(written).toEqual([['first'], ['a', 'bad', 'b'], ['a'], ['bad'], ['b']]);
    expect(outcomes).toEqual(['first', 'a', 'bad: full', 'b']);
    expect(readMax()).toBe(1);
  });

  it('is retried before later commits', async () => {
    const { commit, run, written, end, endAll } = createQueue(findFault);
    commit('first');
    commit('bad');
    commit('a');
    await end();
    await end();
    commit('later');
    run('fill');
    await endAll();
    expect(written).toEqual([['first'], ['bad', 'a'], ['bad'], ['a'], ['later'], 'fill']);
  });

  it.each([
    ['the outcome is unknown', new UnknownOutcome('lost')],
    ['the database does not answer', new UnreachableDatabase('lost')],
    ['the database is read-only', new ReadOnlyDatabase('is read-only')],
  ])('is rejected with all commits of its write, without a retry, if %s', async (_why, cause) => {
    const { commit, written, outcomes, endAll } = createQueue((ids) => (ids.includes('bad') ? cause : null));
    commit('first');
    commit('a');
    commit('bad');
    commit('b');
    commit('c');
    commit('d');
    await endAll();
    expect(written).toEqual([['first'], ['a', 'bad', 'b', 'c', 'd']]);
    const failed = ['a', 'bad', 'b', 'c', 'd'].map((id) => `${id}: ${cause.message}`);
    expect(outcomes).toEqual(['first', ...failed]);
  });
});

describe('run', () => {
  it('returns the result of its callback', async () => {
    const queue = new LogQueue(async () => {});
    expect(await queue.run(async () => 7)).toBe(7);
  });

  it('rejects with the error of its callback, and the next write follows', async () => {
    const { commit, run, written, outcomes, endAll } = createQueue();
    commit('a');
    run('fill', new WriteFailure('lost', 'gone'));
    commit('b');
    run('delete');
    await endAll();
    expect(written).toEqual([['a'], 'fill', ['b'], 'delete']);
    expect(outcomes).toEqual(['a', 'fill: gone', 'b', 'delete']);
  });
});
