/** The rows of a world. */
import { expect, it } from 'vitest';
import { Quota } from '../../src/lib/memory.ts';
import { createSeededRandom } from '../../src/lib/random.ts';
import { Collections } from '../../src/store/collections.ts';
import { type Change, NEW, type PageQuery, type Row } from '../../src/store/row.ts';
import { Rows } from '../../src/store/rows.ts';
import { findPage } from '../../src/store/search.ts';
import { createState, listRows, NO_ROWS, type State, sizeOf } from '../../src/store/state.ts';
import { StateMemory } from '../../src/store/state-memory.ts';
import type { RowLog } from '../../src/store/world-log.ts';
import { roundsOf, seedOf } from '../support/properties.ts';
import { NOON, row } from '../support/records.ts';

const describeRows = (rows: readonly Row[]) => rows.map(({ id, body }) => `${id}: ${JSON.stringify(body)}`);
const ACCOUNTS = ['acme', 'globex', 'nobody'];
const PARENTS = ['p', 'q'];
const ORDERS = ['id', 'name', 'state', 'createdAt', 'modifiedAt'] as const;

/** Reads a collection through all indexes. */
async function readAll(world: Collections) {
  const rows = world.rowsOf('things');
  const page = async (by: PageQuery['order']['by'], descending: boolean, account: string | null) => {
    const query = { account, where: [], search: null, order: { by, descending }, limit: 1000, offset: 0 };
    return describeRows((await findPage(rows, query)).rows);
  };
  const due = { after: NOON - 1, to: NOON + 5, limit: 4 };
  return {
    all: describeRows(rows.all),
    owners: ACCOUNTS.map((owner) => describeRows(rows.in('owner', owner))),
    parents: PARENTS.map((parent) => describeRows(rows.in('parent', parent))),
    labels: PARENTS.map((label) => describeRows(rows.in('label', label))),
    visible: ACCOUNTS.map((account) => describeRows(rows.visibleTo(account))),
    counts: ACCOUNTS.map((owner) => rows.countIn('owner', owner)),
    aliases: Array.from({ length: 12 }, (_, index) => rows.byAlias(`alias-${index}`)?.id),
    due: describeRows(rows.due(due)),
    parts: [false, true].map((latestFirst) => describeRows(rows.due({ ...due, parent: 'p', latestFirst }))),
    pages: await Promise.all(ORDERS.map(async (by) => [await page(by, false, 'acme'), await page(by, true, null)])),
    dump: describeRows(listRows(world.freeze())),
  };
}

it('updated indexes return the same rows as new indexes, in every copy of a world', async () => {
  const random = createSeededRandom(seedOf('collections'));
  const drawBelow = (max: number) => parseInt(random.hex(4), 16) % max;
  const pick = <Item>(items: readonly Item[]) => items[drawBelow(items.length)] as Item;
  let serial = 0;
  const createRow = (id: string, before: Row | null): Row => {
    serial += 1;
    const name = pick(['a', 'b', 'B', '\u{1f600}', '\uffff']);
    return row(id, {
      owner: pick(ACCOUNTS),
      parent: pick([null, ...PARENTS]),
      aliases: before?.aliases ?? (drawBelow(2) === 0 ? [] : [`alias-${Number(id.slice(4))}`]),
      labels: pick([[], ['p'], ['p', 'q']]),
      sharedWith: pick([[], ['acme'], ['*'], ['globex', 'acme']]),
      dueAt: pick([null, NOON, NOON + 1, NOON + 2]),
      body: { serial },
      ...(drawBelow(3) > 0 && {
        facets: {
          name,
          state: pick([null, 'ON', 'OFF']),
          createdAt: NOON + drawBelow(3),
          modifiedAt: NOON + drawBelow(3),
        },
      }),
      revision: before?.revision ?? NEW,
    });
  };
  const worlds = [new Collections(NO_ROWS)];
  const kept: { readonly frozen: State; readonly answers: unknown }[] = [];
  for (let round = 0; round < roundsOf(150); round += 1) {
    const world = pick(worlds);
    const changed = new Set(Array.from({ length: 1 + drawBelow(3) }, () => `row-${drawBelow(12)}`));
    const changes: Change[] = [];
    for (const id of changed) {
      const before = world.rowsOf('things').byId(id) ?? null;
      if (before !== null && drawBelow(3) === 0) changes.push({ kind: 'remove', collection: 'things', id });
      else changes.push({ kind: 'put', row: createRow(id, before) });
    }
    await world.commit(changes);
    if (drawBelow(2) === 0) await world.note('things', `row-${drawBelow(12)}`, NOON + round);
    if (drawBelow(8) === 0 && worlds.length < 6) worlds.push(new Collections(world.freeze()));
    if (drawBelow(10) === 0) kept.push({ frozen: world.freeze(), answers: await readAll(world) });
    if (drawBelow(12) === 0 && kept.length > 0) await world.replace(pick(kept).frozen);
    const afresh = new Collections(createState(listRows(world.freeze())));
    expect(await readAll(world)).toEqual(await readAll(afresh));
  }
  // Frozen states are unchanged by the worlds that started with them.
  for (const { frozen, answers } of kept) expect(await readAll(new Collections(frozen))).toEqual(answers);
});

it('an unchanged world copies nothing, and freezes to its initial state', async () => {
  const first = new Collections(NO_ROWS);
  await first.commit([{ kind: 'put', row: row('a') }]);
  const frozen = first.freeze();
  const later = new Collections(frozen);
  expect(later.rowsOf('things').byId('a')).toBe(first.rowsOf('things').byId('a'));
  expect(later.freeze()).toBe(frozen);
  await later.replace(frozen);
  expect(later.freeze()).toBe(frozen);
});

it('a world with own rows resolves a collection once, when it is read for the first time', async () => {
  const first = new Collections(NO_ROWS);
  const rows = ['a', 'b', 'c'].map((id) => row(id, { aliases: [`of ${id}`], body: id }));
  await first.commit([...rows, row('d', { collection: 'others' })].map((one) => ({ kind: 'put', row: one })));
  const made: string[] = [];
  const toOwnRow = (shared: Row): Row => {
    made.push(shared.id);
    return shared.id === 'c' ? shared : { ...shared, aliases: [`own ${shared.id}`], body: `own ${shared.id}` };
  };
  const shared = first.freeze();
  const begin = { ...shared, own: () => toOwnRow };
  const world = new Collections(begin);

  expect(made).toEqual([]);
  const own = world.rowsOf('things').byId('a');
  expect(own).toMatchObject({ body: 'own a', aliases: ['own a'] });
  expect(made).toEqual(['a', 'b', 'c']);
  expect(world.rowsOf('things').byId('a')).toBe(own);
  expect(world.rowsOf('things').byAlias('own b')?.id).toBe('b');
  expect(world.rowsOf('things').byAlias('of c')?.id).toBe('c');
  expect(world.rowsOf('things').byAlias('of b')).toBeUndefined();
  expect(world.rowsOf('things').all.map(({ body }) => body)).toEqual(['own a', 'own b', 'c']);
  expect(made).toEqual(['a', 'b', 'c']);
  expect(first.rowsOf('things').byId('a')?.body).toBe('a');
  await world.replace(begin);
  expect(world.rowsOf('things').byId('a')).toMatchObject({ body: 'own a' });
});

it('the use of a row changes no row and no list, and is dropped with the row', async () => {
  const rows = new Collections(NO_ROWS);
  await rows.commit([{ kind: 'put', row: row('a') }]);
  const list = rows.rowsOf('things').all;
  await rows.note('things', 'a', NOON);
  await rows.note('things', 'nobody', NOON);
  expect(await rows.uses('things')).toEqual(new Map([['a', NOON]]));
  expect(rows.rowsOf('things').all).toBe(list);
  const frozen = rows.freeze();
  await rows.commit([{ kind: 'remove', collection: 'things', id: 'a' }]);
  await rows.commit([{ kind: 'put', row: row('a') }]);
  expect(await rows.uses('things')).toEqual(new Map());
  expect(await new Collections(frozen).uses('things')).toEqual(new Map([['a', NOON]]));
});

it('a list is the same array until one of its rows changes', async () => {
  const rows = new Collections(NO_ROWS);
  await rows.commit([
    { kind: 'put', row: row('a') },
    { kind: 'put', row: row('b', { owner: 'globex' }) },
  ]);
  const list = (owner: string) => rows.rowsOf('things').in('owner', owner);
  const [acme, globex] = [list('acme'), list('globex')];
  expect([list('acme'), list('globex')]).toEqual([acme, globex]);
  await rows.commit([{ kind: 'put', row: row('c') }]);
  expect(list('acme')).not.toBe(acme);
  expect(list('globex')).toBe(globex);
});

it('snapshots share unchanged collections', async () => {
  const rows = new Collections(NO_ROWS);
  await rows.commit([
    { kind: 'put', row: row('a') },
    { kind: 'put', row: row('b', { collection: 'others' }) },
  ]);
  const [one, two] = [rows.freeze(), rows.freeze()];
  await rows.commit([{ kind: 'put', row: row('c') }]);
  const three = rows.freeze();
  const collectionIn = (state: State, name: string) => state.collections.get(name);
  expect(collectionIn(two, 'things')).toBe(collectionIn(one, 'things'));
  expect(collectionIn(three, 'others')).toBe(collectionIn(one, 'others'));
  expect(collectionIn(three, 'things')).not.toBe(collectionIn(one, 'things'));
  expect(collectionIn(one, 'things')?.count).toBe(1);
});

it('sizeOf returns the total length of current bodies', async () => {
  const rows = new Collections(NO_ROWS);
  await rows.commit([
    { kind: 'put', row: row('a', { body: 'xxxx' }) },
    { kind: 'put', row: row('b', { body: 'yy' }) },
  ]);
  expect(sizeOf(rows.freeze())).toBe(10);
  const revision = rows.rowsOf('things').byId('a')?.revision ?? NEW;
  await rows.commit([{ kind: 'put', row: row('a', { body: 'x', revision }) }]);
  await rows.commit([{ kind: 'remove', collection: 'things', id: 'b' }]);
  expect(sizeOf(rows.freeze())).toBe(3);
});

it('a body is stored as JSON, and later changes of the original have no effect', async () => {
  const rows = new Collections(NO_ROWS);
  const body = { at: new Date(NOON), none: undefined, list: [1] };
  await rows.commit([{ kind: 'put', row: row('a', { body }) }]);
  body.list.push(2);
  expect(rows.rowsOf('things').byId('a')?.body).toEqual({ at: new Date(NOON).toISOString(), list: [1] });
});

it('a search through long texts does not block the event loop', async () => {
  const facets = { name: 'a', state: null, createdAt: NOON, modifiedAt: NOON };
  const text = 'Ä'.repeat(4000);
  const rows = new Collections(
    createState(Array.from({ length: 4000 }, (_, index) => row(`row-${index}`, { facets, body: { text } }))),
  );
  let turns = 0;
  const count = () => {
    turns += 1;
    turning = setImmediate(count);
  };
  let turning = setImmediate(count);
  const page = await findPage(rows.rowsOf('things'), {
    account: null,
    where: [],
    limit: 10,
    offset: 0,
    search: { members: Array.from({ length: 16 }, () => 'text'), text: 'b' },
    order: { by: 'id', descending: false },
  });
  clearImmediate(turning);
  expect(page.count).toBe(0);
  expect(turns).toBeGreaterThan(0);
});

const createPut = (id: string, members: Partial<Row> = {}): Change => ({ kind: 'put', row: row(id, members) });
const createRemoval = (id: string): Change => ({ kind: 'remove', collection: 'things', id });

it('the log of a world receives each change with the last uses, before it is visible', async () => {
  const logged: unknown[] = [];
  const log: RowLog = {
    commit: async ({ puts, removed, usedAt }) => {
      const isVisible = world.rowsOf('things').byId('two') !== undefined;
      logged.push([puts.map((put) => [put.id, usedAt(put)]), removed.map(({ id }) => id), isVisible]);
    },
    replace: async (state) => void logged.push(['replace', listRows(state).map(({ id }) => id)]),
    use: ({ collection, id }, at) => void logged.push(['use', collection, id, at]),
  };
  const world = new Collections(createState([row('one')]), log);
  await world.note('things', 'one', NOON);
  await world.note('things', 'nothing', NOON);
  await world.note('nothing', 'one', NOON);
  const [one] = world.rowsOf('things').all;
  await world.commit([{ kind: 'put', row: { ...(one as Row), body: 'other' } }, createPut('two')]);
  await world.commit([createRemoval('one')]);
  await world.replace(createState([row('three')]));

  expect(logged).toEqual([
    ['use', 'things', 'one', NOON],
    [
      [
        ['one', NOON],
        ['two', null],
      ],
      [],
      false,
    ],
    [[], ['one'], true],
    ['replace', ['three']],
  ]);
});

it('a new row with the id of a removed row has no use', async () => {
  const world = new Collections(createState([row('one')]));
  await world.note('things', 'one', NOON);
  await world.commit([createRemoval('one'), createPut('two')]);
  await world.commit([createPut('one')]);

  expect([...(await world.uses('things'))]).toEqual([]);
});

it('a row that is added after a restore comes after the restored rows', async () => {
  const world = new Collections(createState([]));
  await world.replace(createState([row('one'), row('two')]));
  await world.commit([createPut('three')]);

  expect(world.rowsOf('things').all.map(({ id }) => id)).toEqual(['one', 'two', 'three']);
});

it('a watcher receives the new rows and the previous rows', async () => {
  const world = new Collections(createState([row('one')]));
  const seen: unknown[] = [];
  world.watch(async ({ puts, before }) => {
    seen.push([puts, before].map((rows) => rows.map(({ id }) => id)));
  });
  await world.commit([createPut('two')]);
  await world.commit([createRemoval('one')]);

  expect(seen).toEqual([
    [['two'], []],
    [[], ['one']],
  ]);
});

it('counts returns collections with rows only', async () => {
  const world = new Collections(createState([row('one'), row('two'), row('three', { collection: 'others' })]));
  await world.commit([{ kind: 'remove', collection: 'others', id: 'three' }]);

  expect(await world.counts()).toEqual({ things: 2 });
  expect(['things', 'others', 'none'].map((name) => world.rowsOf(name).count)).toEqual([2, 0, 0]);
});

it('secrets in bodies are found by their hash', () => {
  const rows = new Rows([row('one', { body: { secretHash: 'abc' } }), row('two', { body: null })]);

  expect(rows.countIn('secret', 'abc')).toBe(1);
  expect(rows.countIn('secret', 'Stryker was here')).toBe(0);
});

it('a row without a parent is in no list of parts', () => {
  const world = new Collections(createState([row('one'), row('two', { parent: 'null' })]));

  expect(
    world
      .rowsOf('things')
      .in('parent', 'null')
      .map(({ id }) => id),
  ).toEqual(['two']);
});

it('lists are in the order of places, also for rows that were returned to an owner', async () => {
  const world = new Collections(createState([row('one'), row('two'), row('three')]));
  const readIds = (owner: string) =>
    world
      .rowsOf('things')
      .in('owner', owner)
      .map(({ id }) => id);
  const moveTo = async (id: string, owner: string) => {
    const stored = world.rowsOf('things').byId(id) as Row;
    await world.commit([{ kind: 'put', row: { ...stored, owner } }]);
  };
  expect(readIds('acme')).toEqual(['one', 'two', 'three']);
  await moveTo('one', 'globex');
  expect([readIds('acme'), readIds('globex')]).toEqual([['two', 'three'], ['one']]);
  await moveTo('one', 'acme');

  expect(readIds('acme')).toEqual(['one', 'two', 'three']);
});

it('a commit reserves memory for copied collections, and a snapshot for unshared copies', async () => {
  const state = createState([row('one'), row('two', { collection: 'others' })]);
  const weights = [...state.collections.values()].map(({ weight }) => weight) as [number, number];
  const [things, others] = weights;
  const quota = new Quota(1_000_000);
  const memory = new StateMemory(quota);
  const reserved: number[] = [];
  memory.reserve = (bytes) => void reserved.push(bytes);
  memory.unreserve = () => {};
  const world = new Collections(state, null, memory);
  const commitRow = async (id: string) => {
    await world.commit([createPut(id)]);
    return world.rowsOf('things').byId(id)?.revision.weight as number;
  };
  const three = await commitRow('three');
  const four = await commitRow('four');
  expect(reserved).toEqual([three + things, four]);
  expect(quota.used).toBe(things + others + things + three + four);

  reserved.length = 0;
  const frozen = world.freeze();
  expect(world.freeze().collections.get('things')).toBe(frozen.collections.get('things'));
  expect(reserved).toEqual([things + three + four, 0]);
  reserved.length = 0;
  await world.commit([createRemoval('one')]);
  expect(reserved).toEqual([]);
});
