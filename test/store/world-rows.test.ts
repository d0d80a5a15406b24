/** The rows of a world. */
import { expect, it } from 'vitest';
import { seededRandom } from '../../src/platform/random.ts';
import type { Change, Collections, PageQuery, Row } from '../../src/store/collections.ts';
import { type FrozenRows, NO_ROWS, OwnRows, sizeOf } from '../../src/store/frozen-rows.ts';
import { newStoreParts } from '../../src/store/shared.ts';
import { WorldRows } from '../../src/store/world-rows.ts';
import { roundsOf, seedOf } from '../support/properties.ts';
import { NOON, row } from '../support/records.ts';

const ids = (rows: readonly Row[]) => rows.map(({ id, body }) => `${id}: ${JSON.stringify(body)}`);
const ACCOUNTS = ['acme', 'globex', 'nobody'];
const PARENTS = ['p', 'q'];
const ORDERS = ['id', 'name', 'state', 'createdAt', 'modifiedAt'] as const;

/** Everything that indexes answer of a collection. */
async function answersOf(rows: Collections) {
  const collection = 'things';
  const page = (by: PageQuery['order']['by'], descending: boolean, account: string | null) => {
    const query = { collection, account, where: [], search: null, order: { by, descending }, limit: 1000, offset: 0 };
    return rows.page(query);
  };
  const due = { collection, after: NOON - 1, to: NOON + 5, limit: 4 };
  return {
    all: ids((await rows.list({ collection })).rows),
    owners: await Promise.all(ACCOUNTS.map(async (owner) => ids((await rows.list({ collection, owner })).rows))),
    parents: await Promise.all(PARENTS.map(async (parent) => ids((await rows.list({ collection, parent })).rows))),
    labels: await Promise.all(PARENTS.map(async (label) => ids((await rows.list({ collection, label })).rows))),
    visible: await Promise.all(
      ACCOUNTS.map(async (visibleTo) => ids((await rows.list({ collection, visibleTo })).rows)),
    ),
    counts: await Promise.all(ACCOUNTS.map(async (owner) => (await rows.size(collection, owner)).count)),
    aliases: await Promise.all(
      Array.from({ length: 12 }, async (_, index) => (await rows.byAlias(collection, `alias-${index}`))?.id),
    ),
    due: ids(await rows.due(due)),
    parts: await Promise.all(
      [false, true].map(async (latestFirst) => ids(await rows.due({ ...due, parent: 'p', latestFirst }))),
    ),
    pages: await Promise.all(
      ORDERS.map(async (by) => [ids((await page(by, false, 'acme')).rows), ids((await page(by, true, null)).rows)]),
    ),
    dump: ids(await rows.dump()),
  };
}

it('indexes that are kept up say what indexes that are made afresh say, in every copy of a world', async () => {
  const random = seededRandom(seedOf('world-rows'));
  const below = (most: number) => parseInt(random.hex(4), 16) % most;
  const pick = <Item>(items: readonly Item[]) => items[below(items.length)] as Item;
  const { revisions } = newStoreParts();
  let serial = 0;
  const some = (id: string, before: Row | null): Row => {
    serial += 1;
    const name = pick(['a', 'b', 'B', '\u{1f600}', '\uffff']);
    return row(id, {
      owner: pick(ACCOUNTS),
      parent: pick([null, ...PARENTS]),
      aliases: before?.aliases ?? (below(2) === 0 ? [] : [`alias-${Number(id.slice(4))}`]),
      labels: pick([[], ['p'], ['p', 'q']]),
      sharedWith: pick([[], ['acme'], ['*'], ['globex', 'acme']]),
      dueAt: pick([null, NOON, NOON + 1, NOON + 2]),
      body: { serial },
      ...(below(3) > 0 && {
        facets: { name, state: pick([null, 'ON', 'OFF']), createdAt: NOON + below(3), modifiedAt: NOON + below(3) },
      }),
      revision: before?.revision ?? 0,
    });
  };
  const worlds = [new WorldRows(NO_ROWS, revisions)];
  const kept: { readonly frozen: FrozenRows; readonly answers: unknown }[] = [];
  for (let round = 0; round < roundsOf(150); round += 1) {
    const world = pick(worlds);
    const changed = new Set(Array.from({ length: 1 + below(3) }, () => `row-${below(12)}`));
    const changes: Change[] = [];
    for (const id of changed) {
      const before = await world.byId('things', id);
      if (before !== null && below(3) === 0) changes.push({ kind: 'remove', collection: 'things', id });
      else changes.push({ kind: 'put', row: some(id, before) });
    }
    await world.commit(changes);
    if (below(2) === 0) await world.note('things', `row-${below(12)}`, NOON + round);
    if (below(8) === 0 && worlds.length < 6) worlds.push(new WorldRows(world.freeze(), revisions));
    if (below(10) === 0) kept.push({ frozen: world.freeze(), answers: await answersOf(world) });
    if (below(12) === 0 && kept.length > 0) world.replace(pick(kept).frozen);
    const afresh = new WorldRows(NO_ROWS, revisions);
    await afresh.load(await world.dump());
    expect(await answersOf(world)).toEqual(await answersOf(afresh));
  }
  // What was frozen is as it was, whatever became of the worlds that began with it.
  for (const { frozen, answers } of kept) expect(await answersOf(new WorldRows(frozen, revisions))).toEqual(answers);
});

it('a world that nobody has changed makes nothing of its own, and is what it began with', async () => {
  const { revisions } = newStoreParts();
  const first = new WorldRows(NO_ROWS, revisions);
  await first.commit([{ kind: 'put', row: row('a') }]);
  const frozen = first.freeze();
  const later = new WorldRows(frozen, revisions);
  expect(await later.byId('things', 'a')).toBe(await first.byId('things', 'a'));
  expect(later.freeze()).toBe(frozen);
  later.replace(frozen);
  expect(later.freeze()).toBe(frozen);
});

it('a world with client ids of its own finds a client by the shared one, and makes no other row', async () => {
  const { revisions } = newStoreParts();
  const first = new WorldRows(NO_ROWS, revisions);
  const aliases = { a: ['client a', 'name a'], b: ['client b'], c: ['client a-w'] };
  const rows = Object.entries(aliases).map(([id, its]) => row(id, { aliases: its }));
  await first.commit(rows.map((one) => ({ kind: 'put', row: one })));
  const made: string[] = [];
  const ofWorld = (given: Row): Row => {
    made.push(given.id);
    return { ...given, aliases: given.aliases.map((one) => (one.startsWith('client') ? `${one}-w` : one)) };
  };
  const world = new WorldRows(
    new OwnRows(first.freeze(), () => true, { rows: () => ofWorld, suffix: '-w' }),
    revisions,
  );
  const found = async (alias: string) => (await world.byAlias('things', alias))?.id ?? null;

  expect(await found('client b-w')).toBe('b');
  expect(await found('client x-w')).toBeNull();
  expect(made).toEqual(['b']);
  // The client id of one may be what another's is in the shared rows.
  expect(await found('client a-w')).toBe('a');
  expect(await found('client a-w-w')).toBe('c');
  expect(await found('name a')).toBe('a');
  expect(await found('client b')).toBeNull();
  expect(await found('client a')).toBeNull();
});

it('a world with rows of its own makes those that are asked for, once, and all of them for a list', async () => {
  const { revisions } = newStoreParts();
  const first = new WorldRows(NO_ROWS, revisions);
  await first.commit(['a', 'b', 'c'].map((id) => ({ kind: 'put', row: row(id, { aliases: [`of ${id}`], body: id }) })));
  const made: string[] = [];
  const ofWorld = (given: Row): Row => {
    if (given.id === 'c') return given;
    made.push(given.id);
    return { ...given, aliases: [`own ${given.id}`], body: `own ${given.id}` };
  };
  const begin = new OwnRows(first.freeze(), (name) => name === 'things', { rows: () => ofWorld, suffix: '' });
  const world = new WorldRows(begin, revisions);

  expect(made).toEqual([]);
  const own = await world.byId('things', 'a');
  expect(own).toMatchObject({ body: 'own a', aliases: ['own a'] });
  expect(await world.byId('things', 'a')).toBe(own);
  expect(made).toEqual(['a']);
  expect((await world.byAlias('things', 'own b'))?.id).toBe('b');
  expect((await world.byAlias('things', 'of c'))?.id).toBe('c');
  expect(await world.byAlias('things', 'of b')).toBeNull();
  await world.note('things', 'a', NOON);
  expect(await world.byId('things', 'a')).toMatchObject({ body: 'own a', usedAt: NOON });
  const { rows } = await world.list({ collection: 'things' });
  expect(rows.map(({ body, usedAt }) => [body, usedAt])).toEqual([
    ['own a', NOON],
    ['own b', null],
    ['c', null],
  ]);
  expect(sizeOf(world.freeze())).toBe('"own a""own b""c"'.length);
  expect((await first.byId('things', 'a'))?.body).toBe('a');
  world.replace(begin);
  expect(await world.byId('things', 'a')).toMatchObject({ body: 'own a', usedAt: null });
});

it('a list is the same object until a row of it changes, or is used', async () => {
  const rows = new WorldRows(NO_ROWS, newStoreParts().revisions);
  await rows.commit([
    { kind: 'put', row: row('a') },
    { kind: 'put', row: row('b', { owner: 'globex' }) },
  ]);
  const list = (owner: string) => rows.list({ collection: 'things', owner });
  const [acme, globex] = [await list('acme'), await list('globex')];
  expect([await list('acme'), await list('globex')]).toEqual([acme, globex]);
  expect(await list('acme')).toBe(acme);
  await rows.note('things', 'b', NOON);
  expect(await list('acme')).toBe(acme);
  expect(await list('globex')).not.toBe(globex);
  await rows.commit([{ kind: 'put', row: row('c') }]);
  expect(await list('acme')).not.toBe(acme);
});

it('says how many characters the bodies have, also of what was removed and replaced', async () => {
  const { revisions } = newStoreParts();
  const rows = new WorldRows(NO_ROWS, revisions);
  await rows.commit([
    { kind: 'put', row: row('a', { body: 'xxxx' }) },
    { kind: 'put', row: row('b', { body: 'yy' }) },
  ]);
  expect(sizeOf(rows.freeze())).toBe(10);
  const revision = (await rows.byId('things', 'a'))?.revision ?? 0;
  await rows.commit([{ kind: 'put', row: row('a', { body: 'x', revision }) }]);
  await rows.commit([{ kind: 'remove', collection: 'things', id: 'b' }]);
  expect(sizeOf(rows.freeze())).toBe(3);
});

it('a body is what is left of it as JSON, and nobody can change it from outside', async () => {
  const rows = new WorldRows(NO_ROWS, newStoreParts().revisions);
  const body = { at: new Date(NOON), none: undefined, list: [1] };
  await rows.commit([{ kind: 'put', row: row('a', { body }) }]);
  body.list.push(2);
  expect((await rows.byId('things', 'a'))?.body).toEqual({ at: new Date(NOON).toISOString(), list: [1] });
});

it('a search through long texts lets others be served meanwhile', async () => {
  const rows = new WorldRows(NO_ROWS, newStoreParts().revisions);
  const facets = { name: 'a', state: null, createdAt: NOON, modifiedAt: NOON };
  const text = 'Ä'.repeat(4000);
  await rows.load(Array.from({ length: 4000 }, (_, index) => row(`row-${index}`, { facets, body: { text } })));
  let turns = 0;
  const count = () => {
    turns += 1;
    turning = setImmediate(count);
  };
  let turning = setImmediate(count);
  const page = await rows.page({
    ...{ collection: 'things', account: null, where: [], limit: 10, offset: 0 },
    ...{
      search: { members: Array.from({ length: 16 }, () => 'text'), text: 'b' },
      order: { by: 'id', descending: false },
    },
  });
  clearImmediate(turning);
  expect(page.count).toBe(0);
  expect(turns).toBeGreaterThan(0);
});
