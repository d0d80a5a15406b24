/** What is found in the file of a process that was killed. */
import { appendFile, copyFile, mkdir, open, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { NEW, type Row } from '../../src/store/collections.ts';
import { openFile } from '../support/data-file.ts';
import { it } from '../support/in-folder.ts';
import { fullStore } from '../support/nouns.ts';
import { keptSeed, people } from '../support/records.ts';
import { plainly } from '../support/rows.ts';

const PAGE = 4096;
const LOG_HEADER = 32;
const FRAME_HEADER = 24;

function bigRow(id: string, bytes: number): Row {
  const none = { parent: null, aliases: [], labels: [], sharedWith: [], dueAt: null, revision: NEW };
  return { collection: 'things', id, owner: 'acme', ...none, body: { filler: 'x'.repeat(bytes) } };
}

/** A data file with its log as they stand in the middle of a life: rows in the file, more of them in the log. */
async function killed(folder: string): Promise<{ readonly path: string; readonly rows: readonly string[] }> {
  const original = join(folder, 'original.db');
  const path = join(folder, 'mock.db');
  const store = fullStore(await openFile(original));
  await store.world.load(keptSeed, people);
  const rows = ['first', 'second', 'third'];
  for (const id of rows) await plainly(store).collections.insert(bigRow(id, 900_000), null);
  await copyFile(original, path);
  await copyFile(`${original}-wal`, `${path}-wal`);
  await store.close();
  return { path, rows };
}

/** The pages that a checkpoint writes, in its order: the newest of each that a finished change has, by number. */
function checkpointed(log: Buffer): readonly { readonly page: number; readonly bytes: Buffer }[] {
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
  return [...newest].sort(([one], [other]) => one - other).map(([page, bytes]) => ({ page, bytes }));
}

/** What is found when the file is opened, as a server would. */
async function foundIn(path: string): Promise<{ rows: string[]; notices: readonly string[] }> {
  const file = await openFile(path);
  const store = fullStore(file);
  const rows = await plainly(store).collections.ofOwner('things', 'acme');
  await store.close();
  return { rows: rows.map(({ id }) => id), notices: file.notices };
}

describe('a data file whose process was killed', () => {
  it('is opened with all of its rows, after whichever write of a checkpoint that was', async ({ folder }) => {
    const { path, rows } = await killed(folder);
    const [file, log] = await Promise.all([readFile(path), readFile(`${path}-wal`)]);
    const writes = checkpointed(log);
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

      expect(await foundIn(copy), `killed after ${done} writes`).toEqual({ rows, notices: [] });
      await rm(copy);
    }
  });

  it('is opened through a link, whose log stands elsewhere', async ({ folder }) => {
    const { path, rows } = await killed(folder);
    const [first] = checkpointed(await readFile(`${path}-wal`));
    const handle = await open(path, 'r+');
    await handle.write(first?.bytes as Buffer, 0, PAGE, 0);
    await handle.close();
    const links = join(folder, 'links');
    await mkdir(links);
    await symlink(path, join(links, 'mock.db'));

    expect((await foundIn(join(links, 'mock.db'))).rows).toEqual(rows);
  });

  it('is refused with a sentence where its log is no file', async ({ folder }) => {
    const { path } = await killed(folder);
    await rm(`${path}-wal`);
    await mkdir(`${path}-wal`);

    await expect(foundIn(path)).rejects.toThrow(/^--data .* cannot be used: .*Use another file/);
  });

  it('in the middle of a write to its log tells what was dropped', async ({ folder }) => {
    const { path } = await killed(folder);
    const { size } = await stat(`${path}-wal`);
    await truncate(`${path}-wal`, size - 10 * (FRAME_HEADER + PAGE));

    const { rows, notices } = await foundIn(path);
    expect(rows).toEqual(['first', 'second']);
    expect(notices).toEqual([
      expect.stringMatching(
        /^\d+ pages of the log were dropped from --data .*mock\.db, because the last process was stopped in the middle of a commit/,
      ),
    ]);
    expect((await foundIn(path)).notices, 'told once').toEqual([]);
  });

  it('tells as much of a log that is damaged in its middle', async ({ folder }) => {
    const { path } = await killed(folder);
    const log = await open(`${path}-wal`, 'r+');
    await log.write(Buffer.alloc(8, 0xaa), 0, 8, LOG_HEADER + 300 * (FRAME_HEADER + PAGE) + 1000);
    await log.close();

    const { notices } = await foundIn(path);
    expect(notices).toEqual([expect.stringMatching(/^\d{3} pages of the log were dropped/)]);
  });

  it.for([
    ['all of its log', 0],
    ['all but the header of its log', LOG_HEADER],
    ['the second half of its log', LOG_HEADER + 300 * (FRAME_HEADER + PAGE)],
  ] as const)('says at start that %s is noise', async ([, from], { folder }) => {
    const { path } = await killed(folder);
    const { size } = await stat(`${path}-wal`);
    const noise = Buffer.alloc(size - from);
    for (let at = 0; at < noise.length; at += 1) noise[at] = (at * 167 + (at >> 8) * 59 + 13) & 0xff;
    const log = await open(`${path}-wal`, 'r+');
    await log.write(noise, 0, noise.length, from);
    await log.close();

    const { notices } = await foundIn(path);
    expect(notices[0]).toContain(`The log of --data ${path} contains data that SQLite did not write`);
    expect((await foundIn(path)).notices, 'told once').toEqual([]);
  });

  it('is refused when its end is missing and its log does not have it', async ({ folder }) => {
    const { path } = await killed(folder);
    await foundIn(path);
    const { size } = await stat(path);
    await truncate(path, size - 200 * PAGE);
    await writeFile(`${path}-wal`, '');
    await appendFile(`${path}-journal`, Buffer.alloc(512));

    await expect(foundIn(path)).rejects.toThrow(/damaged/);
  });
});
