import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../src/lib/clock.ts';
import { DEFAULT_WORLD } from '../../src/lib/world-id.ts';
import { NotFound, UnreachableDatabase, WriteFailure } from '../../src/store/errors.ts';
import type { Store } from '../../src/store/index.ts';
import type { Row } from '../../src/store/row.ts';
import { readPart, splitIntoParts } from '../../src/store/saved-row.ts';
import { createState, listRows, NO_ROWS } from '../../src/store/state.ts';
import { StoredWorlds } from '../../src/store/stored-worlds.ts';
import { createStoredRow } from '../../src/store/weight.ts';
import type {
  LogChanges,
  LogContent,
  LogEntry,
  LoggedState,
  LogUses,
  ReadRow,
  SnapshotRecord,
  WorldLog,
  WorldRecord,
} from '../../src/store/world-log.ts';
import { fullStore } from '../support/nouns.ts';
import { createMemory, NOON, row } from '../support/records.ts';
import { withoutRevisions } from '../support/rows.ts';

/** The delay of uses, and more for a busy machine, in milliseconds. */
const A_SECOND = 1300;

const createFullError = () => new WriteFailure('full', 'the disk is full');

type Kind = LogEntry['kind'] | 'read' | 'close';

/** A call of a log, as texts. */
type Written = readonly [kind: Kind, ...parameters: unknown[]];

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
const readParts = (state: LoggedState) => [...splitIntoParts(state)].map((part) => readPart(part, 'rows'));

function describeEntry(entry: LogEntry): unknown[] {
  switch (entry.kind) {
    case 'changes':
      return describeChanges(entry);
    case 'uses':
      return describeUses(entry);
    case 'world': {
      const ids = readParts(entry.state).flatMap((part) => part.map((read) => read.row.id));
      return [entry.record === null ? entry.name : `new ${entry.name}`, ...ids];
    }
    case 'world-end':
      return [entry.name];
    case 'snapshot':
      return [entry.record.id, entry.record.place, entry.record.size, readParts(entry.state).length];
    case 'snapshot-end':
      return [entry.id];
  }
}

/** Creates a durable log in memory whose writes can fail and can be held up. */
function createLog(content: LogContent) {
  const written: Written[] = [];
  const times: number[] = [];
  const parts = new Map<string, readonly (readonly ReadRow[])[]>();
  const faults = new Map<Kind, Error>();
  let held: Promise<void> | null = null;
  let resume = () => {};
  const write = async (...call: Written) => {
    written.push(call);
    if (held !== null) await held;
    const fault = faults.get(call[0]);
    if (fault !== undefined) throw fault;
  };
  const log: WorldLog = {
    info: { kind: 'file', driver: null, schema: null },
    isDurable: true,
    notices: [],
    lost: new Promise(() => {}),
    read: async () => content,
    append: async (entry, at) => {
      if (entry.kind === 'changes') times.push(at);
      await write(entry.kind, ...describeEntry(entry));
      if (entry.kind === 'snapshot') parts.set(entry.record.id, readParts(entry.state));
    },
    readSnapshot: async (id, part) => {
      await write('read', id);
      return parts.get(id)?.[part] ?? null;
    },
    fault: () => faults.get('changes')?.message ?? null,
    close: () => write('close'),
  };
  return {
    log,
    written,
    times,
    callsOf: (kind: Kind) => written.filter(([name]) => name === kind).map(([, ...parameters]) => parameters),
    fail: (kind: Kind, fault: Error = createFullError()) => faults.set(kind, fault),
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
  seed: `seed of ${name}`,
  ttl: null,
  createdAt: NOON,
  usedAt: NOON,
  ...overrides,
});
const EMPTY = { initial: NO_ROWS, changedRows: [], uses: [] };
const createContent = (overrides: Partial<LogContent> = {}): LogContent => ({
  at: NOON,
  worlds: [{ ...createWorld(DEFAULT_WORLD), state: '', ...EMPTY }],
  snapshots: [],
  ...overrides,
});

/** Opens the worlds of a log in memory, and its default world. */
async function openStoredWorlds(overrides: Partial<LogContent> = {}) {
  const memory = createMemory();
  const clock = createManualClock(NOON);
  const log = createLog(createContent(overrides));
  const kept = await StoredWorlds.read(log.log, memory, clock);
  const create = (name: string, rows: readonly Row[] = [], info: Partial<WorldRecord> = {}) =>
    kept.create(createWorld(name, info), rows.length === 0 ? NO_ROWS : createState(rows));
  return { ...log, kept, memory, clock, create, main: kept.open(DEFAULT_WORLD) };
}
const insert = (store: Store, id: string) => withoutRevisions(fullStore(store)).collections.insert(row(id), null);
const remove = (store: Store, id: string) =>
  withoutRevisions(fullStore(store)).collections.change('things', id, () => null);
const readIds = (store: Store) => store.collections.rowsOf('things').all.map(({ id }) => id);
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('stored worlds', () => {
  it('are opened once each, with their rows and state', async () => {
    const initial = createState([row('a'), row('b'), row('c')]);
    const change = (id: string, place: number, owner = 'acme') => ({
      collection: 'things',
      id,
      row: createStoredRow(row(id, { owner }), place, new Set()),
      usedAt: null,
    });
    const changedRows = [
      { collection: 'things', id: 'b', row: null, usedAt: null },
      change('d', 4),
      change('c', 3, 'globex'),
    ];
    const uses = [{ collection: 'things', id: 'd', at: NOON + 1 }];
    const worlds = [
      { ...createWorld(DEFAULT_WORLD), state: '', ...EMPTY },
      { ...createWorld('alice', { ttl: 1000 }), state: 'changed', initial, changedRows, uses },
      { ...createWorld('bob'), state: '', ...EMPTY },
    ];
    const { kept } = await openStoredWorlds({ worlds });
    expect(kept.foundWorlds).toEqual([createWorld('alice', { ttl: 1000 }), createWorld('bob')]);

    const alice = kept.open('alice');
    expect([readIds(alice), alice.state?.text]).toEqual([['a', 'c', 'd'], 'changed']);
    expect(alice.collections.rowsOf('things').byId('c')?.owner).toBe('globex');
    expect(await alice.collections.uses('things')).toEqual(new Map([['d', NOON + 1]]));
    expect(() => kept.open('alice')).toThrow('not in the log, or open already');
    expect(() => kept.open('carol')).toThrow('not in the log, or open already');
  });

  it('are written with the time and with removals of initial rows', async () => {
    const { create, callsOf, times, clock } = await openStoredWorlds();
    const alice = await create('alice', [row('a')]);
    clock.set(NOON + 5);
    await insert(alice, 'b');
    await remove(alice, 'b');
    await remove(alice, 'a');
    expect(times).toEqual([NOON + 5, NOON + 5, NOON + 5]);
    expect(callsOf('changes')).toEqual([['alice things b'], ['-alice things b'], ['-alice things a']]);
  });

  it('are created with their rows, and then written change by change', async () => {
    const { create, written } = await openStoredWorlds();
    const alice = await create('alice', [row('a'), row('b')]);
    await insert(alice, 'c');
    await alice.state?.update(() => ['changed', undefined]);
    expect(written).toEqual([
      ['world', 'new alice', 'a', 'b'],
      ['changes', 'alice things c'],
      ['changes', 'alice: changed'],
    ]);
    expect(readIds(alice)).toEqual(['a', 'b', 'c']);
  });

  it('are not created if that cannot be stored, and take no memory', async () => {
    const { create, fail, mend, memory } = await openStoredWorlds();
    const { used } = memory.quota;
    fail('world');
    await expect(create('alice', [row('a')])).rejects.toThrow('the disk is full');
    expect(memory.quota.used).toBe(used);
    mend();
    expect(readIds(await create('alice', [row('a')]))).toEqual(['a']);
  });

  it('do not change if a write fails', async () => {
    const { main, fail, mend } = await openStoredWorlds();
    await insert(main, 'a');
    const frozen = main.collections.freeze();
    await insert(main, 'b');
    for (const method of ['changes', 'world'] as const) fail(method);
    await expect(insert(main, 'c')).rejects.toThrow('the disk is full');
    await expect(remove(main, 'a')).rejects.toThrow('the disk is full');
    await expect(main.collections.replace(frozen)).rejects.toThrow('the disk is full');
    await expect(main.state?.update(() => ['changed', undefined])).rejects.toThrow('the disk is full');
    expect([readIds(main), main.state?.text, main.fault()]).toEqual([['a', 'b'], '', 'the disk is full']);
    mend();
    await main.collections.replace(frozen);
    expect([readIds(main), main.fault()]).toEqual([['a'], null]);
  });
});

describe('uses', () => {
  it('of all worlds and rows are written together at most once a second', async () => {
    const { kept, main, create, callsOf } = await openStoredWorlds();
    const alice = await create('alice', [row('a')]);
    await insert(main, 'a');
    for (const at of [1, 2, 3]) {
      await main.collections.note('things', 'a', NOON + at);
      await alice.collections.note('things', 'a', NOON + 10 * at);
      kept.noteUse('alice', NOON + 100 * at);
    }
    expect(callsOf('uses')).toEqual([]);
    await setTimeout(A_SECOND);
    expect(callsOf('uses')).toEqual([['default things a 3', 'alice things a 30', 'alice 300']]);

    await setTimeout(A_SECOND);
    expect(callsOf('uses')).toHaveLength(1);
    await main.collections.note('things', 'a', NOON + 4);
    await setTimeout(A_SECOND);
    expect(callsOf('uses').slice(1)).toEqual([['default things a 4']]);
  });

  it('are written before the log is closed', async () => {
    const { kept, main, written } = await openStoredWorlds();
    await insert(main, 'a');
    await main.collections.note('things', 'a', NOON + 1);
    await kept.close();
    expect(written.slice(1)).toEqual([['uses', 'default things a 1'], ['close']]);
  });

  it('are written later if a write fails, and do not replace later uses', async () => {
    const { kept, main, callsOf, fail, mend } = await openStoredWorlds();
    for (const id of ['a', 'b']) await insert(main, id);
    for (const id of ['a', 'b']) await main.collections.note('things', id, NOON + 1);
    fail('uses');
    await setTimeout(A_SECOND);
    expect(callsOf('uses')).toHaveLength(1);
    mend();
    await main.collections.note('things', 'b', NOON + 2);
    await kept.close();
    expect(
      callsOf('uses')
        .slice(1)
        .map((uses) => uses.toSorted()),
    ).toEqual([['default things a 1', 'default things b 2']]);
  });

  it('during a failed write replace the earlier uses', async () => {
    const { kept, main, create, callsOf, fail, mend, hold, go } = await openStoredWorlds();
    await create('alice');
    await insert(main, 'a');
    const noteAll = async (at: number) => {
      await main.collections.note('things', 'a', NOON + at);
      kept.noteUse('alice', NOON + at);
    };
    await noteAll(1);
    hold();
    fail('uses');
    await setTimeout(A_SECOND);
    await noteAll(2);
    go();
    await settle();
    mend();
    await kept.close();
    expect(callsOf('uses')).toEqual([
      ['default things a 1', 'alice 1'],
      ['default things a 2', 'alice 2'],
    ]);
  });

  it('that cannot be written do not keep the log open', async () => {
    const { kept, main, callsOf, fail } = await openStoredWorlds();
    await insert(main, 'a');
    await main.collections.note('things', 'a', NOON + 1);
    fail('uses', new UnreachableDatabase('gone'));
    await kept.close();
    expect(callsOf('close')).toHaveLength(1);
  });

  it('of a removed row are not written for a new row with its id', async () => {
    const { kept, main, callsOf } = await openStoredWorlds();
    await insert(main, 'a');
    await main.collections.note('things', 'a', NOON + 1);
    await remove(main, 'a');
    await insert(main, 'a');
    await kept.close();
    expect(callsOf('uses')).toEqual([]);
  });

  it('of replaced rows are dropped', async () => {
    const { kept, main, callsOf } = await openStoredWorlds();
    await insert(main, 'a');
    const frozen = main.collections.freeze();
    await main.collections.note('things', 'a', NOON + 1);
    await main.collections.replace(frozen);
    await kept.close();
    expect(callsOf('uses')).toEqual([]);
  });

  it('of an unknown world, or of one that could not be stored, are not written', async () => {
    const { kept, create, fail, mend, callsOf } = await openStoredWorlds();
    fail('world');
    await expect(create('alice', [row('a')])).rejects.toThrow('the disk is full');
    mend();
    kept.noteUse('alice', NOON + 1);
    kept.noteUse('carol', NOON + 1);
    await kept.close();
    expect(callsOf('uses')).toEqual([]);
  });
});

describe('a deleted world', () => {
  it('is no longer written, even by requests that still run in it', async () => {
    const { kept, create, written, hold, go } = await openStoredWorlds();
    const alice = await create('alice', [row('a')]);
    const frozen = alice.collections.freeze();
    hold();
    const deleted = kept.delete('alice');
    await alice.collections.note('things', 'a', NOON + 1);
    kept.noteUse('alice', NOON + 1);
    const late = [
      insert(alice, 'b'),
      alice.state?.update(() => ['changed', undefined]),
      alice.collections.replace(frozen),
    ];
    go();
    await deleted;
    await Promise.all(late);
    await insert(alice, 'c');
    await kept.close();
    expect(written).toEqual([['world', 'new alice', 'a'], ['world-end', 'alice'], ['close']]);
  });

  it('stays in use if the deletion cannot be stored, with changes made in between', async () => {
    const { kept, create, callsOf, hold, go, fail, mend } = await openStoredWorlds();
    const alice = await create('alice', [row('a')]);
    fail('world-end');
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
    expect(callsOf('changes')).toEqual([['alice things b']]);
    expect(callsOf('uses')).toEqual([['alice things a 1', 'alice 2']]);
  });

  it('frees its name at once for a new world', async () => {
    const { kept, create, written, hold, go } = await openStoredWorlds();
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
      ['world-end', 'alice'],
      ['world', 'new alice', 'b'],
      ['changes', 'alice things c'],
      ['uses', 'alice things b 1', 'alice 2'],
      ['close'],
    ]);
  });

  it('can be deleted without being opened', async () => {
    const worlds = [DEFAULT_WORLD, 'alice'].map((name) => ({ ...createWorld(name), state: '', ...EMPTY }));
    const { kept, written } = await openStoredWorlds({ worlds });
    await kept.delete('alice');
    expect(written).toEqual([['world-end', 'alice']]);
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
  });
  const take = (kept: StoredWorlds, id: string, rows: readonly Row[] = [], world = 'default') =>
    kept.addSnapshot({ id, name: 'mine', world, at: NOON }, createState(rows));
  const read = (kept: StoredWorlds, id: string) =>
    kept.snapshots.use(id, async (state) => listRows(state).map((stored) => stored.id));
  const listIds = (kept: StoredWorlds) => kept.snapshots.list().map(({ id }) => id);

  it('are listed oldest first, with new snapshots last', async () => {
    const { kept } = await openStoredWorlds({ snapshots: [createRecord('one', 2), createRecord('two', 5)] });
    await take(kept, 'three');
    expect(kept.snapshots.list().map(({ id, place }) => [id, place])).toEqual([
      ['one', 2],
      ['two', 5],
      ['three', 6],
    ]);
  });

  it('are written in parts, and read with all rows', async () => {
    const { kept, memory, callsOf } = await openStoredWorlds();
    const rows = Array.from({ length: 1001 }, (_, index) => row(`row-${index}`));
    const { size } = await take(kept, 'one', rows);
    expect(callsOf('snapshot')).toEqual([['one', 1, size, 3]]);
    expect(size).toBe(rows.reduce((sum, { body }) => sum + JSON.stringify(body).length, 0));

    await kept.snapshots.use('one', async (state) => {
      expect(listRows(state).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
      expect(memory.quota.used).toBeGreaterThan(500_000);
    });
    expect(memory.quota.used).toBeLessThan(10_000);
    await expect(read(kept, 'two')).rejects.toThrow(NotFound);
  });

  it('are not listed if they cannot be stored', async () => {
    const { kept, fail, mend } = await openStoredWorlds();
    fail('snapshot');
    await expect(take(kept, 'one', [row('a')])).rejects.toThrow('the disk is full');
    expect(listIds(kept)).toEqual([]);
    await expect(read(kept, 'one')).rejects.toThrow(NotFound);
    mend();
    await take(kept, 'one', [row('a')]);
    expect(listIds(kept)).toEqual(['one']);
  });

  it('stay if their deletion cannot be stored', async () => {
    const { kept, fail, mend } = await openStoredWorlds();
    await take(kept, 'one', [row('a')]);
    fail('snapshot-end');
    await expect(kept.snapshots.delete('one')).rejects.toThrow('the disk is full');
    expect([listIds(kept), await read(kept, 'one')]).toEqual([['one'], ['a']]);
    mend();
    expect([await kept.snapshots.delete('one'), await kept.snapshots.delete('one')]).toEqual([true, false]);
    expect(listIds(kept)).toEqual([]);
  });

  it('are deleted once by concurrent calls', async () => {
    const { snapshots } = (await openStoredWorlds({ snapshots: [createRecord('one', 1)] })).kept;
    expect(await Promise.all([snapshots.delete('one'), snapshots.delete('one')])).toEqual([true, false]);
  });

  it('end with their world', async () => {
    const { kept, create, written, fail, mend } = await openStoredWorlds();
    await create('alice');
    await take(kept, 'one', [row('a')], 'alice');
    await take(kept, 'two');
    fail('world-end');
    await expect(kept.delete('alice')).rejects.toThrow('the disk is full');
    expect([listIds(kept), await read(kept, 'one')]).toEqual([['one', 'two'], ['a']]);
    mend();
    await kept.delete('alice');
    expect([listIds(kept), written.at(-1)]).toEqual([['two'], ['world-end', 'alice']]);
    await expect(take(kept, 'three', [], 'alice')).rejects.toThrow(NotFound);
  });

  it('are not added to a world that is deleted in the meantime', async () => {
    const { kept, create, hold, go } = await openStoredWorlds();
    await create('alice');
    hold();
    const taken = take(kept, 'one', [row('a')], 'alice');
    const deleted = kept.delete('alice');
    const late = take(kept, 'two', [row('a')], 'alice');
    go();
    const outcomes = await Promise.allSettled([taken, deleted, late]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
    expect(listIds(kept)).toEqual([]);
  });

  it('are not deleted before everything that uses them has ended, and are not used any more meanwhile', async () => {
    const { kept, create, written } = await openStoredWorlds();
    await create('alice');
    await take(kept, 'one', [row('a')], 'alice');
    const steps: string[] = [];
    let finish = () => {};
    const using = kept.snapshots.use('one', async (state) => {
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      steps.push(`used ${listRows(state).length}`);
    });
    const deleted = Promise.all([kept.delete('alice'), kept.delete('alice')]).then(() => steps.push('deleted'));
    await take(kept, 'late', [row('a')], 'alice');
    await expect.poll(() => written.filter(([kind]) => kind === 'read')).toHaveLength(2);
    await expect(read(kept, 'one')).rejects.toThrow(NotFound);
    expect(written.filter(([kind]) => kind === 'world-end')).toEqual([]);
    await settle();
    finish();
    await Promise.all([using, deleted]);
    expect(steps).toEqual(['used 1', 'deleted']);
    expect(written.filter(([kind]) => kind === 'world-end')).toEqual([['world-end', 'alice']]);
    expect(listIds(kept)).toEqual([]);
  });
});

it('the log is closed after all pending writes', async () => {
  const { kept, create, written, hold, go } = await openStoredWorlds();
  for (const name of ['alice', 'bob']) await create(name);
  hold();
  const deleted = [kept.delete('alice'), kept.delete('bob')];
  const closed = kept.close();
  await settle();
  go();
  await Promise.all([...deleted, closed]);
  expect(written.slice(2)).toEqual([['world-end', 'alice'], ['world-end', 'bob'], ['close']]);
});
