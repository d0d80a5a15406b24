import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEW, type Row } from '../../src/store/row.ts';
import { serializeRow } from '../../src/store/saved-row.ts';
import { listUsedRows, StateBuilder } from '../../src/store/state.ts';
import type {
  LogChanges,
  LoggedPut,
  LoggedState,
  LoggedWorld,
  LogUses,
  ReadRow,
  SnapshotRecord,
  WorldLog,
  WorldRecord,
} from '../../src/store/world-log.ts';
import { createMemory, NOON, row } from '../support/records.ts';

/** How a kind of log is opened for one test. */
export interface LogBench {
  /** A log that has only the empty default world. */
  readonly log: WorldLog;
  /** Closes the log, and opens it again. */
  reopen(): Promise<WorldLog>;
  end(): Promise<void>;
}

const NOTHING: LogChanges = { puts: [], removed: [], states: [] };

/** Creates a row as the log returns it. */
function createReadRow(stored: Row, place: number, usedAt: number | null = null): ReadRow {
  return { row: stored, place, usedAt };
}

function serialize({ row: stored, place, usedAt }: ReadRow): string {
  return serializeRow({ ...stored, revision: { place, size: 0, weight: 0 } }, usedAt);
}

function createPut(world: string, read: ReadRow): LoggedPut {
  return { world, collection: read.row.collection, id: read.row.id, text: serialize(read) };
}

/** Returns a state of these rows. */
function createStateOf(rows: readonly ReadRow[]): LoggedState {
  const builder = new StateBuilder();
  for (const { row: stored, ...rest } of rows) builder.add(stored, rest);
  return builder.state;
}

/** Returns a state that fails after its first rows. */
function createFailingState(rows: readonly ReadRow[]): LoggedState {
  const collections = {
    *[Symbol.iterator]() {
      yield* createStateOf(rows).collections;
      throw new Error('no more rows');
    },
  };
  return { collections: collections as unknown as LoggedState['collections'], uses: new Map() };
}

/** Lists all rows of a world in the order of their places. */
function listContent({ initial, changedRows, uses }: LoggedWorld): readonly ReadRow[] {
  const asRead = (stored: Row, usedAt: number | null): ReadRow => ({
    row: { ...stored, revision: NEW },
    place: stored.revision.place,
    usedAt,
  });
  const rows = new Map(
    [...listUsedRows(initial)].map((used) => [`${used.row.collection} ${used.row.id}`, asRead(used.row, used.usedAt)]),
  );
  for (const { collection, id, row: stored, usedAt } of changedRows) {
    if (stored === null) rows.delete(`${collection} ${id}`);
    else rows.set(`${collection} ${id}`, asRead(stored, usedAt));
  }
  const used = new Map(uses.map(({ collection, id, at }) => [`${collection} ${id}`, at]));
  const all = [...rows].map(([name, read]) => ({ ...read, usedAt: used.get(name) ?? read.usedAt }));
  return all.sort((first, second) => first.place - second.place);
}

function createWorld(name: string, overrides: Partial<WorldRecord> = {}): WorldRecord {
  return {
    name,
    made: `{"name":"${name}"}`,
    seed: `seed of ${name}`,
    ttl: null,
    createdAt: NOON,
    usedAt: NOON,
    ...overrides,
  };
}

function createSnapshot(id: string, place: number, overrides: Partial<SnapshotRecord> = {}): SnapshotRecord {
  return { id, place, name: null, world: 'default', at: NOON, size: 12, ...overrides };
}

/** A row in which each member has a value; its times are larger than 32 bits. */
const FULL = row('full', {
  parent: 'above',
  aliases: ['one', 'two'],
  labels: ['red', 'blue'],
  sharedWith: ['globex', 'initech'],
  dueAt: NOON + 1,
  body: { text: 'x', list: [1, 2.5, null, { deep: true }], none: null },
  facets: { name: 'full of it', state: 'READY', createdAt: NOON, modifiedAt: NOON + 3 },
});

/** Texts that an SQL statement, an array in it, or an encoding could change. */
const TEXTS: readonly string[] = [
  ...['', ' ', `it's`, `"quoted"`, '"', `''`, '\\', '\\\\', '\\n', '\\u0041', '\\x41', "E'\\n'"],
  ...['{', '}', '{}', '{a,b}', '{"a":1}', '(1,2)', ',', 'a,b', '[1]', '$1', '%s', '?', ':x', '@x', '--', ';', '/* */'],
  ...['NULL', 'null', 'Null', '"NULL"', '\\N', 'undefined', 'DEFAULT', 'true', 'NaN', 'Infinity', '1e400', '0'],
  ...['\t', '\n', '\r\n', '\u0001', '\u007f', '\u0085', '\u2028', '\ufeff', '\ufffd', '\uffff', 'e\u0301', '\u00e9'],
  ...['😀', '👩‍👩‍👧', '🏳️‍🌈', '漢字', 'עברית', '\u202e', '\u{10ffff}', 'ẞ', 'İ', ' both ends '],
];

/** Texts that UTF-8 or PostgreSQL cannot store, except escaped within JSON. */
const ESCAPED: readonly string[] = ['\0', 'a\0b', '\ud800', 'a\udfffb', '\udc00\ud800'];

/** Tests of `src/store/world-log.ts`, for every adapter. */
export function worldLogContract(kind: string, benchOf: () => Promise<LogBench>): void {
  describe(`${kind}, the log:`, () => {
    let bench: LogBench;
    let log: WorldLog;

    beforeEach(async () => {
      bench = await benchOf();
      ({ log } = bench);
    });
    afterEach(() => bench.end());

    const commit = (changes: Partial<LogChanges>, at = NOON) =>
      log.append({ kind: 'changes', ...NOTHING, ...changes }, at);
    const put = (...rows: readonly ReadRow[]) => commit({ puts: rows.map((row) => createPut('default', row)) });
    const use = (uses: Partial<LogUses>, at = NOON) => log.append({ kind: 'uses', rows: [], worlds: [], ...uses }, at);
    /** @param world the record of a new world, or the name of an existing one */
    const fill = (world: string | WorldRecord, state: LoggedState | readonly ReadRow[], at = NOON) =>
      log.append(
        {
          kind: 'world',
          name: typeof world === 'string' ? world : world.name,
          record: typeof world === 'string' ? null : world,
          state: 'collections' in state ? state : createStateOf(state),
        },
        at,
      );
    const putSnapshot = (record: SnapshotRecord, state: LoggedState | readonly ReadRow[]) =>
      log.append({ kind: 'snapshot', record, state: 'collections' in state ? state : createStateOf(state) }, NOON);
    const endWorld = (name: string) => log.append({ kind: 'world-end', name }, NOON);
    const endSnapshot = (id: string) => log.append({ kind: 'snapshot-end', id }, NOON);
    /** Reopens the log and reads it, as another process would. */
    const readAgain = async () => {
      log = await bench.reopen();
      return log.read(createMemory());
    };
    const readWorlds = async () =>
      (await readAgain()).worlds.map(({ initial, changedRows, uses, ...rest }) => ({
        ...rest,
        rows: listContent({ initial, changedRows, uses, ...rest }),
      }));
    const readRows = async (name = 'default') => (await readWorlds()).find((item) => item.name === name)?.rows;
    const readSnapshot = async (id: string) => {
      const rows: ReadRow[] = [];
      for (let part = 0; ; part += 1) {
        const read = await log.readSnapshot(id, part);
        if (read === null) return rows;
        rows.push(...read);
      }
    };

    it('starts with an empty default world', async () => {
      const { at, worlds, snapshots } = await log.read(createMemory());
      const nothing = { initial: expect.objectContaining({ collections: new Map() }), changedRows: [], uses: [] };
      expect(worlds).toEqual([
        { name: 'default', made: '', seed: '', ttl: null, createdAt: 0, usedAt: 0, state: '', ...nothing },
      ]);
      expect([at, snapshots, log.fault()]).toEqual([0, [], null]);
    });

    describe('a commit', () => {
      it('returns each row unchanged, in the order of places', async () => {
        const plain = row('plain');
        await put(createReadRow(plain, 9), createReadRow(FULL, 10));
        await put(createReadRow(row('early'), 2));
        expect(await readRows()).toEqual([
          createReadRow(row('early'), 2),
          createReadRow(plain, 9),
          createReadRow(FULL, 10),
        ]);
      });

      it('replaces a row', async () => {
        await put(createReadRow(row('a'), 1), createReadRow(FULL, 2), createReadRow(row('b'), 3));
        const other = row('full', { owner: 'globex', body: [] });
        await put(createReadRow(other, 2));
        expect(await readRows()).toEqual([
          createReadRow(row('a'), 1),
          createReadRow(other, 2),
          createReadRow(row('b'), 3),
        ]);
        await put(createReadRow(FULL, 2));
        expect((await readRows())?.[1]).toEqual(createReadRow(FULL, 2));
      });

      it('removes rows, and ignores unknown ones', async () => {
        await put(
          createReadRow(row('a'), 1),
          createReadRow(row('b'), 2),
          createReadRow(row('a', { collection: 'others' }), 3),
        );
        const removed = [
          { world: 'default', collection: 'things', id: 'a' },
          { world: 'default', collection: 'things', id: 'nothing' },
          { world: 'nowhere', collection: 'things', id: 'b' },
        ];
        await commit({ removed });
        expect(await readRows()).toEqual([
          createReadRow(row('b'), 2),
          createReadRow(row('a', { collection: 'others' }), 3),
        ]);
      });

      it('writes states and rows of several worlds at once', async () => {
        await fill(createWorld('one'), [createReadRow(row('a'), 1)]);
        const states = [
          { world: 'default', state: '{"faults":[]}' },
          { world: 'one', state: 'of one' },
          { world: 'nowhere', state: 'lost' },
        ];
        const puts = [
          createPut('one', createReadRow(row('b'), 2)),
          { world: 'one', collection: 'things', id: 'a', text: null },
          createPut('default', createReadRow(row('b'), 1)),
        ];
        await commit({ puts, states });
        expect((await readWorlds()).map(({ name, state, rows }) => [name, state, rows])).toEqual([
          ['default', '{"faults":[]}', [createReadRow(row('b'), 1)]],
          ['one', 'of one', [createReadRow(row('b'), 2)]],
        ]);
      });

      it('accepts empty changes', async () => {
        await commit({});
        expect((await readAgain()).at).toBe(NOON);
      });

      it('stores thousands of rows, and large bodies', async () => {
        const rows = Array.from({ length: 2500 }, (_, index) => createReadRow(row(`row-${index}`), index));
        await put(...rows);
        const large = [1, 2, 3].map((index) =>
          createReadRow(row(`large-${index}`, { body: { text: `${index}`.repeat(5 * 1024 * 1024) } }), 2500 + index),
        );
        await put(...large, createReadRow(row('last'), 2600));
        const all = (await readRows()) ?? [];
        expect(all.map((item) => item.row.id)).toEqual([...rows, ...large].map((item) => item.row.id).concat('last'));
        expect(all.slice(2500)).toEqual([...large, createReadRow(row('last'), 2600)]);
      });

      it('stores all rows or none', async () => {
        const rows = Array.from({ length: 2500 }, (_, index) => createReadRow(row(`row-${index}`), index));
        const unfit = createReadRow(row('unfit', { id: null as unknown as string }), 2500);
        await expect(put(...rows, unfit)).rejects.toThrow();
        expect(await readRows()).toEqual([]);
        await put(...rows);
        expect(await readRows()).toEqual(rows);
      });
    });

    describe('texts', () => {
      it('are returned unchanged in every member', async () => {
        const rows = TEXTS.map((text, index) =>
          createReadRow(
            row(`${text}#${index}`, {
              owner: text,
              parent: text,
              aliases: [text, `other ${index}`],
              labels: [text],
              sharedWith: [text],
              body: { [text]: text, list: [text] },
              facets: { name: text, state: text, createdAt: NOON, modifiedAt: NOON },
            }),
            index,
          ),
        );
        await put(...rows);
        await fill(createWorld('texts', { made: TEXTS.join('|') }), rows);
        await commit({ states: [{ world: 'texts', state: TEXTS.join('|') }] });
        for (const [index, text] of TEXTS.entries()) {
          await putSnapshot(
            createSnapshot(`${text}#${index}`, index + 1, { name: text }),
            rows.slice(index, index + 1),
          );
        }

        const worlds = await readWorlds();
        const { snapshots } = await log.read(createMemory());
        expect(worlds[0]?.rows).toEqual(rows);
        expect(worlds[1]).toEqual({ ...createWorld('texts'), made: TEXTS.join('|'), state: TEXTS.join('|'), rows });
        expect(snapshots.map(({ name }) => name)).toEqual(TEXTS);
        for (const [index, text] of TEXTS.entries()) {
          expect(await readSnapshot(`${text}#${index}`)).toEqual(rows.slice(index, index + 1));
        }
        await use({
          rows: rows.map(({ row: { collection, id } }) => ({ world: 'default', collection, id, at: NOON + 5 })),
          worlds: [],
        });
        const removed = rows.slice(5).map(({ row: { collection, id } }) => ({ world: 'default', collection, id }));
        await commit({ removed });
        expect(await readRows()).toEqual(rows.slice(0, 5).map((item) => ({ ...item, usedAt: NOON + 5 })));
      });

      it('with NUL or a lone surrogate are returned unchanged within JSON', async () => {
        const rows = ESCAPED.map((text, index) =>
          createReadRow(
            row(`row-${index}`, { aliases: [text], labels: [text], sharedWith: [text], body: { [text]: text } }),
            index,
          ),
        );
        await put(...rows);
        expect(await readRows()).toEqual(rows);
      });
    });

    it('an id with NUL is rejected with its whole commit or returned, and later commits are stored', async () => {
      const unusual = createReadRow(row('a\0b'), 1);
      const outcome = await put(unusual, createReadRow(row('beside'), 2)).catch((cause: unknown) => cause);
      if (outcome !== undefined) expect(outcome).toMatchObject({ name: 'WriteFailure', why: 'failing' });
      expect(await readRows()).toEqual(outcome === undefined ? [unusual, createReadRow(row('beside'), 2)] : []);
      await put(createReadRow(row('after'), 3));
      expect((await readRows())?.at(-1)).toEqual(createReadRow(row('after'), 3));
    });

    it('the stored time never goes back', async () => {
      await commit({}, NOON);
      await commit({}, NOON - 1);
      await use({}, NOON - 1);
      await fill('default', [], NOON - 1);
      expect((await readAgain()).at).toBe(NOON);
      await fill(createWorld('one'), [], NOON);
      await use({}, NOON + 1);
      expect((await readAgain()).at).toBe(NOON + 1);
      await commit({}, 8.64e15);
      expect((await readAgain()).at).toBe(8.64e15);
    });

    it('a use is recorded for existing rows and worlds, and ignored for removed ones', async () => {
      await fill(createWorld('one'), [createReadRow(row('a'), 1), createReadRow(FULL, 2, NOON)]);
      await put(createReadRow(row('a'), 1));
      const createUse = (name: string, id: string, at: number) => ({ world: name, collection: 'things', id, at });
      await use({
        rows: [
          createUse('one', 'a', NOON + 1),
          createUse('one', 'full', NOON + 2),
          createUse('one', 'gone', 1),
          createUse('gone', 'a', 1),
        ],
        worlds: [
          { world: 'one', at: NOON + 3 },
          { world: 'gone', at: NOON + 4 },
        ],
      });
      const [first, item, ...others] = await readWorlds();
      expect([first?.usedAt, first?.rows, others]).toEqual([0, [createReadRow(row('a'), 1)], []]);
      expect(item?.usedAt).toBe(NOON + 3);
      expect(item?.rows).toEqual([createReadRow(row('a'), 1, NOON + 1), createReadRow(FULL, 2, NOON + 2)]);
      // A new row with the id of a removed row has no use.
      await commit({ puts: [{ ...createPut('one', createReadRow(row('a'), 1)), text: null }] });
      await commit({ puts: [createPut('one', createReadRow(row('a'), 9))] });
      expect(await readRows('one')).toEqual([createReadRow(FULL, 2, NOON + 2), createReadRow(row('a'), 9)]);
      await fill('one', [createReadRow(FULL, 2)]);
      expect(await readRows('one')).toEqual([createReadRow(FULL, 2)]);
    });

    describe('a fill', () => {
      const createRows = (count: number) =>
        Array.from({ length: count }, (_, index) => createReadRow(row(`row-${index}`), index));

      it('creates a world after the existing ones', async () => {
        const short = createWorld('short', { ttl: 60_000, createdAt: NOON + 1, usedAt: NOON + 2 });
        await fill(createWorld('zoo'), createRows(2500));
        await fill(short, [], NOON + 1);
        const worlds = await readWorlds();
        expect((await log.read(createMemory())).at).toBe(NOON + 1);
        expect(worlds.slice(1)).toEqual([
          { ...createWorld('zoo'), state: '', rows: createRows(2500) },
          { ...short, state: '', rows: [] },
        ]);
      });

      it('replaces a world of the same name completely', async () => {
        await fill(createWorld('one'), createRows(3));
        await fill(createWorld('two'), createRows(1));
        await commit({ states: [{ world: 'one', state: 'old' }] });
        const again = createWorld('one', { made: 'again', ttl: 5, createdAt: NOON + 1, usedAt: NOON + 1 });
        await fill(again, [createReadRow(row('new'), 1)]);
        expect((await readWorlds()).slice(1)).toEqual([
          { ...createWorld('two'), state: '', rows: createRows(1) },
          { ...again, state: '', rows: [createReadRow(row('new'), 1)] },
        ]);
      });

      it('replaces the rows of a world, and keeps its origin and state', async () => {
        await fill(createWorld('one'), createRows(1200));
        await commit({ states: [{ world: 'one', state: 'kept' }] });
        await fill('one', [createReadRow(row('row-7', { body: 'other' }), 1)]);
        expect((await readWorlds())[1]).toEqual({
          ...createWorld('one'),
          state: 'kept',
          rows: [createReadRow(row('row-7', { body: 'other' }), 1)],
        });
      });

      it('stores bodies that are larger than one statement', async () => {
        const rows = ['a', 'b', 'c', 'd'].map((id, index) =>
          createReadRow(row(id, { body: { text: id.repeat(5 * 1024 * 1024) } }), index),
        );
        await fill(createWorld('large'), rows);
        expect(await readRows('large')).toEqual(rows);
      });

      it('leaves equal collections of several worlds shared once they are read', async () => {
        const createKey = (id: string) => createReadRow(row(id, { collection: 'keys' }), 5000);
        const others = createRows(2500).map((read) => ({ ...read, row: { ...read.row, collection: 'others' } }));
        for (const name of ['one', 'two'])
          await fill(createWorld(name), [createKey(name), ...createRows(1200), ...others]);
        const [, one, two] = (await readAgain()).worlds.map(({ initial }) => initial.collections);
        expect([one?.get('things')?.count, one?.get('others')?.count]).toEqual([1200, 2500]);
        expect(two?.get('things')).toBe(one?.get('things'));
        expect(two?.get('others')).toBe(one?.get('others'));
        expect([one, two].map((collections) => collections?.get('keys')?.all.map(({ id }) => id))).toEqual([
          ['one'],
          ['two'],
        ]);
      });

      it('changes nothing if it fails', async () => {
        await fill(createWorld('one'), createRows(2));
        const failing = createFailingState(createRows(1500));
        await expect(fill('one', failing)).rejects.toThrow('no more rows');
        await expect(fill(createWorld('two'), failing)).rejects.toThrow('no more rows');
        expect((await readWorlds()).slice(1)).toEqual([{ ...createWorld('one'), state: '', rows: createRows(2) }]);
        await fill('one', createRows(3));
        expect(await readRows('one')).toEqual(createRows(3));
      });
    });

    it('deletes a world with its rows, and accepts a new one with its name', async () => {
      await fill(createWorld('one'), [createReadRow(row('a'), 1)]);
      await fill(createWorld('two'), [createReadRow(row('a'), 1)]);
      await put(createReadRow(row('a'), 1));
      await endWorld('one');
      await endWorld('nothing');
      expect((await readWorlds()).map(({ name, rows }) => [name, rows.length])).toEqual([
        ['default', 1],
        ['two', 1],
      ]);
      await fill(createWorld('one'), []);
      expect((await readWorlds()).map(({ name, rows }) => [name, rows.length])).toEqual([
        ['default', 1],
        ['two', 1],
        ['one', 0],
      ]);
    });

    describe('a snapshot', () => {
      const createRows = (count: number) =>
        Array.from({ length: count }, (_, index) => createReadRow(row(`row-${index}`), index + 1));

      it('is read in its parts, and listed without them', async () => {
        const all = [
          createSnapshot('b', 1, { name: 'first', size: 3_000_000_000, at: NOON + 1 }),
          createSnapshot('a', 2, { world: 'one' }),
          createSnapshot('c', 3),
        ] as const;
        const large = [
          createReadRow(row('large', { body: { text: 'x'.repeat(5 * 1024 * 1024) } }), 1),
          createReadRow(FULL, 2, NOON),
        ];
        await putSnapshot(all[1], []);
        await putSnapshot(all[0], large);
        await putSnapshot(all[2], createRows(2600));
        expect((await readAgain()).snapshots).toEqual(all);
        expect(await readSnapshot('b')).toEqual(large);
        expect(await readSnapshot('a')).toEqual([]);
        expect(await readSnapshot('c')).toEqual(createRows(2600));
        expect(await readSnapshot('nothing')).toEqual([]);
      });

      it('is deleted with its parts', async () => {
        await putSnapshot(createSnapshot('a', 1), createRows(1));
        await putSnapshot(createSnapshot('b', 2), createRows(2));
        await endSnapshot('a');
        await endSnapshot('nothing');
        expect((await readAgain()).snapshots).toEqual([createSnapshot('b', 2)]);
        expect(await readSnapshot('a')).toEqual([]);
        await putSnapshot(createSnapshot('a', 3), createRows(3));
        expect(await readSnapshot('a')).toEqual(createRows(3));
      });

      it('is deleted with its world', async () => {
        await fill(createWorld('one'), createRows(1));
        await putSnapshot(createSnapshot('a', 1, { world: 'one' }), createRows(2));
        await putSnapshot(createSnapshot('b', 2), createRows(2));
        await endWorld('one');
        expect((await readAgain()).snapshots).toEqual([createSnapshot('b', 2)]);
        expect([await readSnapshot('a'), await readSnapshot('b')]).toEqual([[], createRows(2)]);
      });

      it('is not stored if its rows fail', async () => {
        await expect(putSnapshot(createSnapshot('a', 1), createFailingState(createRows(1500)))).rejects.toThrow(
          'no more rows',
        );
        expect((await readAgain()).snapshots).toEqual([]);
        expect(await readSnapshot('a')).toEqual([]);
      });
    });
  });
}
