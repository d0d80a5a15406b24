import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DEFAULT_WORLD } from '../../src/addresses/world-id.ts';
import type { Row } from '../../src/store/collections.ts';
import { Collision, UnreachableDatabase, WriteFailure } from '../../src/store/errors.ts';
import type { Store } from '../../src/store/index.ts';
import { StoredWorlds } from '../../src/store/kept-worlds.ts';
import { readPart } from '../../src/store/saved-row.ts';
import { createStoreParts } from '../../src/store/shared.ts';
import type { SnapshotRecord } from '../../src/store/snapshot-store.ts';
import { createState, listRows, NO_ROWS } from '../../src/store/state.ts';
import type { LogChanges, LogContent, LogHead, LogUses, WorldLog, WorldRecord } from '../../src/store/world-log.ts';
import { createManualClock } from '../../src/time/clock.ts';
import { fullStore } from '../support/nouns.ts';
import { NOON, row } from '../support/records.ts';
import { plainly } from '../support/rows.ts';

/** How long a use waits, and some more for a busy machine. In milliseconds. */
const A_SECOND = 1300;

const FULL = () => new WriteFailure('full', 'the disk is full');

/** The texts of what a log was told to write. */
type Written = readonly [what: keyof WorldLog, ...about: unknown[]];

const rowText = ({
  world,
  collection,
  id,
}: {
  readonly world: string;
  readonly collection: string;
  readonly id: string;
}) => `${world} ${collection} ${id}`;
const usesText = ({ rows, worlds }: LogUses) => [
  ...rows.map((one) => `${rowText(one)} ${one.at - NOON}`),
  ...worlds.map(({ world, at }) => `${world} ${at - NOON}`),
];
const changesText = ({ puts, removed, states }: LogChanges) => [
  ...puts.map((one) => `${one.text === null ? '-' : ''}${rowText(one)}`),
  ...removed.map((one) => `-${rowText(one)}`),
  ...states.map(({ world, state }) => `${world}: ${state}`),
];

/** A log in memory. Its writes can fail, and can be held up. */
function logOf() {
  const written: Written[] = [];
  const heads: LogHead[] = [];
  const parts = new Map<string, readonly string[]>();
  const faults = new Map<keyof WorldLog, Error>();
  let held: Promise<void> | null = null;
  let resume = () => {};
  const write = async (...one: Written) => {
    written.push(one);
    if (held !== null) await held;
    const fault = faults.get(one[0]);
    if (fault !== undefined) throw fault;
  };
  const log: WorldLog = {
    read: async () => logged(),
    commit: (changes, head) => {
      heads.push(head);
      return write('commit', ...changesText(changes));
    },
    use: (uses) => write('use', ...usesText(uses)),
    fill: (world, all) => {
      const name = typeof world === 'string' ? world : `new ${world.name}`;
      return write('fill', name, ...[...all].flatMap((part) => readPart(part, name).map((one) => one.row.id)));
    },
    delete: (world) => write('delete', world),
    putSnapshot: async ({ id, place, size }, all) => {
      const made = [...all];
      await write('putSnapshot', id, place, size, made.length);
      parts.set(id, made);
    },
    readSnapshotPart: async (id, part) => {
      await write('readSnapshotPart', id);
      return parts.get(id)?.[part] ?? null;
    },
    deleteSnapshot: async (id) => {
      await write('deleteSnapshot', id);
      parts.delete(id);
    },
    isSure: () => true,
    fault: () => faults.get('commit')?.message ?? null,
    close: () => write('close'),
  };
  return {
    log,
    written,
    heads,
    parts,
    of: (what: keyof WorldLog) => written.filter(([one]) => one === what).map(([, ...about]) => about),
    fail: (what: keyof WorldLog, fault: Error = FULL()) => faults.set(what, fault),
    mend: () => faults.clear(),
    hold: () => {
      held = new Promise((resolve) => {
        resume = resolve;
      });
    },
    go: () => {
      held = null;
      resume();
    },
  };
}

const world = (name: string, given: Partial<WorldRecord> = {}): WorldRecord => ({
  ...{ name, made: `made of ${name}`, ttl: null, createdAt: NOON, usedAt: NOON },
  ...given,
});
const EMPTY = { initialRows: [], changedRows: [], uses: [] };
const logged = (given: Partial<LogContent> = {}): LogContent => ({
  head: { at: NOON },
  worlds: [{ ...world(DEFAULT_WORLD), state: '', ...EMPTY }],
  snapshots: [],
  ...given,
});

/** Worlds in a log in memory: the default one, which is open, and what else it had. */
function keptWorlds(given: Partial<LogContent> = {}) {
  const parts = createStoreParts();
  const clock = createManualClock(NOON);
  const log = logOf();
  const kept = new StoredWorlds(log.log, logged(given), parts, clock);
  const make = (name: string, rows: readonly Row[] = [], info: Partial<WorldRecord> = {}) =>
    kept.create(world(name, info), rows.length === 0 ? NO_ROWS : createState(rows));
  return { ...log, kept, parts, clock, make, main: kept.open(DEFAULT_WORLD) };
}
const insert = (store: Store, id: string) => plainly(fullStore(store)).collections.insert(row(id), null);
const remove = (store: Store, id: string) => plainly(fullStore(store)).collections.change('things', id, () => null);
const idsIn = async (store: Store) => (await store.collections.list({ collection: 'things' })).map(({ id }) => id);
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('worlds that outlive the process', () => {
  it('are found with their rows and state, and each is opened once', async () => {
    const read = (id: string, place: number) => ({ row: row(id), place, usedAt: null });
    const initialRows = [read('a', 1), read('b', 2), read('c', 3)];
    const changedRows = [
      { collection: 'things', id: 'b', read: null },
      { collection: 'things', id: 'd', read: read('d', 4) },
      { collection: 'things', id: 'c', read: { ...read('c', 3), row: row('c', { owner: 'globex' }) } },
    ];
    const uses = [{ collection: 'things', id: 'd', at: NOON + 1 }];
    const worlds = [
      { ...world(DEFAULT_WORLD), state: '', ...EMPTY },
      { ...world('alice', { ttl: 1000 }), state: 'observe', initialRows, changedRows, uses },
      { ...world('bob'), state: '', ...EMPTY },
    ];
    const { kept } = keptWorlds({ worlds });
    expect(kept.foundWorlds).toEqual([world('alice', { ttl: 1000 }), world('bob')]);

    const alice = kept.open('alice');
    expect([await idsIn(alice), alice.state?.text]).toEqual([['a', 'c', 'd'], 'observe']);
    expect((await alice.collections.byId('things', 'c'))?.owner).toBe('globex');
    expect(await alice.collections.uses('things')).toEqual(new Map([['d', NOON + 1]]));
    expect(() => kept.open('alice')).toThrow('not in the log, or open already');
    expect(() => kept.open('carol')).toThrow('not in the log, or open already');
  });

  it('are written with the time, and rows that they began with are noted when they are removed', async () => {
    const { make, of, heads, clock } = keptWorlds();
    const alice = await make('alice', [row('a')]);
    clock.set(NOON + 5);
    await insert(alice, 'b');
    await remove(alice, 'b');
    await remove(alice, 'a');
    expect(heads).toEqual([{ at: NOON + 5 }, { at: NOON + 5 }, { at: NOON + 5 }]);
    expect(of('commit')).toEqual([['alice things b'], ['-alice things b'], ['-alice things a']]);
  });

  it('are made and written with their rows, and then changed like the others', async () => {
    const { make, written } = keptWorlds();
    const alice = await make('alice', [row('a'), row('b')]);
    await insert(alice, 'c');
    await alice.state?.update(() => ['observe', undefined]);
    expect(written).toEqual([
      ['fill', 'new alice', 'a', 'b'],
      ['commit', 'alice things c'],
      ['commit', 'alice: observe'],
    ]);
    expect(await idsIn(alice)).toEqual(['a', 'b', 'c']);
  });

  it('are not made if that cannot be stored, and take no memory', async () => {
    const { make, fail, mend, parts } = keptWorlds();
    const { used } = parts.memory.quota;
    fail('fill');
    await expect(make('alice', [row('a')])).rejects.toThrow('the disk is full');
    expect(parts.memory.quota.used).toBe(used);
    mend();
    expect(await idsIn(await make('alice', [row('a')]))).toEqual(['a']);
  });

  it('do not change if that cannot be stored', async () => {
    const { main, fail, mend } = keptWorlds();
    await insert(main, 'a');
    const frozen = await main.freeze();
    await insert(main, 'b');
    for (const what of ['commit', 'fill'] as const) fail(what);
    await expect(insert(main, 'c')).rejects.toThrow('the disk is full');
    await expect(remove(main, 'a')).rejects.toThrow('the disk is full');
    await expect(main.restore(frozen)).rejects.toThrow('the disk is full');
    await expect(main.state?.update(() => ['observe', undefined])).rejects.toThrow('the disk is full');
    expect([await idsIn(main), main.state?.text, main.fault()]).toEqual([['a', 'b'], '', 'the disk is full']);
    mend();
    await main.restore(frozen);
    expect([await idsIn(main), main.fault()]).toEqual([['a'], null]);
  });
});

describe('uses', () => {
  it('of all worlds and their rows are written together, at most once a second, each the latest', async () => {
    const { kept, main, make, of } = keptWorlds();
    const alice = await make('alice', [row('a')]);
    await insert(main, 'a');
    for (const at of [1, 2, 3]) {
      await main.collections.note('things', 'a', NOON + at);
      await alice.collections.note('things', 'a', NOON + 10 * at);
      kept.noteUse('alice', NOON + 100 * at);
    }
    expect(of('use')).toEqual([]);
    await setTimeout(A_SECOND);
    expect(of('use')).toEqual([['default things a 3', 'alice things a 30', 'alice 300']]);

    await setTimeout(A_SECOND);
    expect(of('use')).toHaveLength(1);
    await main.collections.note('things', 'a', NOON + 4);
    await setTimeout(A_SECOND);
    expect(of('use').slice(1)).toEqual([['default things a 4']]);
  });

  it('are written before the log is closed', async () => {
    const { kept, main, written } = keptWorlds();
    await insert(main, 'a');
    await main.collections.note('things', 'a', NOON + 1);
    await kept.close();
    expect(written.slice(1)).toEqual([['use', 'default things a 1'], ['close']]);
  });

  it('that cannot be written are written later, but not instead of later ones', async () => {
    const { kept, main, of, fail, mend } = keptWorlds();
    for (const id of ['a', 'b']) await insert(main, id);
    for (const id of ['a', 'b']) await main.collections.note('things', id, NOON + 1);
    fail('use');
    await setTimeout(A_SECOND);
    expect(of('use')).toHaveLength(1);
    mend();
    await main.collections.note('things', 'b', NOON + 2);
    await kept.close();
    expect(
      of('use')
        .slice(1)
        .map((uses) => uses.toSorted()),
    ).toEqual([['default things a 1', 'default things b 2']]);
  });

  it('that were noted during a write that failed are the ones that are written later', async () => {
    const { kept, main, make, of, fail, mend, hold, go } = keptWorlds();
    await make('alice');
    await insert(main, 'a');
    const noteAll = async (at: number) => {
      await main.collections.note('things', 'a', NOON + at);
      kept.noteUse('alice', NOON + at);
    };
    await noteAll(1);
    hold();
    fail('use');
    await setTimeout(A_SECOND);
    await noteAll(2);
    go();
    await settled();
    mend();
    await kept.close();
    expect(of('use')).toEqual([
      ['default things a 1', 'alice 1'],
      ['default things a 2', 'alice 2'],
    ]);
  });

  it('that can never be written do not keep the log open', async () => {
    const { kept, main, of, fail } = keptWorlds();
    await insert(main, 'a');
    await main.collections.note('things', 'a', NOON + 1);
    fail('use', new UnreachableDatabase('gone'));
    await kept.close();
    expect(of('close')).toHaveLength(1);
  });

  it('of a removed row are not those of another one with its id', async () => {
    const { kept, main, of } = keptWorlds();
    await insert(main, 'a');
    await main.collections.note('things', 'a', NOON + 1);
    await remove(main, 'a');
    await insert(main, 'a');
    await kept.close();
    expect(of('use')).toEqual([]);
  });

  it('of rows that were replaced all at once are forgotten', async () => {
    const { kept, main, of } = keptWorlds();
    await insert(main, 'a');
    const frozen = await main.freeze();
    await main.collections.note('things', 'a', NOON + 1);
    await main.restore(frozen);
    await kept.close();
    expect(of('use')).toEqual([]);
  });

  it('of a world that is not there are not written', async () => {
    const { kept, of } = keptWorlds();
    kept.noteUse('carol', NOON + 1);
    await kept.close();
    expect(of('use')).toEqual([]);
  });
});

describe('a world that is deleted', () => {
  it('is not written any more, although requests may still run in it', async () => {
    const { kept, make, written, hold, go } = keptWorlds();
    const alice = await make('alice', [row('a')]);
    const frozen = await alice.freeze();
    hold();
    const deleted = kept.delete('alice');
    await alice.collections.note('things', 'a', NOON + 1);
    kept.noteUse('alice', NOON + 1);
    const late = [insert(alice, 'b'), alice.state?.update(() => ['observe', undefined]), alice.restore(frozen)];
    go();
    await deleted;
    await Promise.all(late);
    await insert(alice, 'c');
    await kept.close();
    expect(written).toEqual([['fill', 'new alice', 'a'], ['delete', 'alice'], ['close']]);
  });

  it('goes on if that cannot be stored, with the changes that came meanwhile', async () => {
    const { kept, make, of, hold, go, fail, mend } = keptWorlds();
    const alice = await make('alice', [row('a')]);
    fail('delete');
    hold();
    const deleted = kept.delete('alice');
    const late = insert(alice, 'b');
    go();
    await expect(deleted).rejects.toThrow('the disk is full');
    await late;
    await alice.collections.note('things', 'a', NOON + 1);
    kept.noteUse('alice', NOON + 2);
    mend();
    await kept.close();
    expect(of('commit')).toEqual([['alice things b']]);
    expect(of('use')).toEqual([['alice things a 1', 'alice 2']]);
  });

  it('can be deleted again after an attempt that failed', async () => {
    const { kept, make, of, fail, mend } = keptWorlds();
    const alice = await make('alice', [row('a')]);
    fail('delete');
    await expect(kept.delete('alice')).rejects.toThrow('the disk is full');
    mend();
    await kept.delete('alice');
    await insert(alice, 'b');
    expect([of('delete'), of('commit')]).toEqual([[['alice'], ['alice']], []]);
  });

  it('leaves its name to another one at once, which is not deleted with it', async () => {
    const { kept, make, written, hold, go } = keptWorlds();
    const old = await make('alice', [row('a')]);
    hold();
    const deleted = kept.delete('alice');
    const made = make('alice', [row('b')]);
    go();
    await deleted;
    const alice = await made;
    await insert(old, 'lost');
    await insert(alice, 'c');
    await alice.collections.note('things', 'b', NOON + 1);
    kept.noteUse('alice', NOON + 2);
    await kept.close();
    expect(written.slice(1)).toEqual([
      ['delete', 'alice'],
      ['fill', 'new alice', 'b'],
      ['commit', 'alice things c'],
      ['use', 'alice things b 1', 'alice 2'],
      ['close'],
    ]);
  });

  it('need not have been opened', async () => {
    const worlds = [DEFAULT_WORLD, 'alice'].map((name) => ({ ...world(name), state: '', ...EMPTY }));
    const { kept, written } = keptWorlds({ worlds });
    await kept.delete('alice');
    expect(written).toEqual([['delete', 'alice']]);
    expect(() => kept.open('alice')).toThrow('not in the log');
  });
});

describe('snapshots that outlive the process', () => {
  const taken = (id: string, place: number): SnapshotRecord => ({
    ...{ id, place, name: null, world: 'default', at: NOON, size: 7, made: 'made' },
  });
  const snapshotOf = (id: string, rows: readonly Row[]) => ({
    ...{ id, name: 'mine', world: 'default', at: NOON, made: 'made of it' },
    state: createState(rows),
  });

  it('are listed oldest first, and a new one comes after those that were there', async () => {
    const all = keptWorlds({ snapshots: [taken('one', 2), taken('two', 5)] });
    await all.kept.snapshots.put(snapshotOf('three', []));
    const listed = await all.kept.snapshots.list();
    expect(listed.map(({ id, place }) => [id, place])).toEqual([
      ['one', 2],
      ['two', 5],
      ['three', 6],
    ]);
  });

  it('are written in parts, and read back with all of their rows', async () => {
    const all = keptWorlds();
    const rows = Array.from({ length: 1001 }, (_, index) => row(`row-${index}`));
    const size = await all.kept.snapshots.put(snapshotOf('one', rows));
    expect(all.of('putSnapshot')).toEqual([['one', 1, size, 3]]);
    expect(size).toBe(rows.reduce((sum, { body }) => sum + JSON.stringify(body).length, 0));

    await all.kept.snapshots.use('one', async (found) => {
      expect(found).toMatchObject({ id: 'one', name: 'mine', made: 'made of it', size, at: NOON });
      expect(found && listRows(found.state).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
      expect(all.parts.memory.quota.used).toBeGreaterThan(500_000);
    });
    expect(all.parts.memory.quota.used).toBeLessThan(10_000);
    expect(await all.kept.snapshots.use('two', async (found) => found)).toBeNull();
  });

  it('have an id of their own', async () => {
    const all = keptWorlds({ snapshots: [taken('one', 1)] });
    await expect(all.kept.snapshots.put(snapshotOf('one', []))).rejects.toThrow(Collision);
    expect(all.of('putSnapshot')).toEqual([]);
  });

  it('are not there if they cannot be stored', async () => {
    const all = keptWorlds();
    all.fail('putSnapshot');
    await expect(all.kept.snapshots.put(snapshotOf('one', [row('a')]))).rejects.toThrow('the disk is full');
    expect([await all.kept.snapshots.list(), await all.kept.snapshots.use('one', async (found) => found)]).toEqual([
      [],
      null,
    ]);
    all.mend();
    await all.kept.snapshots.put(snapshotOf('one', [row('a')]));
    expect(await all.kept.snapshots.list()).toHaveLength(1);
  });

  it('are deleted once, and stay if that cannot be stored', async () => {
    const all = keptWorlds({ snapshots: [taken('one', 1)] });
    const { snapshots } = all.kept;
    all.fail('deleteSnapshot');
    await expect(snapshots.delete('one')).rejects.toThrow('the disk is full');
    expect(await snapshots.list()).toHaveLength(1);
    all.mend();
    expect([await snapshots.delete('one'), await snapshots.delete('one')]).toEqual([true, false]);
    expect([await snapshots.list(), await snapshots.use('one', async (found) => found)]).toEqual([[], null]);
  });

  it('are deleted once, although two ask for it at the same time', async () => {
    const { snapshots } = keptWorlds({ snapshots: [taken('one', 1)] }).kept;
    expect(await Promise.all([snapshots.delete('one'), snapshots.delete('one')])).toEqual([true, false]);
  });

  it('are not found without their rows while they are being deleted', async () => {
    const all = keptWorlds();
    const { snapshots } = all.kept;
    await snapshots.put(snapshotOf('one', [row('a')]));
    const deleted = snapshots.delete('one');
    const found = await snapshots.use('one', async (one) => one);
    await deleted;
    expect(found).toBeNull();
  });
});

it('the log is closed after everything that was still to be written', async () => {
  const { kept, make, written, hold, go } = keptWorlds();
  for (const name of ['alice', 'bob']) await make(name);
  hold();
  const deleted = [kept.delete('alice'), kept.delete('bob')];
  const closed = kept.close();
  await settled();
  go();
  await Promise.all([...deleted, closed]);
  expect(written.slice(2)).toEqual([['delete', 'alice'], ['delete', 'bob'], ['close']]);
});
