/** Data files whose pages are in order and whose rows are not. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { UserError } from '../../src/diagnostics/user-error.ts';
import { createManualClock } from '../../src/time/clock.ts';
import { it } from '../support/in-folder.ts';
import { openServer, START } from '../support/server.ts';

const open = (data: string) => openServer({ data }, { clock: createManualClock(START) });

interface Stored {
  readonly collection: string;
  readonly id: string;
  /** As JSON. */
  readonly body: string;
  /** The part of the world's beginning that it is in, with the others; null if it was written later. */
  readonly part: { readonly number: number; readonly rows: readonly SavedRow[] } | null;
  readonly saved: SavedRow;
}

interface SavedRow {
  readonly collection: string;
  readonly id: string;
  readonly body: unknown;
}

/** A file with all that a start reads: a seed, keys, a moved clock, another signing key. */
async function written(path: string): Promise<readonly Stored[]> {
  const server = await open(path);
  await server.call('POST /_mock/clock/advance', { body: { by: '1h' } });
  await server.call('POST /_mock/drills/rotate-signing-key', { body: {} });
  await server.close();
  const database = new Database(path, { readonly: true });
  const parts = database.prepare<[], { part: number; rows: Buffer }>('SELECT part, rows FROM world_parts').all();
  const later = database.prepare<[], { row: string }>('SELECT row FROM objects').all();
  database.close();
  const stored = (saved: SavedRow, part: Stored['part']): Stored => {
    const { collection, id, body } = saved;
    return { collection, id, body: JSON.stringify(body), part, saved };
  };
  const begun = parts.flatMap(({ part: number, rows }) => {
    const all: SavedRow[] = JSON.parse(inflateRawSync(rows).toString());
    return all.map((one) => stored(one, { number, rows: all }));
  });
  return [...begun, ...later.map(({ row }) => stored(JSON.parse(row), null))];
}

/** A copy of the file in which a row has another body. */
async function tampered(folder: string, { part, saved }: Stored, body: string): Promise<string> {
  const path = join(folder, 'tampered.db');
  await copyFile(join(folder, 'whole.db'), path);
  const { body: _, ...rest } = saved;
  const text = `${JSON.stringify(rest).slice(0, -1)},"body":${body}}`;
  const database = new Database(path);
  if (part === null) {
    const { collection, id } = saved;
    database.prepare('UPDATE objects SET row = ? WHERE collection = ? AND id = ?').run(text, collection, id);
  } else {
    const rows = part.rows.map((one) => (one === saved ? text : JSON.stringify(one)));
    database
      .prepare('UPDATE world_parts SET rows = ? WHERE part = ?')
      .run(deflateRawSync(`[${rows.join()}]`), part.number);
  }
  database.close();
  return path;
}

/** Why a server does not start; null if it does. */
async function refusalOf(path: string): Promise<unknown> {
  try {
    await (await open(path)).close();
    return null;
  } catch (cause) {
    return cause;
  }
}

describe('a data file', () => {
  /** Why a server does not start with a file that was changed by a statement; null if it does. */
  const refusalAfter = async (path: string, statement: string) => {
    await (await open(path)).close();
    const database = new Database(path);
    database.exec(statement);
    database.close();
    return refusalOf(path);
  };

  it.for(['objects', 'world_parts', 'uses', 'store'])(
    'stops the start if its table of %s is missing',
    async (table, { folder }) => {
      const path = join(folder, 'mock.db');
      const refusal = await refusalAfter(path, `DROP TABLE ${table}`);

      expect(refusal).toBeInstanceOf(UserError);
      expect(String(refusal)).toContain(`--data ${path} is damaged: no such table: ${table}.`);
    },
  );

  it.for(['objects', 'world_parts', 'store'])(
    'stops the start if it has no rows of %s, or starts',
    async (table, { folder }) => {
      const refusal = await refusalAfter(join(folder, 'mock.db'), `DELETE FROM ${table}`);

      expect(refusal === null || refusal instanceof UserError, String(refusal)).toBe(true);
    },
  );

  it('stops the start if a row of it is no JSON, and names itself and the row, or the world whose beginning it is in', async ({
    folder,
  }) => {
    const rows = await written(join(folder, 'whole.db'));
    const wrong: string[] = [];
    for (const one of rows) {
      const path = await tampered(folder, one, one.body.slice(0, one.body.length / 2));
      const refusal = await refusalOf(path);
      const said = refusal instanceof UserError ? refusal.message : String(refusal);
      const name = one.part === null ? [`\`${one.id}\``, `\`${one.collection}\``] : ['`default`'];
      const named = [`--data ${path} is damaged`, ...name, 'se another'];
      if (!named.every((part) => said.includes(part))) wrong.push(`${one.collection} ${one.id}: ${said}`);
    }

    expect(rows.length).toBeGreaterThan(50);
    expect(wrong).toEqual([]);
  });

  it('names the setting whose text is no JSON, although the row is', async ({ folder }) => {
    const rows = await written(join(folder, 'whole.db'));
    const nested = rows.filter(({ body }) => body.includes('{\\"'));
    expect(nested.map(({ collection }) => collection)).toEqual(expect.arrayContaining(['settings', 'seed']));
    for (const one of nested) {
      const path = await tampered(folder, one, one.body.replace('\\":', '\\";'));
      expect(await refusalOf(path)).toMatchObject({
        name: new UserError('').name,
        message: expect.stringMatching(new RegExp(`${path} is damaged.*\`${one.id}\` of \`${one.collection}\``)),
      });
    }
  });

  it('stops the start, or does not, and never with a stack, if a letter of it was replaced', async ({ folder }) => {
    const rows = await written(join(folder, 'whole.db'));
    const unexplained: string[] = [];
    for (const one of rows) {
      for (const at of [3, 51, 101].filter((place) => place < one.body.length)) {
        const body = `${one.body.slice(0, at)}~${one.body.slice(at + 1)}`;
        const refusal = await refusalOf(await tampered(folder, one, body));
        if (refusal !== null && !(refusal instanceof UserError)) {
          unexplained.push(`${one.collection} ${one.id}, ${at}: ${refusal}`);
        }
      }
    }

    expect(unexplained).toEqual([]);
  });
});
