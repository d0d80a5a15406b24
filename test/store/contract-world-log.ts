import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '../../src/store/collections.ts';
import { type ReadRow, serializeRow } from '../../src/store/saved-row.ts';
import type { SnapshotRecord } from '../../src/store/snapshot-store.ts';
import type { LogChanges, LoggedPut, LoggedWorld, WorldLog, WorldRecord } from '../../src/store/world-log.ts';
import { NOON, row } from '../support/records.ts';

/** How a kind of log is opened for one test. */
export interface LogBench {
  /** The log; it begins empty, but for the default world. */
  readonly log: WorldLog;
  /** Closes the log, and opens it again. */
  reopen(): Promise<WorldLog>;
  end(): Promise<void>;
}

const HEAD = { at: NOON };
const NOTHING: LogChanges = { puts: [], removed: [], states: [] };

/** A row as it is read. */
function logged(given: Row, place: number, usedAt: number | null = null): ReadRow {
  return { row: given, place, usedAt };
}

function textOf({ row: given, place, usedAt }: ReadRow): string {
  return serializeRow({ ...given, revision: { place, size: 0, weight: 0 } }, usedAt);
}

function putIn(world: string, read: ReadRow): LoggedPut {
  return { world, collection: read.row.collection, id: read.row.id, text: textOf(read) };
}

/** Rows in parts. */
function partsIn(rows: readonly ReadRow[]): string[] {
  const parts = Array.from({ length: Math.ceil(rows.length / 500) }, (_, part) =>
    rows.slice(500 * part, 500 * part + 500),
  );
  return parts.map((part) => `[${part.map(textOf).join()}]`);
}

/** All rows of a world, in the order of their places. */
function contentOf({ initialRows: begin, changedRows: later, uses }: LoggedWorld): readonly ReadRow[] {
  const rows = new Map(begin.map((read) => [`${read.row.collection} ${read.row.id}`, read]));
  for (const { collection, id, read } of later) {
    if (read === null) rows.delete(`${collection} ${id}`);
    else rows.set(`${collection} ${id}`, read);
  }
  const used = new Map(uses.map(({ collection, id, at }) => [`${collection} ${id}`, at]));
  const all = [...rows].map(([name, read]) => ({ ...read, usedAt: used.get(name) ?? read.usedAt }));
  return all.sort((one, other) => one.place - other.place);
}

function world(name: string, given: Partial<WorldRecord> = {}): WorldRecord {
  return { name, made: `{"name":"${name}"}`, ttl: null, createdAt: NOON, usedAt: NOON, ...given };
}

function snapshot(id: string, place: number, given: Partial<SnapshotRecord> = {}): SnapshotRecord {
  return { id, place, name: null, world: 'default', at: NOON, size: 12, made: '{}', ...given };
}

/** Each member has a value, and a time is larger than 32 bits. */
const FULL = row('full', {
  parent: 'above',
  aliases: ['one', 'two'],
  labels: ['red', 'blue'],
  sharedWith: ['globex', 'initech'],
  dueAt: NOON + 1,
  body: { text: 'x', list: [1, 2.5, null, { deep: true }], none: null },
  facets: { name: 'full of it', state: 'READY', createdAt: NOON, modifiedAt: NOON + 3 },
});

/** Texts that a statement, an array in one, or an encoding could change. */
const TEXTS: readonly string[] = [
  ...['', ' ', `it's`, `"quoted"`, '"', `''`, '\\', '\\\\', '\\n', '\\u0041', '\\x41', "E'\\n'"],
  ...['{', '}', '{}', '{a,b}', '{"a":1}', '(1,2)', ',', 'a,b', '[1]', '$1', '%s', '?', ':x', '@x', '--', ';', '/* */'],
  ...['NULL', 'null', 'Null', '"NULL"', '\\N', 'undefined', 'DEFAULT', 'true', 'NaN', 'Infinity', '1e400', '0'],
  ...['\t', '\n', '\r\n', '\u0001', '\u007f', '\u0085', '\u2028', '\ufeff', '\ufffd', '\uffff', 'e\u0301', '\u00e9'],
  ...['😀', '👩‍👩‍👧', '🏳️‍🌈', '漢字', 'עברית', '\u202e', '\u{10ffff}', 'ẞ', 'İ', ' both ends '],
];

/** What no UTF-8 has, or PostgreSQL does not store: only texts within JSON have it, where it is escaped. */
const ESCAPED: readonly string[] = ['\0', 'a\0b', '\ud800', 'a\udfffb', '\udc00\ud800'];

/** Everything that `src/store/world-log.ts` promises. Every adapter has to pass it. */
export function worldLogContract(kind: string, benchOf: () => Promise<LogBench>): void {
  describe(`${kind}, the log:`, () => {
    let bench: LogBench;
    let log: WorldLog;

    beforeEach(async () => {
      bench = await benchOf();
      ({ log } = bench);
    });
    afterEach(() => bench.end());

    const put = (...rows: readonly ReadRow[]) =>
      log.commit({ ...NOTHING, puts: rows.map((one) => putIn('default', one)) }, HEAD);
    /** What another process would find. */
    const found = async () => {
      log = await bench.reopen();
      return log.read();
    };
    const worldsFound = async () =>
      (await found()).worlds.map(({ initialRows: begin, changedRows: later, uses, ...rest }) => ({
        ...rest,
        rows: contentOf({ initialRows: begin, changedRows: later, uses, ...rest }),
      }));
    const rowsOf = async (name = 'default') => (await worldsFound()).find((one) => one.name === name)?.rows;
    const partsOf = async (id: string) => {
      const parts: string[] = [];
      for (;;) {
        const part = await log.readSnapshotPart(id, parts.length);
        if (part === null) return parts;
        parts.push(part);
      }
    };

    it('begins with the default world, which has nothing', async () => {
      const { head, worlds, snapshots } = await log.read();
      const nothing = { initialRows: [], changedRows: [], uses: [] };
      expect(worlds).toEqual([
        { name: 'default', made: '', ttl: null, createdAt: 0, usedAt: 0, state: '', ...nothing },
      ]);
      expect([head, snapshots]).toEqual([{ at: 0 }, []]);
      expect([log.isSure(), log.fault()]).toEqual([true, null]);
    });

    describe('a commit', () => {
      it('gives back each row as it was, in the order of the places', async () => {
        const plain = row('plain');
        await put(logged(plain, 9), logged(FULL, 10));
        await put(logged(row('early'), 2));
        expect(await rowsOf()).toEqual([logged(row('early'), 2), logged(plain, 9), logged(FULL, 10)]);
      });

      it('replaces a row', async () => {
        await put(logged(row('a'), 1), logged(FULL, 2), logged(row('b'), 3));
        const other = row('full', { owner: 'globex', body: [] });
        await put(logged(other, 2));
        expect(await rowsOf()).toEqual([logged(row('a'), 1), logged(other, 2), logged(row('b'), 3)]);
        await put(logged(FULL, 2));
        expect((await rowsOf())?.[1]).toEqual(logged(FULL, 2));
      });

      it('removes rows, which need not be there', async () => {
        await put(logged(row('a'), 1), logged(row('b'), 2), logged(row('a', { collection: 'others' }), 3));
        const removed = [
          { world: 'default', collection: 'things', id: 'a' },
          { world: 'default', collection: 'things', id: 'nothing' },
          { world: 'nowhere', collection: 'things', id: 'b' },
        ];
        await log.commit({ ...NOTHING, removed }, HEAD);
        expect(await rowsOf()).toEqual([logged(row('b'), 2), logged(row('a', { collection: 'others' }), 3)]);
      });

      it('writes the states of worlds, and rows of several worlds, in one step', async () => {
        await log.fill(world('one'), partsIn([logged(row('a'), 1)]), HEAD);
        const states = [
          { world: 'default', state: '{"mode":"observe"}' },
          { world: 'one', state: 'of one' },
          { world: 'nowhere', state: 'lost' },
        ];
        const puts = [
          putIn('one', logged(row('b'), 2)),
          { world: 'one', collection: 'things', id: 'a', text: null },
          putIn('default', logged(row('b'), 1)),
        ];
        await log.commit({ puts, removed: [], states }, HEAD);
        expect((await worldsFound()).map(({ name, state, rows }) => [name, state, rows])).toEqual([
          ['default', '{"mode":"observe"}', [logged(row('b'), 1)]],
          ['one', 'of one', [logged(row('b'), 2)]],
        ]);
      });

      it('of nothing is no fault', async () => {
        await log.commit(NOTHING, HEAD);
        expect((await found()).head).toEqual(HEAD);
      });

      it('stores as many rows as there are, with large bodies', async () => {
        const rows = Array.from({ length: 2500 }, (_, index) => logged(row(`row-${index}`), index));
        await put(...rows);
        const large = [1, 2, 3].map((index) =>
          logged(row(`large-${index}`, { body: { text: `${index}`.repeat(5 * 1024 * 1024) } }), 2500 + index),
        );
        await put(...large, logged(row('last'), 2600));
        const all = (await rowsOf()) ?? [];
        expect(all.map((one) => one.row.id)).toEqual([...rows, ...large].map((one) => one.row.id).concat('last'));
        expect(all.slice(2500)).toEqual([...large, logged(row('last'), 2600)]);
      });

      it('stores all of its rows or none, however many there are', async () => {
        const rows = Array.from({ length: 2500 }, (_, index) => logged(row(`row-${index}`), index));
        const unfit = logged(row('unfit', { id: null as unknown as string }), 2500);
        await expect(put(...rows, unfit)).rejects.toThrow();
        expect(await rowsOf()).toEqual([]);
        await put(...rows);
        expect(await rowsOf()).toEqual(rows);
      });
    });

    describe('texts', () => {
      it('are given back as they were, wherever they stand', async () => {
        const rows = TEXTS.map((text, index) =>
          logged(
            row(`${text}#${index}`, {
              ...{ owner: text, parent: text, aliases: [text, 'other'], labels: [text], sharedWith: [text] },
              body: { [text]: text, list: [text] },
              facets: { name: text, state: text, createdAt: NOON, modifiedAt: NOON },
            }),
            index,
          ),
        );
        await put(...rows);
        await log.fill(world('texts', { made: TEXTS.join('|') }), partsIn(rows), HEAD);
        await log.commit({ ...NOTHING, states: [{ world: 'texts', state: TEXTS.join('|') }] }, HEAD);
        for (const [index, text] of TEXTS.entries()) {
          await log.putSnapshot(snapshot(`${text}#${index}`, index + 1, { name: text, made: text }), [text, text]);
        }

        const worlds = await worldsFound();
        const { snapshots } = await log.read();
        expect(worlds[0]?.rows).toEqual(rows);
        expect(worlds[1]).toEqual({ ...world('texts'), made: TEXTS.join('|'), state: TEXTS.join('|'), rows });
        expect(snapshots.map(({ name }) => name)).toEqual(TEXTS);
        for (const [index, text] of TEXTS.entries()) {
          expect(await partsOf(`${text}#${index}`)).toEqual([text, text]);
        }
        await log.use(
          {
            rows: rows.map(({ row: { collection, id } }) => ({ world: 'default', collection, id, at: NOON + 5 })),
            worlds: [],
          },
          HEAD,
        );
        const removed = rows.slice(5).map(({ row: { collection, id } }) => ({ world: 'default', collection, id }));
        await log.commit({ ...NOTHING, removed }, HEAD);
        expect(await rowsOf()).toEqual(rows.slice(0, 5).map((one) => ({ ...one, usedAt: NOON + 5 })));
      });

      it('with NUL or half of a surrogate pair are given back, where they are within JSON', async () => {
        const rows = ESCAPED.map((text, index) =>
          logged(
            row(`row-${index}`, { aliases: [text], labels: [text], sharedWith: [text], body: { [text]: text } }),
            index,
          ),
        );
        await put(...rows);
        expect(await rowsOf()).toEqual(rows);
      });
    });

    it('a text with NUL, where none can be escaped, is refused as a whole or given back, and the log goes on', async () => {
      const unusual = logged(row('a\0b'), 1);
      const fate = await put(unusual, logged(row('beside'), 2)).catch((cause: unknown) => cause);
      if (fate !== undefined) expect(fate).toMatchObject({ name: 'WriteFailure', why: 'failing' });
      expect(await rowsOf()).toEqual(fate === undefined ? [unusual, logged(row('beside'), 2)] : []);
      await put(logged(row('after'), 3));
      expect((await rowsOf())?.at(-1)).toEqual(logged(row('after'), 3));
    });

    it('the time never goes back', async () => {
      await log.commit(NOTHING, { at: NOON });
      await log.commit(NOTHING, { at: NOON - 1 });
      await log.use({ rows: [], worlds: [] }, { at: NOON - 1 });
      await log.fill('default', [], { at: NOON - 1 });
      expect((await found()).head).toEqual({ at: NOON });
      await log.fill(world('one'), [], { at: NOON });
      await log.use({ rows: [], worlds: [] }, { at: NOON + 1 });
      expect((await found()).head).toEqual({ at: NOON + 1 });
      await log.commit(NOTHING, { at: 8.64e15 });
      expect((await found()).head).toEqual({ at: 8.64e15 });
    });

    it('a use is noted of rows and worlds, and has no effect on those that are gone', async () => {
      await log.fill(world('one'), partsIn([logged(row('a'), 1), logged(FULL, 2, NOON)]), HEAD);
      await put(logged(row('a'), 1));
      const use = (name: string, id: string, at: number) => ({ world: name, collection: 'things', id, at });
      await log.use(
        {
          rows: [use('one', 'a', NOON + 1), use('one', 'full', NOON + 2), use('one', 'gone', 1), use('gone', 'a', 1)],
          worlds: [
            { world: 'one', at: NOON + 3 },
            { world: 'gone', at: NOON + 4 },
          ],
        },
        HEAD,
      );
      const [first, one, ...others] = await worldsFound();
      expect([first?.usedAt, first?.rows, others]).toEqual([0, [logged(row('a'), 1)], []]);
      expect(one?.usedAt).toBe(NOON + 3);
      expect(one?.rows).toEqual([logged(row('a'), 1, NOON + 1), logged(FULL, 2, NOON + 2)]);
      // Whoever gets the id of a removed row was not used.
      await log.commit({ ...NOTHING, puts: [{ ...putIn('one', logged(row('a'), 1)), text: null }] }, HEAD);
      await log.commit({ ...NOTHING, puts: [putIn('one', logged(row('a'), 9))] }, HEAD);
      expect(await rowsOf('one')).toEqual([logged(FULL, 2, NOON + 2), logged(row('a'), 9)]);
      await log.fill('one', partsIn([logged(FULL, 2)]), HEAD);
      expect(await rowsOf('one')).toEqual([logged(FULL, 2)]);
    });

    describe('a fill', () => {
      const many = (count: number) => Array.from({ length: count }, (_, index) => logged(row(`row-${index}`), index));

      it('makes a world, after those that are there', async () => {
        const short = world('short', { ttl: 60_000, createdAt: NOON + 1, usedAt: NOON + 2 });
        await log.fill(world('zoo'), partsIn(many(2500)), HEAD);
        await log.fill(short, [], { at: NOON + 1 });
        const worlds = await worldsFound();
        expect((await log.read()).head).toEqual({ at: NOON + 1 });
        expect(worlds.slice(1)).toEqual([
          { ...world('zoo'), state: '', rows: many(2500) },
          { ...short, state: '', rows: [] },
        ]);
      });

      it('makes a world of the name of another, of which nothing is left', async () => {
        await log.fill(world('one'), partsIn(many(3)), HEAD);
        await log.fill(world('two'), partsIn(many(1)), HEAD);
        await log.commit({ ...NOTHING, states: [{ world: 'one', state: 'old' }] }, HEAD);
        const again = world('one', { made: 'again', ttl: 5, createdAt: NOON + 1, usedAt: NOON + 1 });
        await log.fill(again, partsIn([logged(row('new'), 1)]), HEAD);
        expect((await worldsFound()).slice(1)).toEqual([
          { ...world('two'), state: '', rows: many(1) },
          { ...again, state: '', rows: [logged(row('new'), 1)] },
        ]);
      });

      it('replaces the rows of a world, and leaves what it was made from and its state', async () => {
        await log.fill(world('one'), partsIn(many(1200)), HEAD);
        await log.commit({ ...NOTHING, states: [{ world: 'one', state: 'kept' }] }, HEAD);
        await log.fill('one', partsIn([logged(row('row-7', { body: 'other' }), 1)]), HEAD);
        expect((await worldsFound())[1]).toEqual({
          ...world('one'),
          state: 'kept',
          rows: [logged(row('row-7', { body: 'other' }), 1)],
        });
      });

      it('with bodies that take more than a statement gives all of them back', async () => {
        const rows = ['a', 'b', 'c', 'd'].map((id, index) =>
          logged(row(id, { body: { text: id.repeat(5 * 1024 * 1024) } }), index),
        );
        await log.fill(world('large'), partsIn(rows), HEAD);
        expect(await rowsOf('large')).toEqual(rows);
      });

      it('that fails changes nothing', async () => {
        await log.fill(world('one'), partsIn(many(2)), HEAD);
        const failing = function* () {
          yield* partsIn(many(1500));
          throw new Error('no more parts');
        };
        await expect(log.fill('one', failing(), HEAD)).rejects.toThrow('no more parts');
        await expect(log.fill(world('two'), failing(), HEAD)).rejects.toThrow('no more parts');
        expect((await worldsFound()).slice(1)).toEqual([{ ...world('one'), state: '', rows: many(2) }]);
        await log.fill('one', partsIn(many(3)), HEAD);
        expect(await rowsOf('one')).toEqual(many(3));
      });
    });

    it('a deleted world is gone with its rows, and may come back empty', async () => {
      await log.fill(world('one'), partsIn([logged(row('a'), 1)]), HEAD);
      await log.fill(world('two'), partsIn([logged(row('a'), 1)]), HEAD);
      await put(logged(row('a'), 1));
      await log.delete('one');
      await log.delete('nothing');
      expect((await worldsFound()).map(({ name, rows }) => [name, rows.length])).toEqual([
        ['default', 1],
        ['two', 1],
      ]);
      await log.fill(world('one'), [], HEAD);
      expect((await worldsFound()).map(({ name, rows }) => [name, rows.length])).toEqual([
        ['default', 1],
        ['two', 1],
        ['one', 0],
      ]);
    });

    describe('a snapshot', () => {
      it('is given back in its parts, and the list of them without', async () => {
        const all = [
          snapshot('b', 1, { name: 'first', size: 3_000_000_000, at: NOON + 1 }),
          snapshot('a', 2, { world: 'one', made: '{"seed":1}' }),
          snapshot('c', 3),
        ];
        const parts = [`["${'x'.repeat(5 * 1024 * 1024)}"]`, '[]', '[{"a":"😀"}]'];
        await log.putSnapshot(all[1] as SnapshotRecord, []);
        await log.putSnapshot(all[0] as SnapshotRecord, parts);
        await log.putSnapshot(
          all[2] as SnapshotRecord,
          Array.from({ length: 25 }, (_, part) => `[${part}]`),
        );
        expect((await found()).snapshots).toEqual(all);
        expect(await partsOf('b')).toEqual(parts);
        expect(await partsOf('a')).toEqual([]);
        expect(await partsOf('c')).toEqual(Array.from({ length: 25 }, (_, part) => `[${part}]`));
        expect(await partsOf('nothing')).toEqual([]);
      });

      it('that is deleted is gone with its parts', async () => {
        await log.putSnapshot(snapshot('a', 1), ['[1]']);
        await log.putSnapshot(snapshot('b', 2), ['[2]']);
        await log.deleteSnapshot('a');
        await log.deleteSnapshot('nothing');
        expect((await found()).snapshots).toEqual([snapshot('b', 2)]);
        expect(await partsOf('a')).toEqual([]);
        await log.putSnapshot(snapshot('a', 3), ['[3]']);
        expect(await partsOf('a')).toEqual(['[3]']);
      });

      it('whose parts fail is not there', async () => {
        const failing = function* () {
          yield '[1]';
          throw new Error('no more parts');
        };
        await expect(log.putSnapshot(snapshot('a', 1), failing())).rejects.toThrow('no more parts');
        expect((await found()).snapshots).toEqual([]);
        expect(await partsOf('a')).toEqual([]);
      });
    });
  });
}
