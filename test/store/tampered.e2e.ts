/** Data files with intact pages and damaged rows. */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { describe, expect } from 'vitest';
import { createManualClock } from '../../src/lib/clock.ts';
import { UserError } from '../../src/lib/errors.ts';
import { it } from '../support/in-folder.ts';
import { openServer, START } from '../support/server.ts';

const open = (data: string) => openServer({ data }, { clock: createManualClock(START) });

interface Stored {
  readonly collection: string;
  readonly id: string;
  /** The body as JSON. */
  readonly body: string;
  /** The part of the initial rows that has it; null if it was written later. */
  readonly part: { readonly number: number; readonly rows: readonly SavedRow[] } | null;
  readonly saved: SavedRow;
}

interface SavedRow {
  readonly collection: string;
  readonly id: string;
  readonly body: unknown;
}

/** Creates a file with a seed, keys, a moved clock and a rotated signing key. */
async function createFile(path: string): Promise<readonly Stored[]> {
  const server = await open(path);
  await server.call('POST /_mock/clock/advance', { body: { by: '1h' } });
  await server.call('POST /_mock/tokens/rotate-signing-key', { body: {} });
  await server.close();
  const database = new Database(path, { readonly: true });
  const parts = database.prepare<[], { part: number; rows: Buffer }>('SELECT part, rows FROM world_parts').all();
  const later = database.prepare<[], { row: string }>('SELECT row FROM objects').all();
  database.close();
  const createStored = (saved: SavedRow, part: Stored['part']): Stored => {
    const { collection, id, body } = saved;
    return { collection, id, body: JSON.stringify(body), part, saved };
  };
  const initial = parts.flatMap(({ part: number, rows }) => {
    const all: SavedRow[] = JSON.parse(inflateRawSync(rows).toString());
    return all.map((saved) => createStored(saved, { number, rows: all }));
  });
  return [...initial, ...later.map(({ row }) => createStored(JSON.parse(row), null))];
}

/** Copies the file and changes the body of a row. */
async function tamper(folder: string, { part, saved }: Stored, body: string): Promise<string> {
  const path = join(folder, 'tampered.db');
  await copyFile(join(folder, 'whole.db'), path);
  const { body: _, ...rest } = saved;
  const text = `${JSON.stringify(rest).slice(0, -1)},"body":${body}}`;
  const database = new Database(path);
  if (part === null) {
    const { collection, id } = saved;
    database.prepare('UPDATE objects SET row = ? WHERE collection = ? AND id = ?').run(text, collection, id);
  } else {
    const rows = part.rows.map((row) => (row === saved ? text : JSON.stringify(row)));
    database
      .prepare('UPDATE world_parts SET rows = ? WHERE part = ?')
      .run(deflateRawSync(`[${rows.join()}]`), part.number);
  }
  database.close();
  return path;
}

/** Returns why a server does not start, or null if it starts. */
async function findRefusal(path: string): Promise<unknown> {
  try {
    await (await open(path)).close();
    return null;
  } catch (cause) {
    return cause;
  }
}

describe('a data file', () => {
  /** Returns why a server does not start with a file that a statement changed, or null if it starts. */
  const findRefusalAfter = async (path: string, statement: string) => {
    await (await open(path)).close();
    const database = new Database(path);
    database.exec(statement);
    database.close();
    return findRefusal(path);
  };

  it.for(['objects', 'world_parts', 'uses', 'store'])(
    'stops the start if its table of %s is missing',
    async (table, { folder }) => {
      const path = join(folder, 'mock.db');
      const refusal = await findRefusalAfter(path, `DROP TABLE ${table}`);

      expect(refusal).toBeInstanceOf(UserError);
      expect(String(refusal)).toContain(
        `--data ${path} is damaged: its content cannot be read (no such table: ${table}).`,
      );
    },
  );

  it.for(['objects', 'world_parts', 'store'])(
    'without rows of %s is opened or refused with a message',
    async (table, { folder }) => {
      const refusal = await findRefusalAfter(join(folder, 'mock.db'), `DELETE FROM ${table}`);

      expect(refusal === null || refusal instanceof UserError, String(refusal)).toBe(true);
    },
  );

  it('with a row of invalid JSON stops the start, with the file and the row or world in the message', async ({
    folder,
  }) => {
    const rows = await createFile(join(folder, 'whole.db'));
    const wrong: string[] = [];
    for (const row of rows) {
      const path = await tamper(folder, row, row.body.slice(0, row.body.length / 2));
      const refusal = await findRefusal(path);
      const message = refusal instanceof UserError ? refusal.message : String(refusal);
      const name = row.part === null ? [`\`${row.id}\``, `\`${row.collection}\``] : ['`default`'];
      const named = [`--data ${path} is damaged`, ...name, 'Nothing was changed'];
      if (!named.every((part) => message.includes(part))) wrong.push(`${row.collection} ${row.id}: ${message}`);
    }

    expect(rows.length).toBeGreaterThan(50);
    expect(wrong).toEqual([]);
  });

  it.for([
    ['state', `UPDATE worlds SET state = '{"faults":'`, /the state of the world `default` cannot be read/],
    ['origin', `UPDATE worlds SET made = x'00' WHERE name = 'alice'`, /the origin of the world `alice` cannot be read/],
    [
      'kind of credentials',
      `UPDATE worlds SET made = x'${deflateRawSync('{}').toString('hex')}' WHERE name = 'alice'`,
      /the origin of the world `alice` cannot be read/,
    ],
    ['seed', `UPDATE worlds SET seed = x'00' WHERE name = 'alice'`, /the seed of the world `alice` cannot be read/],
    ['initial rows', `UPDATE world_parts SET rows = x'00'`, /the initial rows of the world `default` cannot be read/],
    ['name', `UPDATE worlds SET name = 'other' WHERE name = 'default'`, /the world `default` cannot be read/],
    ['creation time', `UPDATE worlds SET created_at = 9e15 WHERE name = 'alice'`, /the times of the world `alice`/],
    ['lifetime', 'UPDATE worlds SET ttl = 9e15', /the times of the world `default` cannot be read/],
    [
      'list of faults',
      `UPDATE worlds SET state = '{"faults":[{}]}'`,
      /the state of the world `default` cannot be read/,
    ],
  ] as const)(
    'with a damaged %s of a world stops the start, with the world in the message',
    async ([, statement, message], { folder }) => {
      const path = join(folder, 'mock.db');
      const server = await open(path);
      await server.call('POST /_mock/worlds', { body: { id: 'alice' } });
      await server.close();
      const refusal = await findRefusalAfter(path, statement);

      expect(refusal).toBeInstanceOf(UserError);
      expect(String(refusal)).toContain(`--data ${path} is damaged: `);
      expect(String(refusal)).toMatch(message);
    },
  );

  it.for(['createdAt', 'expiresAt'])('with a key whose `%s` is no time stops the start', async (name, { folder }) => {
    const rows = await createFile(join(folder, 'whole.db'));
    const key = rows.find(({ collection }) => collection === 'ngc.keys') as Stored;
    const path = await tamper(folder, key, key.body.replace(new RegExp(`"${name}":[^,}]+`), `"${name}":{}`));

    expect(await findRefusal(path)).toMatchObject({
      name: new UserError('').name,
      message: expect.stringContaining(`${path} is damaged: the initial rows of the world \`default\` cannot be read`),
    });
  });

  it('with a clock that has no time stops the start', async ({ folder }) => {
    const rows = await createFile(join(folder, 'whole.db'));
    const clock = rows.find(({ collection, id }) => collection === 'settings' && id === 'clock') as Stored;

    expect(await findRefusal(await tamper(folder, clock, JSON.stringify('{"ahead":9e20}')))).toMatchObject({
      message: expect.stringMatching(/is damaged: the row `clock` of `settings` cannot be read/),
    });
  });

  it('with a setting of invalid JSON stops the start, with the setting in the message', async ({ folder }) => {
    const rows = await createFile(join(folder, 'whole.db'));
    const nested = rows.filter(({ body }) => body.includes('{\\"'));
    expect(nested.map(({ collection }) => collection)).toEqual(expect.arrayContaining(['settings', 'seed']));
    for (const row of nested) {
      const path = await tamper(folder, row, row.body.replace('\\":', '\\";'));
      expect(await findRefusal(path)).toMatchObject({
        name: new UserError('').name,
        message: expect.stringMatching(new RegExp(`${path} is damaged.*\`${row.id}\` of \`${row.collection}\``)),
      });
    }
  });

  it('with a replaced letter is opened or refused with a message', async ({ folder }) => {
    const rows = await createFile(join(folder, 'whole.db'));
    const unexplained: string[] = [];
    for (const row of rows) {
      for (const at of [3, 51, 101].filter((place) => place < row.body.length)) {
        const body = `${row.body.slice(0, at)}~${row.body.slice(at + 1)}`;
        const refusal = await findRefusal(await tamper(folder, row, body));
        if (refusal !== null && !(refusal instanceof UserError)) {
          unexplained.push(`${row.collection} ${row.id}, ${at}: ${refusal}`);
        }
      }
    }

    expect(unexplained).toEqual([]);
  });
});
