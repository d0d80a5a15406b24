/** The rows of a world. */
import { expect, it } from 'vitest';
import { Quota } from '../../src/memory/quota.ts';
import { createSeededRandom } from '../../src/platform/random.ts';
import { type Change, NEW, type PageQuery, type Row } from '../../src/store/collections.ts';
import type { RowLog } from '../../src/store/row-log.ts';
import { createState, listRows, NO_ROWS, type State, sizeOf } from '../../src/store/state.ts';
import { StateMemory } from '../../src/store/state-memory.ts';
import { WorldRows } from '../../src/store/world-rows.ts';
import { roundsOf, seedOf } from '../support/properties.ts';
import { NOON, row } from '../support/records.ts';

const describeRows = (rows: readonly Row[]) => rows.map(({ id, body }) => `${id}: ${JSON.stringify(body)}`);
const ACCOUNTS = ['acme', 'globex', 'nobody'];
const PARENTS = ['p', 'q'];
const ORDERS = ['id', 'name', 'state', 'createdAt', 'modifiedAt'] as const;

/** Reads a collection through all indexes. */
async function readAll(rows: WorldRows) {
  const collection = 'things';
  const page = (by: PageQuery['order']['by'], descending: boolean, account: string | null) => {
    const query = { collection, account, where: [], search: null, order: { by, descending }, limit: 1000, offset: 0 };
    return rows.page(query);
  };
  const due = { collection, after: NOON - 1, to: NOON + 5, limit: 4 };
  return {
    all: describeRows(await rows.list({ collection })),
    owners: await Promise.all(ACCOUNTS.map(async (owner) => describeRows(await rows.list({ collection, owner })))),
    parents: await Promise.all(PARENTS.map(async (parent) => describeRows(await rows.list({ collection, parent })))),
    labels: await Promise.all(PARENTS.map(async (label) => describeRows(await rows.list({ collection, label })))),
    visible: await Promise.all(
      ACCOUNTS.map(async (visibleTo) => describeRows(await rows.list({ collection, visibleTo }))),
    ),
    counts: await Promise.all(ACCOUNTS.map(async (owner) => rows.count(collection, owner))),
    aliases: await Promise.all(
      Array.from({ length: 12 }, async (_, index) => (await rows.byAlias(collection, `alias-${index}`))?.id),
    ),
    due: describeRows(await rows.due(due)),
    parts: await Promise.all(
      [false, true].map(async (latestFirst) => describeRows(await rows.due({ ...due, parent: 'p', latestFirst }))),
    ),
    pages: await Promise.all(
      ORDERS.map(async (by) => [
        describeRows((await page(by, false, 'acme')).rows),
        describeRows((await page(by, true, null)).rows),
      ]),
    ),
    dump: describeRows(listRows(rows.freeze())),
  };
}

it('updated indexes return the same rows as new indexes, in every copy of a world', async () => {
  const random = createSeededRandom(seedOf('world-rows'));
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
  const worlds = [new WorldRows(NO_ROWS)];
  const kept: { readonly frozen: State; readonly answers: unknown }[] = [];
  for (let round = 0; round < roundsOf(150); round += 1) {
    const world = pick(worlds);
    const changed = new Set(Array.from({ length: 1 + drawBelow(3) }, () => `row-${drawBelow(12)}`));
    const changes: Change[] = [];
    for (const id of changed) {
      const before = await world.byId('things', id);
      if (before !== null && drawBelow(3) === 0) changes.push({ kind: 'remove', collection: 'things', id });
      else changes.push({ kind: 'put', row: createRow(id, before) });
    }
    await world.commit(changes);
    if (drawBelow(2) === 0) await world.note('things', `row-${drawBelow(12)}`, NOON + round);
    if (drawBelow(8) === 0 && worlds.length < 6) worlds.push(new WorldRows(world.freeze()));
    if (drawBelow(10) === 0) kept.push({ frozen: world.freeze(), answers: await readAll(world) });
    if (drawBelow(12) === 0 && kept.length > 0) await world.replace(pick(kept).frozen);
    const afresh = new WorldRows(createState(listRows(world.freeze())));
    expect(await readAll(world)).toEqual(await readAll(afresh));
  }
  // Frozen states are unchanged by the worlds that started with them.
  for (const { frozen, answers } of kept) expect(await readAll(new WorldRows(frozen))).toEqual(answers);
});

it('an unchanged world copies nothing, and freezes to its initial state', async () => {
  const first = new WorldRows(NO_ROWS);
  await first.commit([{ kind: 'put', row: row('a') }]);
  const frozen = first.freeze();
  const later = new WorldRows(frozen);
  expect(await later.byId('things', 'a')).toBe(await first.byId('things', 'a'));
  expect(later.freeze()).toBe(frozen);
  await later.replace(frozen);
  expect(later.freeze()).toBe(frozen);
});

it('a world with own rows resolves a collection once, when it is read for the first time', async () => {
  const first = new WorldRows(NO_ROWS);
  const rows = ['a', 'b', 'c'].map((id) => row(id, { aliases: [`of ${id}`], body: id }));
  await first.commit([...rows, row('d', { collection: 'others' })].map((one) => ({ kind: 'put', row: one })));
  const made: string[] = [];
  const toOwnRow = (shared: Row): Row => {
    made.push(shared.id);
    return shared.id === 'c' ? shared : { ...shared, aliases: [`own ${shared.id}`], body: `own ${shared.id}` };
  };
  const shared = first.freeze();
  const begin = { ...shared, own: () => toOwnRow };
  const world = new WorldRows(begin);

  expect(made).toEqual([]);
  const own = await world.byId('things', 'a');
  expect(own).toMatchObject({ body: 'own a', aliases: ['own a'] });
  expect(made).toEqual(['a', 'b', 'c']);
  expect(await world.byId('things', 'a')).toBe(own);
  expect((await world.byAlias('things', 'own b'))?.id).toBe('b');
  expect((await world.byAlias('things', 'of c'))?.id).toBe('c');
  expect(await world.byAlias('things', 'of b')).toBeNull();
  expect((await world.list({ collection: 'things' })).map(({ body }) => body)).toEqual(['own a', 'own b', 'c']);
  expect(made).toEqual(['a', 'b', 'c']);
  expect((await first.byId('things', 'a'))?.body).toBe('a');
  await world.replace(begin);
  expect(await world.byId('things', 'a')).toMatchObject({ body: 'own a' });
});

it('the use of a row changes no row and no list, and is dropped with the row', async () => {
  const rows = new WorldRows(NO_ROWS);
  await rows.commit([{ kind: 'put', row: row('a') }]);
  const list = await rows.list({ collection: 'things' });
  await rows.note('things', 'a', NOON);
  await rows.note('things', 'nobody', NOON);
  expect(await rows.uses('things')).toEqual(new Map([['a', NOON]]));
  expect(await rows.list({ collection: 'things' })).toBe(list);
  const frozen = rows.freeze();
  await rows.commit([{ kind: 'remove', collection: 'things', id: 'a' }]);
  await rows.commit([{ kind: 'put', row: row('a') }]);
  expect(await rows.uses('things')).toEqual(new Map());
  expect(await new WorldRows(frozen).uses('things')).toEqual(new Map([['a', NOON]]));
});

it('a list is the same array until one of its rows changes', async () => {
  const rows = new WorldRows(NO_ROWS);
  await rows.commit([
    { kind: 'put', row: row('a') },
    { kind: 'put', row: row('b', { owner: 'globex' }) },
  ]);
  const list = (owner: string) => rows.list({ collection: 'things', owner });
  const [acme, globex] = [await list('acme'), await list('globex')];
  expect([await list('acme'), await list('globex')]).toEqual([acme, globex]);
  await rows.commit([{ kind: 'put', row: row('c') }]);
  expect(await list('acme')).not.toBe(acme);
  expect(await list('globex')).toBe(globex);
});

it('snapshots share unchanged collections', async () => {
  const rows = new WorldRows(NO_ROWS);
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
  const rows = new WorldRows(NO_ROWS);
  await rows.commit([
    { kind: 'put', row: row('a', { body: 'xxxx' }) },
    { kind: 'put', row: row('b', { body: 'yy' }) },
  ]);
  expect(sizeOf(rows.freeze())).toBe(10);
  const revision = (await rows.byId('things', 'a'))?.revision ?? NEW;
  await rows.commit([{ kind: 'put', row: row('a', { body: 'x', revision }) }]);
  await rows.commit([{ kind: 'remove', collection: 'things', id: 'b' }]);
  expect(sizeOf(rows.freeze())).toBe(3);
});

it('a body is stored as JSON, and later changes of the original have no effect', async () => {
  const rows = new WorldRows(NO_ROWS);
  const body = { at: new Date(NOON), none: undefined, list: [1] };
  await rows.commit([{ kind: 'put', row: row('a', { body }) }]);
  body.list.push(2);
  expect((await rows.byId('things', 'a'))?.body).toEqual({ at: new Date(NOON).toISOString(), list: [1] });
});

it('a search through long texts does not block the event loop', async () => {
  const facets = { name: 'a', state: null, createdAt: NOON, modifiedAt: NOON };
  const text = 'Ä'.repeat(4000);
  const rows = new WorldRows(
    createState(Array.from({ length: 4000 }, (_, index) => row(`row-${index}`, { facets, body: { text } }))),
  );
  let turns = 0;
  const count = () => {
    turns += 1;
    turning = setImmediate(count);
  };
  let turning = setImmediate(count);
  const page = await rows.page({
    collection: 'things',
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
      const isVisible = (await world.byId('things', 'two')) !== null;
      logged.push([puts.map((put) => [put.id, usedAt(put)]), removed.map(({ id }) => id), isVisible]);
    },
    replace: async (state) => void logged.push(['replace', listRows(state).map(({ id }) => id)]),
    use: ({ collection, id }, at) => void logged.push(['use', collection, id, at]),
  };
  const world = new WorldRows(createState([row('one')]), { log });
  await world.note('things', 'one', NOON);
  await world.note('things', 'nothing', NOON);
  await world.note('nothing', 'one', NOON);
  const [one] = await world.list({ collection: 'things' });
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
  const world = new WorldRows(createState([row('one')]));
  await world.note('things', 'one', NOON);
  await world.commit([createRemoval('one'), createPut('two')]);
  await world.commit([createPut('one')]);

  expect([...(await world.uses('things'))]).toEqual([]);
});

it('a watcher receives the new rows and the previous rows', async () => {
  const world = new WorldRows(createState([row('one')]));
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
  const world = new WorldRows(createState([row('one'), row('two'), row('three', { collection: 'others' })]));
  await world.commit([{ kind: 'remove', collection: 'others', id: 'three' }]);

  expect(await world.counts()).toEqual({ things: 2 });
  expect([await world.count('things'), await world.count('others'), await world.count('none')]).toEqual([2, 0, 0]);
});

it('hasSecret finds secrets in bodies by their hash', () => {
  const world = new WorldRows(createState([row('one', { body: { secretHash: 'abc' } }), row('two', { body: null })]));

  expect(world.hasSecret('things', 'abc')).toBe(true);
  expect(world.hasSecret('things', 'Stryker was here')).toBe(false);
  expect(world.hasSecret('nothing', 'abc')).toBe(false);
});

it('a row without a parent is in no list of parts', async () => {
  const world = new WorldRows(createState([row('one'), row('two', { parent: 'null' })]));

  expect((await world.list({ collection: 'things', parent: 'null' })).map(({ id }) => id)).toEqual(['two']);
});

it('lists are in the order of places, also for rows that were returned to an owner', async () => {
  const world = new WorldRows(createState([row('one'), row('two'), row('three')]));
  const readIds = async (owner: string) => (await world.list({ collection: 'things', owner })).map(({ id }) => id);
  const moveTo = async (id: string, owner: string) => {
    const stored = (await world.byId('things', id)) as Row;
    await world.commit([{ kind: 'put', row: { ...stored, owner } }]);
  };
  expect(await readIds('acme')).toEqual(['one', 'two', 'three']);
  await moveTo('one', 'globex');
  expect([await readIds('acme'), await readIds('globex')]).toEqual([['two', 'three'], ['one']]);
  await moveTo('one', 'acme');

  expect(await readIds('acme')).toEqual(['one', 'two', 'three']);
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
  const world = new WorldRows(state, { memory });
  const commitRow = async (id: string) => {
    await world.commit([createPut(id)]);
    return (await world.byId('things', id))?.revision.weight as number;
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
