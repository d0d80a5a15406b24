import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '../../src/store/collections.ts';
import { type ReadRow, serializeRow } from '../../src/store/saved-row.ts';
import type { SnapshotRecord } from '../../src/store/snapshot-store.ts';
import type { LogChanges, LoggedPut, LoggedWorld, WorldLog, WorldRecord } from '../../src/store/world-log.ts';
import { NOON, row } from '../support/records.ts';

/** How a kind of log is opened for one test. */
export interface LogBench {
  /** A log that has only the empty default world. */
  readonly log: WorldLog;
  /** Closes the log, and opens it again. */
  reopen(): Promise<WorldLog>;
  end(): Promise<void>;
}

const HEAD = { at: NOON };
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

/** Serializes rows in parts of 500. */
function splitIntoParts(rows: readonly ReadRow[]): string[] {
  const parts = Array.from({ length: Math.ceil(rows.length / 500) }, (_, part) =>
    rows.slice(500 * part, 500 * part + 500),
  );
  return parts.map((part) => `[${part.map(serialize).join()}]`);
}

/** Lists all rows of a world in the order of their places. */
function listContent({ initialRows: begin, changedRows: later, uses }: LoggedWorld): readonly ReadRow[] {
  const rows = new Map(begin.map((read) => [`${read.row.collection} ${read.row.id}`, read]));
  for (const { collection, id, read } of later) {
    if (read === null) rows.delete(`${collection} ${id}`);
    else rows.set(`${collection} ${id}`, read);
  }
  const used = new Map(uses.map(({ collection, id, at }) => [`${collection} ${id}`, at]));
  const all = [...rows].map(([name, read]) => ({ ...read, usedAt: used.get(name) ?? read.usedAt }));
  return all.sort((first, second) => first.place - second.place);
}

function createWorld(name: string, overrides: Partial<WorldRecord> = {}): WorldRecord {
  return { name, made: `{"name":"${name}"}`, ttl: null, createdAt: NOON, usedAt: NOON, ...overrides };
}

function createSnapshot(id: string, place: number, overrides: Partial<SnapshotRecord> = {}): SnapshotRecord {
  return { id, place, name: null, world: 'default', at: NOON, size: 12, made: '{}', ...overrides };
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

    const put = (...rows: readonly ReadRow[]) =>
      log.commit({ ...NOTHING, puts: rows.map((row) => createPut('default', row)) }, HEAD);
    /** Reopens the log and reads it, as another process would. */
    const readAgain = async () => {
      log = await bench.reopen();
      return log.read();
    };
    const readWorlds = async () =>
      (await readAgain()).worlds.map(({ initialRows: begin, changedRows: later, uses, ...rest }) => ({
        ...rest,
        rows: listContent({ initialRows: begin, changedRows: later, uses, ...rest }),
      }));
    const readRows = async (name = 'default') => (await readWorlds()).find((item) => item.name === name)?.rows;
    const readParts = async (id: string) => {
      const parts: string[] = [];
      for (;;) {
        const part = await log.readSnapshotPart(id, parts.length);
        if (part === null) return parts;
        parts.push(part);
      }
    };

    it('starts with an empty default world', async () => {
      const { head, worlds, snapshots } = await log.read();
      const nothing = { initialRows: [], changedRows: [], uses: [] };
      expect(worlds).toEqual([
        { name: 'default', made: '', ttl: null, createdAt: 0, usedAt: 0, state: '', ...nothing },
      ]);
      expect([head, snapshots]).toEqual([{ at: 0 }, []]);
      expect([log.isSure(), log.fault()]).toEqual([true, null]);
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
        await log.commit({ ...NOTHING, removed }, HEAD);
        expect(await readRows()).toEqual([
          createReadRow(row('b'), 2),
          createReadRow(row('a', { collection: 'others' }), 3),
        ]);
      });

      it('writes states and rows of several worlds at once', async () => {
        await log.fill(createWorld('one'), splitIntoParts([createReadRow(row('a'), 1)]), HEAD);
        const states = [
          { world: 'default', state: '{"mode":"observe"}' },
          { world: 'one', state: 'of one' },
          { world: 'nowhere', state: 'lost' },
        ];
        const puts = [
          createPut('one', createReadRow(row('b'), 2)),
          { world: 'one', collection: 'things', id: 'a', text: null },
          createPut('default', createReadRow(row('b'), 1)),
        ];
        await log.commit({ puts, removed: [], states }, HEAD);
        expect((await readWorlds()).map(({ name, state, rows }) => [name, state, rows])).toEqual([
          ['default', '{"mode":"observe"}', [createReadRow(row('b'), 1)]],
          ['one', 'of one', [createReadRow(row('b'), 2)]],
        ]);
      });

      it('accepts empty changes', async () => {
        await log.commit(NOTHING, HEAD);
        expect((await readAgain()).head).toEqual(HEAD);
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
              aliases: [text, 'other'],
              labels: [text],
              sharedWith: [text],
              body: { [text]: text, list: [text] },
              facets: { name: text, state: text, createdAt: NOON, modifiedAt: NOON },
            }),
            index,
          ),
        );
        await put(...rows);
        await log.fill(createWorld('texts', { made: TEXTS.join('|') }), splitIntoParts(rows), HEAD);
        await log.commit({ ...NOTHING, states: [{ world: 'texts', state: TEXTS.join('|') }] }, HEAD);
        for (const [index, text] of TEXTS.entries()) {
          await log.putSnapshot(createSnapshot(`${text}#${index}`, index + 1, { name: text, made: text }), [
            text,
            text,
          ]);
        }

        const worlds = await readWorlds();
        const { snapshots } = await log.read();
        expect(worlds[0]?.rows).toEqual(rows);
        expect(worlds[1]).toEqual({ ...createWorld('texts'), made: TEXTS.join('|'), state: TEXTS.join('|'), rows });
        expect(snapshots.map(({ name }) => name)).toEqual(TEXTS);
        for (const [index, text] of TEXTS.entries()) {
          expect(await readParts(`${text}#${index}`)).toEqual([text, text]);
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
      await log.commit(NOTHING, { at: NOON });
      await log.commit(NOTHING, { at: NOON - 1 });
      await log.use({ rows: [], worlds: [] }, { at: NOON - 1 });
      await log.fill('default', [], { at: NOON - 1 });
      expect((await readAgain()).head).toEqual({ at: NOON });
      await log.fill(createWorld('one'), [], { at: NOON });
      await log.use({ rows: [], worlds: [] }, { at: NOON + 1 });
      expect((await readAgain()).head).toEqual({ at: NOON + 1 });
      await log.commit(NOTHING, { at: 8.64e15 });
      expect((await readAgain()).head).toEqual({ at: 8.64e15 });
    });

    it('a use is recorded for existing rows and worlds, and ignored for removed ones', async () => {
      await log.fill(
        createWorld('one'),
        splitIntoParts([createReadRow(row('a'), 1), createReadRow(FULL, 2, NOON)]),
        HEAD,
      );
      await put(createReadRow(row('a'), 1));
      const createUse = (name: string, id: string, at: number) => ({ world: name, collection: 'things', id, at });
      await log.use(
        {
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
        },
        HEAD,
      );
      const [first, item, ...others] = await readWorlds();
      expect([first?.usedAt, first?.rows, others]).toEqual([0, [createReadRow(row('a'), 1)], []]);
      expect(item?.usedAt).toBe(NOON + 3);
      expect(item?.rows).toEqual([createReadRow(row('a'), 1, NOON + 1), createReadRow(FULL, 2, NOON + 2)]);
      // A new row with the id of a removed row has no use.
      await log.commit({ ...NOTHING, puts: [{ ...createPut('one', createReadRow(row('a'), 1)), text: null }] }, HEAD);
      await log.commit({ ...NOTHING, puts: [createPut('one', createReadRow(row('a'), 9))] }, HEAD);
      expect(await readRows('one')).toEqual([createReadRow(FULL, 2, NOON + 2), createReadRow(row('a'), 9)]);
      await log.fill('one', splitIntoParts([createReadRow(FULL, 2)]), HEAD);
      expect(await readRows('one')).toEqual([createReadRow(FULL, 2)]);
    });

    describe('a fill', () => {
      const createRows = (count: number) =>
        Array.from({ length: count }, (_, index) => createReadRow(row(`row-${index}`), index));

      it('creates a world after the existing ones', async () => {
        const short = createWorld('short', { ttl: 60_000, createdAt: NOON + 1, usedAt: NOON + 2 });
        await log.fill(createWorld('zoo'), splitIntoParts(createRows(2500)), HEAD);
        await log.fill(short, [], { at: NOON + 1 });
        const worlds = await readWorlds();
        expect((await log.read()).head).toEqual({ at: NOON + 1 });
        expect(worlds.slice(1)).toEqual([
          { ...createWorld('zoo'), state: '', rows: createRows(2500) },
          { ...short, state: '', rows: [] },
        ]);
      });

      it('replaces a world of the same name completely', async () => {
        await log.fill(createWorld('one'), splitIntoParts(createRows(3)), HEAD);
        await log.fill(createWorld('two'), splitIntoParts(createRows(1)), HEAD);
        await log.commit({ ...NOTHING, states: [{ world: 'one', state: 'old' }] }, HEAD);
        const again = createWorld('one', { made: 'again', ttl: 5, createdAt: NOON + 1, usedAt: NOON + 1 });
        await log.fill(again, splitIntoParts([createReadRow(row('new'), 1)]), HEAD);
        expect((await readWorlds()).slice(1)).toEqual([
          { ...createWorld('two'), state: '', rows: createRows(1) },
          { ...again, state: '', rows: [createReadRow(row('new'), 1)] },
        ]);
      });

      it('replaces the rows of a world, and keeps its origin and state', async () => {
        await log.fill(createWorld('one'), splitIntoParts(createRows(1200)), HEAD);
        await log.commit({ ...NOTHING, states: [{ world: 'one', state: 'kept' }] }, HEAD);
        await log.fill('one', splitIntoParts([createReadRow(row('row-7', { body: 'other' }), 1)]), HEAD);
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
        await log.fill(createWorld('large'), splitIntoParts(rows), HEAD);
        expect(await readRows('large')).toEqual(rows);
      });

      it('changes nothing if it fails', async () => {
        await log.fill(createWorld('one'), splitIntoParts(createRows(2)), HEAD);
        const failing = function* () {
          yield* splitIntoParts(createRows(1500));
          throw new Error('no more parts');
        };
        await expect(log.fill('one', failing(), HEAD)).rejects.toThrow('no more parts');
        await expect(log.fill(createWorld('two'), failing(), HEAD)).rejects.toThrow('no more parts');
        expect((await readWorlds()).slice(1)).toEqual([{ ...createWorld('one'), state: '', rows: createRows(2) }]);
        await log.fill('one', splitIntoParts(createRows(3)), HEAD);
        expect(await readRows('one')).toEqual(createRows(3));
      });
    });

    it('deletes a world with its rows, and accepts a new one with its name', async () => {
      await log.fill(createWorld('one'), splitIntoParts([createReadRow(row('a'), 1)]), HEAD);
      await log.fill(createWorld('two'), splitIntoParts([createReadRow(row('a'), 1)]), HEAD);
      await put(createReadRow(row('a'), 1));
      await log.delete('one');
      await log.delete('nothing');
      expect((await readWorlds()).map(({ name, rows }) => [name, rows.length])).toEqual([
        ['default', 1],
        ['two', 1],
      ]);
      await log.fill(createWorld('one'), [], HEAD);
      expect((await readWorlds()).map(({ name, rows }) => [name, rows.length])).toEqual([
        ['default', 1],
        ['two', 1],
        ['one', 0],
      ]);
    });

    describe('a snapshot', () => {
      it('is read in its parts, and listed without them', async () => {
        const all = [
          createSnapshot('b', 1, { name: 'first', size: 3_000_000_000, at: NOON + 1 }),
          createSnapshot('a', 2, { world: 'one', made: '{"seed":1}' }),
          createSnapshot('c', 3),
        ];
        const parts = [`["${'x'.repeat(5 * 1024 * 1024)}"]`, '[]', '[{"a":"😀"}]'];
        await log.putSnapshot(all[1] as SnapshotRecord, []);
        await log.putSnapshot(all[0] as SnapshotRecord, parts);
        await log.putSnapshot(
          all[2] as SnapshotRecord,
          Array.from({ length: 25 }, (_, part) => `[${part}]`),
        );
        expect((await readAgain()).snapshots).toEqual(all);
        expect(await readParts('b')).toEqual(parts);
        expect(await readParts('a')).toEqual([]);
        expect(await readParts('c')).toEqual(Array.from({ length: 25 }, (_, part) => `[${part}]`));
        expect(await readParts('nothing')).toEqual([]);
      });

      it('is deleted with its parts', async () => {
        await log.putSnapshot(createSnapshot('a', 1), ['[1]']);
        await log.putSnapshot(createSnapshot('b', 2), ['[2]']);
        await log.deleteSnapshot('a');
        await log.deleteSnapshot('nothing');
        expect((await readAgain()).snapshots).toEqual([createSnapshot('b', 2)]);
        expect(await readParts('a')).toEqual([]);
        await log.putSnapshot(createSnapshot('a', 3), ['[3]']);
        expect(await readParts('a')).toEqual(['[3]']);
      });

      it('is not stored if its parts fail', async () => {
        const failing = function* () {
          yield '[1]';
          throw new Error('no more parts');
        };
        await expect(log.putSnapshot(createSnapshot('a', 1), failing())).rejects.toThrow('no more parts');
        expect((await readAgain()).snapshots).toEqual([]);
        expect(await readParts('a')).toEqual([]);
      });
    });
  });
}
