import { randomInt } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { castKey } from '../../support/ngc-cast.ts';
import { type BuiltServer, NotReadyError, startBuiltServer } from './server.ts';

export interface KillPlan {
  readonly folder: string;
  readonly kills: number;
  /** The longest from the first write to the kill, in milliseconds. */
  readonly within: number;
  readonly progress?: (figures: KillFigures) => void;
}

export interface KillFigures {
  kills: number;
  /** Writes that were answered, and looked for after the kill. */
  acknowledged: number;
  readonly lost: string[];
  /** Files that a server would not open, with its words. */
  readonly refused: string[];
}

/** What was answered: which ids are there with which content, and which are gone. */
interface Known {
  readonly there: Map<string, string>;
  readonly gone: Set<string>;
}

interface Kind {
  readonly name: string;
  /** How many write at once. */
  readonly writers: number;
  /** Of them are kept so many; older ones are deleted. */
  readonly max: number;
  create(server: BuiltServer, mark: string): Promise<string | null>;
  remove(server: BuiltServer, id: string): Promise<boolean>;
  /** What is stored under an id; null for nothing. */
  read(server: BuiltServer, id: string): Promise<string | null>;
}

const TOKEN = castKey('owner').key;
const LARGE = 900_000;
const CONFIGS = '/api/v3/userconfigs/';

/** Rows of a few hundred bytes: keys that the control API makes. */
const SMALL: Kind = {
  name: 'key',
  writers: 4,
  max: 60,
  create: async (server, mark) => {
    const order = { type: 'service', name: mark, services: ['air'], scopes: ['air:access'] };
    const { status, text } = await server.send('POST /_mock/keys', { body: order });
    return status === 201 ? JSON.parse(text).id : null;
  },
  remove: async (server, id) => (await server.send(`DELETE /_mock/keys/${id}`)).status === 204,
  read: async (server, id) => {
    const { status, text } = await server.send(`GET /_mock/keys/${id}`);
    return status === 200 ? JSON.parse(text).name : null;
  },
};

/** Rows of 900 kB, each larger than what SQLite writes at once. */
const BIG: Kind = {
  name: 'user config',
  writers: 2,
  max: 6,
  create: async (server, mark) => {
    const content = mark.repeat(Math.ceil(LARGE / mark.length)).slice(0, LARGE);
    const body = { name: mark, kind: 'cloud-init-user-data', content };
    const { status, text } = await server.send(`POST ${CONFIGS}`, { token: TOKEN, body });
    return status === 201 ? JSON.parse(text).id : null;
  },
  remove: async (server, id) => (await server.send(`DELETE ${CONFIGS}${id}/`, { token: TOKEN })).status === 204,
  read: async (server, id) => {
    const { status, text } = await server.send(`GET ${CONFIGS}${id}/`, { token: TOKEN });
    if (status !== 200) return null;
    const { name, content } = JSON.parse(text);
    return content.length === LARGE && content.startsWith(name) ? name : 'another content';
  },
};
const KINDS = [SMALL, BIG];

/** Kills a server at random moments while it writes; then every answered write has to be there, in a file that opens. */
export async function kills({ folder, kills: times, within, progress }: KillPlan): Promise<KillFigures> {
  const figures: KillFigures = { kills: 0, acknowledged: 0, lost: [], refused: [] };
  const data = join(folder, 'kills.db');
  const known = new Map(KINDS.map((kind): [Kind, Known] => [kind, { there: new Map(), gone: new Set() }]));
  let server = await startBuiltServer(data);
  for (; figures.kills < times; figures.kills += 1) {
    await writeUntilKilled(server, known, randomInt(1, within), figures.kills, figures);
    const opened = await reopened(data, known, figures);
    server = opened;
    for (const [kind, rows] of known) await lookFor(server, kind, rows, figures);
    progress?.(figures);
  }
  await server.stop();
  return figures;
}

async function writeUntilKilled(
  server: BuiltServer,
  known: ReadonlyMap<Kind, Known>,
  after: number,
  kill: number,
  figures: KillFigures,
) {
  let isOver = false;
  const writers = [...known].flatMap(([kind, rows]) =>
    Array.from({ length: kind.writers }, (_, writer) =>
      writeOn(server, kind, rows, `k${kill}-${writer}`, figures, () => isOver),
    ),
  );
  // The first answer takes longest: from then on it writes all the time.
  const before = figures.acknowledged;
  const deadline = performance.now() + 20_000;
  while (figures.acknowledged === before && performance.now() < deadline) await sleep(1);
  await sleep(after);
  isOver = true;
  await server.crash();
  await Promise.all(writers);
}

/** Makes rows, and removes the oldest once there are many, until the connection breaks. */
async function writeOn(
  server: BuiltServer,
  kind: Kind,
  { there, gone }: Known,
  prefix: string,
  figures: KillFigures,
  isOver: () => boolean,
) {
  for (let count = 0; !isOver(); count++) {
    try {
      const [oldest] = there.keys();
      if (there.size > kind.max && oldest !== undefined) {
        // Whether it is there is not known from here on, until it is answered.
        there.delete(oldest);
        if (await kind.remove(server, oldest)) gone.add(oldest);
      } else {
        const mark = `${prefix}-${count}`;
        const id = await kind.create(server, mark);
        if (id !== null) there.set(id, mark);
      }
      figures.acknowledged += 1;
    } catch {
      // The server is gone, and what was not answered was not promised.
      return;
    }
  }
}

/** The file again; one that is refused is told, and put aside for a new one. */
async function reopened(data: string, known: ReadonlyMap<Kind, Known>, figures: KillFigures): Promise<BuiltServer> {
  try {
    return await startBuiltServer(data);
  } catch (cause) {
    if (!(cause instanceof NotReadyError)) throw cause;
    figures.refused.push(`after kill ${figures.kills}: ${cause.message} (${await sizesOf(data)})`);
    for (const end of ['', '-wal', '-shm']) await rm(`${data}${end}`, { force: true });
    for (const { there, gone } of known.values()) {
      there.clear();
      gone.clear();
    }
    return startBuiltServer(data);
  }
}

async function sizesOf(data: string): Promise<string> {
  const folder = join(data, '..');
  const files = (await readdir(folder)).filter((name) => name.startsWith('kills.db'));
  const sizes = await Promise.all(files.map(async (name) => `${name} ${(await stat(join(folder, name))).size}`));
  return sizes.join(', ');
}

async function lookFor(server: BuiltServer, kind: Kind, { there, gone }: Known, figures: KillFigures): Promise<void> {
  for (const [id, mark] of there) {
    const read = await kind.read(server, id);
    if (read !== mark)
      figures.lost.push(`${kind.name} ${id} should hold ${mark} after kill ${figures.kills}: ${read ?? 'gone'}`);
  }
  for (const id of gone) {
    if ((await kind.read(server, id)) !== null)
      figures.lost.push(`${kind.name} ${id} was deleted, and is there after kill ${figures.kills}`);
  }
  gone.clear();
}
