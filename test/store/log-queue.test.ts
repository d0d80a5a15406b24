import { describe, expect, it } from 'vitest';
import { ReadOnlyDatabase, UnknownOutcome, UnreachableDatabase, WriteFailure } from '../../src/store/errors.ts';
import { LogQueue } from '../../src/store/log-queue.ts';
import type { LogChanges } from '../../src/store/world-log.ts';

/** Changes with as many rows as there are ids; an id that begins with a minus is removed. */
function changes(...ids: readonly string[]): LogChanges {
  const removed = ids.filter((id) => id.startsWith('-'));
  const added = ids.filter((id) => !id.startsWith('-'));
  return {
    puts: added.map((id) => ({ world: 'default', collection: 'things', id, text: '{}' })),
    removed: removed.map((id) => ({ world: 'default', collection: 'things', id: id.slice(1) })),
    states: [],
  };
}
const state = (text: string): LogChanges => ({ puts: [], removed: [], states: [{ world: 'default', state: text }] });
const idsOf = ({ puts, removed, states }: LogChanges) => [
  ...puts.map(({ id }) => id),
  ...removed.map(({ id }) => `-${id}`),
  ...states.map((one) => `state ${one.state}`),
];
const rows = (first: number, count: number) => Array.from({ length: count }, (_, index) => `${first + index}`);
/** Everything that can happen now has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A queue whose writes end when the test says so. @param faultOf the error of a write that fails */
function queueOf(faultOf: (ids: readonly string[]) => Error | null = () => null) {
  const written: (readonly string[] | string)[] = [];
  const ends: (() => void)[] = [];
  const outcomes: string[] = [];
  let underWay = 0;
  let max = 0;
  const write = (what: readonly string[] | string, fault: Error | null) => {
    written.push(what);
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
    most: () => max,
    commit: (...ids: string[]) => follow(ids.join(' '), queue.commit(changes(...ids))),
    commitState: (text: string) => follow(text, queue.commit(state(text))),
    run: (name: string, fault: Error | null = null) =>
      follow(
        name,
        queue.run(() => write(name, fault)),
      ),
    /** Ends the write that is under way. */
    end: async () => {
      ends.shift()?.();
      await settled();
    },
    endAll: async () => {
      await settled();
      for (let end = ends.shift(); end !== undefined; end = ends.shift()) {
        end();
        await settled();
      }
    },
  };
}

describe('changes of worlds are written', () => {
  it('at once if nothing else is being written', async () => {
    const { commit, written, outcomes, end } = queueOf();
    commit('a', '-b');
    expect(written).toEqual([['a', '-b']]);
    await settled();
    expect(outcomes).toEqual([]);
    await end();
    expect(outcomes).toEqual(['a -b']);
  });

  it('one write after the other, in their order', async () => {
    const { commit, run, written, outcomes, endAll, most: max } = queueOf();
    commit('a');
    run('fill');
    commit('b');
    run('delete');
    commit('c');
    await endAll();
    expect(written).toEqual([['a'], 'fill', ['b'], 'delete', ['c']]);
    expect(outcomes).toEqual(['a', 'fill', 'b', 'delete', 'c']);
    expect(max()).toBe(1);
  });

  it('together, if they come while another write is under way', async () => {
    const { commit, commitState, written, outcomes, end, endAll } = queueOf();
    commit('a');
    commit('b');
    commitState('observe');
    commit('c', '-d');
    expect(written).toEqual([['a']]);
    await end();
    expect(outcomes).toEqual(['a']);
    expect(written).toEqual([['a'], ['b', 'c', '-d', 'state observe']]);
    commit('e');
    await endAll();
    expect(written).toEqual([['a'], ['b', 'c', '-d', 'state observe'], ['e']]);
    expect(outcomes).toEqual(['a', 'b', 'observe', 'c -d', 'e']);
  });

  it('together only if no write of its own came between', async () => {
    const { commit, run, written, endAll } = queueOf();
    run('first');
    commit('a');
    commit('b');
    run('between');
    commit('c');
    commit('d');
    await endAll();
    expect(written).toEqual(['first', ['a', 'b'], 'between', ['c', 'd']]);
  });

  it('at most 1000 rows together, and more only if one change has more', async () => {
    const { commit, commitState, written, endAll } = queueOf();
    commit('first');
    for (const at of [0, 400, 800]) commit(...rows(at, 400));
    commit(...rows(1200, 200));
    commit(...rows(1400, 400));
    commit('one more');
    commitState('observe');
    commit(...rows(2000, 1500));
    commit('last');
    await endAll();
    expect(written.map(({ length }) => length)).toEqual([1, 800, 1000, 2, 1500, 1]);
    expect(written.flat().slice(1, 1801)).toEqual(rows(0, 1800));
  });
});

describe('a change that cannot be stored', () => {
  const full = new WriteFailure('full', 'full');
  const broken = (ids: readonly string[]) => (ids.includes('bad') ? full : null);

  it('fails, and the next one is written', async () => {
    const { commit, outcomes, endAll } = queueOf(broken);
    commit('bad');
    commit('a');
    await endAll();
    expect(outcomes).toEqual(['bad: full', 'a']);
  });

  it('fails alone, although others went with it', async () => {
    const { commit, written, outcomes, endAll, most: max } = queueOf(broken);
    commit('first');
    commit('a');
    commit('bad');
    commit('b');
    await endAll();
    expect(written).toEqual([['first'], ['a', 'bad', 'b'], ['a'], ['bad'], ['b']]);
    expect(outcomes).toEqual(['first', 'a', 'bad: full', 'b']);
    expect(max()).toBe(1);
  });

  it('is tried before those that come meanwhile', async () => {
    const { commit, run, written, end, endAll } = queueOf(broken);
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
    ['nobody knows whether it was stored', new UnknownOutcome('lost')],
    ['the database does not answer', new UnreachableDatabase('lost')],
    ['the database takes no changes', new ReadOnlyDatabase('is read-only')],
  ])('fails with all that go with it if %s, and none is tried again', async (_why, cause) => {
    const { commit, written, outcomes, endAll } = queueOf((ids) => (ids.includes('bad') ? cause : null));
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

describe('a write of its own', () => {
  it('returns what it has read', async () => {
    const queue = new LogQueue(async () => {});
    expect(await queue.run(async () => 7)).toBe(7);
  });

  it('fails alone, and the next one comes in its turn', async () => {
    const { commit, run, written, outcomes, endAll } = queueOf();
    commit('a');
    run('fill', new WriteFailure('lost', 'gone'));
    commit('b');
    run('delete');
    await endAll();
    expect(written).toEqual([['a'], 'fill', ['b'], 'delete']);
    expect(outcomes).toEqual(['a', 'fill: gone', 'b', 'delete']);
  });
});
