/** The data file of a killed process. */
import { appendFile, copyFile, mkdir, open, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { NEW, type Row } from '../../src/store/row.ts';
import { openFile } from '../support/data-file.ts';
import { it } from '../support/in-folder.ts';
import { fullStore } from '../support/nouns.ts';
import { keptSeed, people } from '../support/records.ts';
import { withoutRevisions } from '../support/rows.ts';

const PAGE = 4096;
const LOG_HEADER = 32;
const FRAME_HEADER = 24;

function createRow(id: string, bytes: number): Row {
  const none = { parent: null, aliases: [], labels: [], sharedWith: [], dueAt: null, revision: NEW };
  return { collection: 'things', id, owner: 'acme', ...none, body: { filler: 'x'.repeat(bytes) } };
}

/** Creates a data file and its log as a killed process leaves them. */
async function createKilledFile(folder: string): Promise<{ readonly path: string; readonly rows: readonly string[] }> {
  const original = join(folder, 'original.db');
  const path = join(folder, 'mock.db');
  const store = fullStore(await openFile(original));
  await store.world.load(keptSeed, people);
  const rows = ['first', 'second', 'third'];
  for (const id of rows) await withoutRevisions(store).collections.insert(createRow(id, 900_000), null);
  await copyFile(original, path);
  await copyFile(`${original}-wal`, `${path}-wal`);
  await store.close();
  return { path, rows };
}

/** Lists the pages that a checkpoint writes, by number: the newest committed version of each. */
function listCheckpointWrites(log: Buffer): readonly { readonly page: number; readonly bytes: Buffer }[] {
  const salts = log.subarray(16, 24);
  const newest = new Map<number, Buffer>();
  let waiting = new Map<number, Buffer>();
  for (let at = LOG_HEADER; at + FRAME_HEADER + PAGE <= log.length; at += FRAME_HEADER + PAGE) {
    if (!log.subarray(at + 8, at + 16).equals(salts)) break;
    waiting.set(log.readUInt32BE(at), log.subarray(at + FRAME_HEADER, at + FRAME_HEADER + PAGE));
    if (log.readUInt32BE(at + 4) === 0) continue;
    for (const [page, bytes] of waiting) newest.set(page, bytes);
    waiting = new Map();
  }
  return [...newest].sort(([first], [second]) => first - second).map(([page, bytes]) => ({ page, bytes }));
}

/** Opens a file as a server does, and reads its rows. */
async function openAndRead(path: string): Promise<string[]> {
  const store = fullStore(await openFile(path));
  const rows = await withoutRevisions(store).collections.ofOwner('things', 'acme');
  await store.close();
  return rows.map(({ id }) => id);
}

describe('the data file of a killed process', () => {
  it('is opened with all rows after any write of a checkpoint', async ({ folder }) => {
    const { path, rows } = await createKilledFile(folder);
    const [file, log] = await Promise.all([readFile(path), readFile(`${path}-wal`)]);
    const writes = listCheckpointWrites(log);
    expect(writes.length).toBeGreaterThan(600);
    const states = [...writes.keys(), writes.length].filter((done) => done < 12 || done % 97 === 0 || done > 650);
    expect(states.length).toBeGreaterThan(20);
    for (const done of states) {
      const copy = join(folder, 'state.db');
      await writeFile(copy, file);
      await writeFile(`${copy}-wal`, log);
      const handle = await open(copy, 'r+');
      for (const { page, bytes } of writes.slice(0, done)) await handle.write(bytes, 0, PAGE, (page - 1) * PAGE);
      await handle.close();

      expect(await openAndRead(copy), `killed after ${done} writes`).toEqual(rows);
      await rm(copy);
    }
  });

  it('is opened through a symbolic link with its log in another folder', async ({ folder }) => {
    const { path, rows } = await createKilledFile(folder);
    const [first] = listCheckpointWrites(await readFile(`${path}-wal`));
    const handle = await open(path, 'r+');
    await handle.write(first?.bytes as Buffer, 0, PAGE, 0);
    await handle.close();
    const links = join(folder, 'links');
    await mkdir(links);
    await symlink(path, join(links, 'mock.db'));

    expect(await openAndRead(join(links, 'mock.db'))).toEqual(rows);
  });

  it('is refused with a message if its log is a directory', async ({ folder }) => {
    const { path } = await createKilledFile(folder);
    await rm(`${path}-wal`);
    await mkdir(`${path}-wal`);

    await expect(openAndRead(path)).rejects.toThrow(
      /^--data .* cannot be opened for writing: unable to open database file .*use another file/,
    );
  });

  it('is opened with all complete commits after a partial write of its log', async ({ folder }) => {
    const { path } = await createKilledFile(folder);
    const { size } = await stat(`${path}-wal`);
    await truncate(`${path}-wal`, size - 10 * (FRAME_HEADER + PAGE));

    expect(await openAndRead(path)).toEqual(['first', 'second']);
  });

  it('is refused if its end is missing from the file and the log', async ({ folder }) => {
    const { path } = await createKilledFile(folder);
    await openAndRead(path);
    const { size } = await stat(path);
    await truncate(path, size - 200 * PAGE);
    await writeFile(`${path}-wal`, '');
    await appendFile(`${path}-journal`, Buffer.alloc(512));

    await expect(openAndRead(path)).rejects.toThrow(/damaged/);
  });
});
