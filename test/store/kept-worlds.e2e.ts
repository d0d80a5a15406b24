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
import { withoutRevisions } from '../support/rows.ts';

/** The delay of uses, and more for a busy machine, in milliseconds. */
const A_SECOND = 1300;

const createFullError = () => new WriteFailure('full', 'the disk is full');

/** A call of a log, as texts. */
type Written = readonly [method: keyof WorldLog, ...parameters: unknown[]];

const describeRow = ({
  world,
  collection,
  id,
}: {
  readonly world: string;
  readonly collection: string;
  readonly id: string;
}) => `${world} ${collection} ${id}`;
const describeUses = ({ rows, worlds }: LogUses) => [
  ...rows.map((use) => `${describeRow(use)} ${use.at - NOON}`),
  ...worlds.map(({ world, at }) => `${world} ${at - NOON}`),
];
const describeChanges = ({ puts, removed, states }: LogChanges) => [
  ...puts.map((put) => `${put.text === null ? '-' : ''}${describeRow(put)}`),
  ...removed.map((removal) => `-${describeRow(removal)}`),
  ...states.map(({ world, state }) => `${world}: ${state}`),
];

/** Creates a log in memory whose writes can fail and can be held up. */
function createLog() {
  const written: Written[] = [];
  const heads: LogHead[] = [];
  const parts = new Map<string, readonly string[]>();
  const faults = new Map<keyof WorldLog, Error>();
  let held: Promise<void> | null = null;
  let resume = () => {};
  const write = async (...call: Written) => {
    written.push(call);
    if (held !== null) await held;
    const fault = faults.get(call[0]);
    if (fault !== undefined) throw fault;
  };
  const log: WorldLog = {
    read: async () => createContent(),
    commit: (changes, head) => {
      heads.push(head);
      return write('commit', ...describeChanges(changes));
    },
    use: (uses) => write('use', ...describeUses(uses)),
    fill: (world, all) => {
      const name = typeof world === 'string' ? world : `new ${world.name}`;
      return write('fill', name, ...[...all].flatMap((part) => readPart(part, name).map((read) => read.row.id)));
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
    callsOf: (method: keyof WorldLog) =>
      written.filter(([name]) => name === method).map(([, ...parameters]) => parameters),
    fail: (method: keyof WorldLog, fault: Error = createFullError()) => faults.set(method, fault),
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

const createWorld = (name: string, overrides: Partial<WorldRecord> = {}): WorldRecord => ({
  name,
  made: `made of ${name}`,
  ttl: null,
  createdAt: NOON,
  usedAt: NOON,
  ...overrides,
});
const EMPTY = { initialRows: [], changedRows: [], uses: [] };
const createContent = (overrides: Partial<LogContent> = {}): LogContent => ({
  head: { at: NOON },
  worlds: [{ ...createWorld(DEFAULT_WORLD), state: '', ...EMPTY }],
  snapshots: [],
  ...overrides,
});

/** Opens the worlds of a log in memory, and its default world. */
function openStoredWorlds(overrides: Partial<LogContent> = {}) {
  const parts = createStoreParts();
  const clock = createManualClock(NOON);
  const log = createLog();
  const kept = new StoredWorlds(log.log, createContent(overrides), parts, clock);
  const create = (name: string, rows: readonly Row[] = [], info: Partial<WorldRecord> = {}) =>
    kept.create(createWorld(name, info), rows.length === 0 ? NO_ROWS : createState(rows));
  return { ...log, kept, parts, clock, create, main: kept.open(DEFAULT_WORLD) };
}
const insert = (store: Store, id: string) => withoutRevisions(fullStore(store)).collections.insert(row(id), null);
const remove = (store: Store, id: string) =>
  withoutRevisions(fullStore(store)).collections.change('things', id, () => null);
const readIds = async (store: Store) => (await store.collections.list({ collection: 'things' })).map(({ id }) => id);
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('stored worlds', () => {
  it('are opened once each, with their rows and state', async () => {
    const read = (id: string, place: number) => ({ row: row(id), place, usedAt: null });
    const initialRows = [read('a', 1), read('b', 2), read('c', 3)];
    const changedRows = [
      { collection: 'things', id: 'b', read: null },
      { collection: 'things', id: 'd', read: read('d', 4) },
      { collection: 'things', id: 'c', read: { ...read('c', 3), row: row('c', { owner: 'globex' }) } },
    ];
    const uses = [{ collection: 'things', id: 'd', at: NOON + 1 }];
    const worlds = [
      { ...createWorld(DEFAULT_WORLD), state: '', ...EMPTY },
      { ...createWorld('alice', { ttl: 1000 }), state: 'observe', initialRows, changedRows, uses },
      { ...createWorld('bob'), state: '', ...EMPTY },
    ];
    const { kept } = openStoredWorlds({ worlds });
    expect(kept.foundWorlds).toEqual([createWorld('alice', { ttl: 1000 }), createWorld('bob')]);

    const alice = kept.open('alice');
    expect([await readIds(alice), alice.state?.text]).toEqual([['a', 'c', 'd'], 'observe']);
    expect((await alice.collections.byId('things', 'c'))?.owner).toBe('globex');
    expect(await alice.collections.uses('things')).toEqual(new Map([['d', NOON + 1]]));
    expect(() => kept.open('alice')).toThrow('not in the log, or open already');
    expect(() => kept.open('carol')).toThrow('not in the log, or open already');
  });

  it('are written with the time and with removals of initial rows', async () => {
    const { create, callsOf, heads, clock } = openStoredWorlds();
    const alice = await create('alice', [row('a')]);
    clock.set(NOON + 5);
    await insert(alice, 'b');
    await remove(alice, 'b');
    await remove(alice, 'a');
    expect(heads).toEqual([{ at: NOON + 5 }, { at: NOON + 5 }, { at: NOON + 5 }]);
    expect(callsOf('commit')).toEqual([['alice things b'], ['-alice things b'], ['-alice things a']]);
  });

  it('are created with their rows, and then written change by change', async () => {
    const { create, written } = openStoredWorlds();
    const alice = await create('alice', [row('a'), row('b')]);
    await insert(alice, 'c');
    await alice.state?.update(() => ['observe', undefined]);
    expect(written).toEqual([
      ['fill', 'new alice', 'a', 'b'],
      ['commit', 'alice things c'],
      ['commit', 'alice: observe'],
    ]);
    expect(await readIds(alice)).toEqual(['a', 'b', 'c']);
  });

  it('are not created if that cannot be stored, and take no memory', async () => {
    const { create, fail, mend, parts } = openStoredWorlds();
    const { used } = parts.memory.quota;
    fail('fill');
    await expect(create('alice', [row('a')])).rejects.toThrow('the disk is full');
    expect(parts.memory.quota.used).toBe(used);
    mend();
    expect(await readIds(await create('alice', [row('a')]))).toEqual(['a']);
  });

  it('do not change if a write fails', async () => {
    const { main, fail, mend } = openStoredWorlds();
    await insert(main, 'a');
    const frozen = await main.freeze();
    await insert(main, 'b');
    for (const method of ['commit', 'fill'] as const) fail(method);
    await expect(insert(main, 'c')).rejects.toThrow('the disk is full');
    await expect(remove(main, 'a')).rejects.toThrow('the disk is full');
    await expect(main.restore(frozen)).rejects.toThrow('the disk is full');
    await expect(main.state?.update(() => ['observe', undefined])).rejects.toThrow('the disk is full');
    expect([await readIds(main), main.state?.text, main.fault()]).toEqual([['a', 'b'], '', 'the disk is full']);
    mend();
    await main.restore(frozen);
    expect([await readIds(main), main.fault()]).toEqual([['a'], null]);
  });
});

describe('uses', () => {
  it('of all worlds and rows are written together at most once a second', async () => {
    const { kept, main, create, callsOf } = openStoredWorlds();
    const alice = await create('alice', [row('a')]);
    await insert(main, 'a');
    for (const at of [1, 2, 3]) {
      await main.collections.note('things', 'a', NOON + at);
      await alice.collections.note('things', 'a', NOON + 10 * at);
      kept.noteUse('alice', NOON + 100 * at);
    }
    expect(callsOf('use')).toEqual([]);
    await setTimeout(A_SECOND);
    expect(callsOf('use')).toEqual([['default things a 3', 'alice things a 30', 'alice 300']]);

    await setTimeout(A_SECOND);
    expect(callsOf('use')).toHaveLength(1);
    await main.collections.note('things', 'a', NOON + 4);
    await setTimeout(A_SECOND);
    expect(callsOf('use').slice(1)).toEqual([['default things a 4']]);
  });

  it('are written before the log is closed', async () => {
    const { kept, main, written } = openStoredWorlds();
    await insert(main, 'a');
    await main.collections.note('things', 'a', NOON + 1);
    await kept.close();
    expect(written.slice(1)).toEqual([['use', 'default things a 1'], ['close']]);
  });

  it('are written later if a write fails, and do not replace later uses', async () => {
    const { kept, main, callsOf, fail, mend } = openStoredWorlds();
    for (const id of ['a', 'b']) await insert(main, id);
    for (const id of ['a', 'b']) await main.collections.note('things', id, NOON + 1);
    fail('use');
    await setTimeout(A_SECOND);
    expect(callsOf('use')).toHaveLength(1);
    mend();
    await main.collections.note('things', 'b', NOON + 2);
    await kept.close();
    expect(
      callsOf('use')
        .slice(1)
        .map((uses) => uses.toSorted()),
    ).toEqual([['default things a 1', 'default things b 2']]);
  });

  it('during a failed write replace the earlier uses', async () => {
    const { kept, main, create, callsOf, fail, mend, hold, go } = openStoredWorlds();
    await create('alice');
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
    await settle();
    mend();
    await kept.close();
    expect(callsOf('use')).toEqual([
      ['default things a 1', 'alice 1'],
      ['default things a 2', 'alice 2'],
    ]);
  });

  it('that cannot be written do not keep the log open', async () => {
    const { kept, main, callsOf, fail } = openStoredWorlds();
    await insert(main, 'a');
    await main.collections.note('things', 'a', NOON + 1);
    fail('use', new UnreachableDatabase('gone'));
    await kept.close();
    expect(callsOf('close')).toHaveLength(1);
  });

  it('of a removed row are not written for a new row with its id', async () => {
    const { kept, main, callsOf } = openStoredWorlds();
    await insert(main, 'a');
    await main.collections.note('things', 'a', NOON + 1);
    await remove(main, 'a');
    await insert(main, 'a');
    await kept.close();
    expect(callsOf('use')).toEqual([]);
  });

  it('of replaced rows are dropped', async () => {
    const { kept, main, callsOf } = openStoredWorlds();
    await insert(main, 'a');
    const frozen = await main.freeze();
    await main.collections.note('things', 'a', NOON + 1);
    await main.restore(frozen);
    await kept.close();
    expect(callsOf('use')).toEqual([]);
  });

  it('of an unknown world, or of one that could not be stored, are not written', async () => {
    const { kept, create, fail, mend, callsOf } = openStoredWorlds();
    fail('fill');
    await expect(create('alice', [row('a')])).rejects.toThrow('the disk is full');
    mend();
    kept.noteUse('alice', NOON + 1);
    kept.noteUse('carol', NOON + 1);
    await kept.close();
    expect(callsOf('use')).toEqual([]);
  });
});

describe('a deleted world', () => {
  it('is no longer written, even by requests that still run in it', async () => {
    const { kept, create, written, hold, go } = openStoredWorlds();
    const alice = await create('alice', [row('a')]);
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

  it('stays in use if the deletion cannot be stored, with changes made in between', async () => {
    const { kept, create, callsOf, hold, go, fail, mend } = openStoredWorlds();
    const alice = await create('alice', [row('a')]);
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
    expect(callsOf('commit')).toEqual([['alice things b']]);
    expect(callsOf('use')).toEqual([['alice things a 1', 'alice 2']]);
  });

  it('can be deleted after a failed attempt', async () => {
    const { kept, create, callsOf, fail, mend } = openStoredWorlds();
    const alice = await create('alice', [row('a')]);
    fail('delete');
    await expect(kept.delete('alice')).rejects.toThrow('the disk is full');
    mend();
    await kept.delete('alice');
    await insert(alice, 'b');
    expect([callsOf('delete'), callsOf('commit')]).toEqual([[['alice'], ['alice']], []]);
  });

  it('frees its name at once for a new world', async () => {
    const { kept, create, written, hold, go } = openStoredWorlds();
    const old = await create('alice', [row('a')]);
    hold();
    const deleted = kept.delete('alice');
    const made = create('alice', [row('b')]);
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

  it('can be deleted without being opened', async () => {
    const worlds = [DEFAULT_WORLD, 'alice'].map((name) => ({ ...createWorld(name), state: '', ...EMPTY }));
    const { kept, written } = openStoredWorlds({ worlds });
    await kept.delete('alice');
    expect(written).toEqual([['delete', 'alice']]);
    expect(() => kept.open('alice')).toThrow('not in the log');
  });
});

describe('stored snapshots', () => {
  const createRecord = (id: string, place: number): SnapshotRecord => ({
    id,
    place,
    name: null,
    world: 'default',
    at: NOON,
    size: 7,
    made: 'made',
  });
  const createSnapshot = (id: string, rows: readonly Row[]) => ({
    id,
    name: 'mine',
    world: 'default',
    at: NOON,
    made: 'made of it',
    state: createState(rows),
  });

  it('are listed oldest first, with new snapshots last', async () => {
    const all = openStoredWorlds({ snapshots: [createRecord('one', 2), createRecord('two', 5)] });
    await all.kept.snapshots.put(createSnapshot('three', []));
    const listed = await all.kept.snapshots.list();
    expect(listed.map(({ id, place }) => [id, place])).toEqual([
      ['one', 2],
      ['two', 5],
      ['three', 6],
    ]);
  });

  it('are written in parts, and read with all rows', async () => {
    const all = openStoredWorlds();
    const rows = Array.from({ length: 1001 }, (_, index) => row(`row-${index}`));
    const size = await all.kept.snapshots.put(createSnapshot('one', rows));
    expect(all.callsOf('putSnapshot')).toEqual([['one', 1, size, 3]]);
    expect(size).toBe(rows.reduce((sum, { body }) => sum + JSON.stringify(body).length, 0));

    await all.kept.snapshots.use('one', async (snapshot) => {
      expect(snapshot).toMatchObject({ id: 'one', name: 'mine', made: 'made of it', size, at: NOON });
      expect(snapshot && listRows(snapshot.state).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
      expect(all.parts.memory.quota.used).toBeGreaterThan(500_000);
    });
    expect(all.parts.memory.quota.used).toBeLessThan(10_000);
    expect(await all.kept.snapshots.use('two', async (snapshot) => snapshot)).toBeNull();
  });

  it('are rejected with an id in use', async () => {
    const all = openStoredWorlds({ snapshots: [createRecord('one', 1)] });
    await expect(all.kept.snapshots.put(createSnapshot('one', []))).rejects.toThrow(Collision);
    expect(all.callsOf('putSnapshot')).toEqual([]);
  });

  it('are not listed if they cannot be stored', async () => {
    const all = openStoredWorlds();
    all.fail('putSnapshot');
    await expect(all.kept.snapshots.put(createSnapshot('one', [row('a')]))).rejects.toThrow('the disk is full');
    expect([
      await all.kept.snapshots.list(),
      await all.kept.snapshots.use('one', async (snapshot) => snapshot),
    ]).toEqual([[], null]);
    all.mend();
    await all.kept.snapshots.put(createSnapshot('one', [row('a')]));
    expect(await all.kept.snapshots.list()).toHaveLength(1);
  });

  it('stay listed if their deletion cannot be stored', async () => {
    const all = openStoredWorlds({ snapshots: [createRecord('one', 1)] });
    const { snapshots } = all.kept;
    all.fail('deleteSnapshot');
    await expect(snapshots.delete('one')).rejects.toThrow('the disk is full');
    expect(await snapshots.list()).toHaveLength(1);
    all.mend();
    expect([await snapshots.delete('one'), await snapshots.delete('one')]).toEqual([true, false]);
    expect([await snapshots.list(), await snapshots.use('one', async (snapshot) => snapshot)]).toEqual([[], null]);
  });

  it('are deleted once by concurrent calls', async () => {
    const { snapshots } = openStoredWorlds({ snapshots: [createRecord('one', 1)] }).kept;
    expect(await Promise.all([snapshots.delete('one'), snapshots.delete('one')])).toEqual([true, false]);
  });

  it('are not returned while they are being deleted', async () => {
    const all = openStoredWorlds();
    const { snapshots } = all.kept;
    await snapshots.put(createSnapshot('one', [row('a')]));
    const deleted = snapshots.delete('one');
    const snapshot = await snapshots.use('one', async (snapshot) => snapshot);
    await deleted;
    expect(snapshot).toBeNull();
  });
});

it('the log is closed after all pending writes', async () => {
  const { kept, create, written, hold, go } = openStoredWorlds();
  for (const name of ['alice', 'bob']) await create(name);
  hold();
  const deleted = [kept.delete('alice'), kept.delete('bob')];
  const closed = kept.close();
  await settle();
  go();
  await Promise.all([...deleted, closed]);
  expect(written.slice(2)).toEqual([['delete', 'alice'], ['delete', 'bob'], ['close']]);
});
