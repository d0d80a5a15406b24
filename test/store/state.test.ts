/** The initial states of worlds and snapshots. */
import { describe, expect, it } from 'vitest';
import { Quota } from '../../src/lib/memory.ts';
import { Collections } from '../../src/store/collections.ts';
import { Collision } from '../../src/store/errors.ts';
import { completeState, createState, listRows, listUsedRows, StateBuilder, sizeOf } from '../../src/store/state.ts';
import { StateMemory } from '../../src/store/state-memory.ts';
import { NOON, row } from '../support/records.ts';

describe('a state that is built row by row', () => {
  it('has each row with its last use', () => {
    const builder = new StateBuilder();
    builder.add(row('one'), { usedAt: NOON });
    builder.add(row('two'), { usedAt: NOON + 1 });
    builder.add(row('three', { collection: 'others' }));

    const used = [...listUsedRows(builder.state)].map(({ row: { id }, usedAt }) => [id, usedAt]);
    expect(used).toEqual([
      ['one', NOON],
      ['two', NOON + 1],
      ['three', null],
    ]);
    expect([...builder.state.uses.keys()]).toEqual(['things']);
  });

  it('has its rows in the order of places across collections', () => {
    const builder = new StateBuilder();
    builder.add(row('b'), { place: 7 });
    builder.add(row('a', { collection: 'others' }), { place: 3 });
    builder.add(row('c', { collection: 'others' }));

    expect(listRows(builder.state).map(({ id, revision }) => [id, revision.place])).toEqual([
      ['a', 3],
      ['b', 7],
      ['c', 8],
    ]);
    expect(builder.state.nextPlace).toBe(9);
  });

  it('rejects a second row with the same id or alias', () => {
    const rows = [row('one', { aliases: ['first'] })];

    expect(() => createState([...rows, row('one')])).toThrow(Collision);
    expect(() => createState([...rows, row('two', { aliases: ['first'] })])).toThrow(Collision);
    expect(sizeOf(createState([...rows, row('one', { collection: 'others' })]))).toBe(2 * '{"about":"one"}'.length);
  });

  it('has bodies as JSON, and keeps own bodies unchanged', () => {
    const body = { known: 1, unknown: undefined };
    const builder = new StateBuilder();
    builder.add(row('one', { body }));
    builder.add(row('two', { body }), { isOurs: true });
    const [first, second] = listRows(builder.state);

    expect(first?.body).toStrictEqual({ known: 1 });
    expect(second?.body).toBe(body);
  });

  it('takes memory until it is released', () => {
    const quota = new Quota(10_000);
    const builder = new StateBuilder(new StateMemory(quota));
    builder.add(row('one'));
    const [rows] = builder.state.collections.values();

    expect(quota.used).toBe(rows?.weight);
    for (let times = 0; times < 2; times += 1) builder.release();
    expect(quota.used).toBe(0);
    new StateBuilder().release();
  });
});

describe('a state with own rows', () => {
  const cast = createState([row('one'), row('two', { collection: 'others' })]);
  const own = {
    ...cast,
    own: (collection: string) =>
      collection === 'others' ? null : (shared: typeof ROW) => ({ ...shared, body: 'own' }),
  };
  const ROW = row('x');

  it('is completed for a log', () => {
    const whole = completeState(own);

    expect(listRows(whole).map(({ id, body }) => [id, body])).toEqual([
      ['one', 'own'],
      ['two', { about: 'two' }],
    ]);
    expect(whole.collections.get('others')).toBe(cast.collections.get('others'));
    expect(completeState(cast).collections).toEqual(cast.collections);
  });

  it('is resolved when a world reads a collection for the first time', () => {
    const world = new Collections(own);

    expect(world.rowsOf('things').byId('one')?.body).toBe('own');
    expect(world.rowsOf('others').byId('two')?.body).toEqual({ about: 'two' });
    expect(world.rowsOf('nothing').all).toEqual([]);
    expect(listRows(cast).map(({ body }) => body)).toEqual([{ about: 'one' }, { about: 'two' }]);
  });
});
