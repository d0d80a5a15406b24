import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chown, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { takenPort } from './ports.ts';
import type { PostgresProgram } from './postgres-program.ts';

const run = promisify(execFile);

export interface PostgresOptions {
  /** As in `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Files of its folder of data, which only it can read: a certificate, its key, another `pg_hba.conf`. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A PostgreSQL of its own, which tests may hurt. */
export interface PostgresServer {
  readonly port: number;
  /** Leads to the database `postgres`, as its superuser. */
  readonly url: string;
  /** `kill -9` of all its processes. */
  kill(): Promise<void>;
  /** Starts it again at the same port, with what it had: first ends it as an administrator would, if it runs. */
  restart(): Promise<void>;
  /** SIGSTOP to all its processes: connections stay open, new ones are made by the kernel, and nothing is answered. */
  freeze(): void;
  thaw(): void;
  /** What it wrote to its log. */
  log(): Promise<string>;
  /** Ends it, and removes what it had. */
  end(): Promise<void>;
}

/**
 * Lost only if the machine crashes, which no test does; the death of a process loses nothing, because what was written is
 * in the hands of the kernel. So there is no waiting for disks.
 */
const FAST = { fsync: 'off', full_page_writes: 'off', wal_level: 'minimal', max_wal_senders: 0, jit: 'off' };

/**
 * Waits until the process that started it is gone, however it ended, because then its standard input is at its end. Then
 * it ends PostgreSQL, and removes its folder. SIGQUIT ends children that are stopped as well, after 5 seconds.
 */
const KEEPER = `
while read -r _; do :; done
if read -r pid < "$1/data/postmaster.pid"; then
  kill -CONT "$pid"
  kill -QUIT "$pid"
  tries=0
  while kill -0 "$pid" && [ "$tries" -lt 200 ]; do
    tries=$((tries + 1))
    sleep 0.05
  done
fi
rm -rf "$1"
`;

/** Starts a server with a copy of the template, on a free port. */
export async function startPostgres(program: PostgresProgram, options: PostgresOptions = {}): Promise<PostgresServer> {
  const { uid, gid } = program.user;
  const folder = await mkdtemp(join(tmpdir(), 'nv-auth-mock-test-'));
  const data = join(folder, 'data');
  const own = async (path: string) => {
    if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
  };
  await own(folder);
  // In a group of its own, so that Ctrl-C does not reach it.
  const keeper = spawn('sh', ['-c', KEEPER, 'sh', folder], {
    ...program.user,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const kept = new Promise<void>((resolve, reject) => keeper.once('error', reject).once('exit', () => resolve()));
  const end = async () => {
    keeper.stdin.end();
    await kept;
    // Where the template could not be copied, the keeper has nothing to read, and may come too early.
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await run('cp', ['-Rp', program.template, data]);
    for (const [name, text] of Object.entries(options.files ?? {})) {
      const path = join(data, name);
      await rm(path, { force: true });
      await writeFile(path, text, { mode: 0o600 });
      await own(path);
    }
    const server = await onFreePort(program, folder, options);
    return {
      ...server,
      end: () => {
        server.thaw();
        return end();
      },
    };
  } catch (fault) {
    await end();
    throw fault;
  }
}

/** Tries again where somebody else takes the port before PostgreSQL does. */
async function onFreePort(
  program: PostgresProgram,
  folder: string,
  { settings }: PostgresOptions,
): Promise<Omit<PostgresServer, 'end'>> {
  const logPath = join(folder, 'log');
  const log = () => readFile(logPath, 'utf8');
  for (let tries = 1; ; tries += 1) {
    const { port, release } = await takenPort();
    await release();
    const all = { ...FAST, listen_addresses: '127.0.0.1', unix_socket_directories: '', port, ...settings };
    const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const start = () => started(program, folder, args, logPath);
    let running: Postmaster;
    try {
      running = await start();
    } catch (fault) {
      if (tries < 5 && (await log()).includes('could not create any TCP/IP sockets')) continue;
      throw fault;
    }
    return {
      port,
      url: `postgres://postgres@127.0.0.1:${port}/postgres`,
      kill: () => running.kill(),
      restart: async () => {
        await running.stop();
        running = await start();
      },
      freeze: () => running.freeze(),
      thaw: () => running.thaw(),
      log,
    };
  }
}

interface Postmaster {
  kill(): Promise<void>;
  stop(): Promise<void>;
  freeze(): void;
  thaw(): void;
}

async function started(
  { postgres, user }: PostgresProgram,
  folder: string,
  args: readonly string[],
  logPath: string,
): Promise<Postmaster> {
  const data = join(folder, 'data');
  const log = await open(logPath, 'a');
  const child = spawn(postgres, ['-D', data, ...args], {
    ...user,
    cwd: folder,
    env: { TZ: 'UTC' },
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = new Promise<void>((resolve) => child.once('error', () => resolve()).once('exit', () => resolve()));
  await log.close();
  await ready(child, ended, data, logPath);
  const { pid } = child;
  if (pid === undefined) throw new Error('PostgreSQL has no process');
  const isEnded = () => child.exitCode !== null || child.signalCode !== null;
  /** The first one starts the others, so it has to stop before they are counted. */
  const freeze = () => {
    if (isEnded()) return [];
    signal(pid, 'SIGSTOP');
    const children = childrenOf(pid);
    for (const each of children) signal(each, 'SIGSTOP');
    return children;
  };
  const thaw = () => {
    if (isEnded()) return;
    for (const each of [...childrenOf(pid), pid]) signal(each, 'SIGCONT');
  };
  return {
    freeze,
    thaw,
    kill: async () => {
      const children = freeze();
      for (const each of [pid, ...children]) signal(each, 'SIGKILL');
      await ended;
      // A server does not start while one of the old ones still has its memory.
      while (children.some((each) => processes().has(each))) await setTimeout(2);
    },
    stop: async () => {
      if (isEnded()) return;
      thaw();
      // Sends clients away, and keeps everything that was committed.
      signal(pid, 'SIGINT');
      await ended;
    },
  };
}

/** Waits until it has said in its file that it takes connections. */
async function ready(child: ChildProcess, ended: Promise<void>, data: string, logPath: string): Promise<void> {
  let isEnded = false;
  void ended.then(() => {
    isEnded = true;
  });
  const deadline = Date.now() + 20_000;
  while (!isEnded && Date.now() < deadline) {
    // The file of one that was killed is still there.
    const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
    if (lines[0] === String(child.pid) && lines[7]?.trim() === 'ready') return;
    await setTimeout(3);
  }
  child.kill('SIGQUIT');
  await ended;
  throw new Error(`PostgreSQL did not start:\n${await readFile(logPath, 'utf8')}`);
}

function childrenOf(pid: number): number[] {
  return [...processes()].flatMap(([child, parent]) => (parent === pid ? [child] : []));
}

/** The parents of all processes. One that is dead and waits for its parent to notice is none. */
function processes(): Map<number, number> {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=', '-o', 'ppid=', '-o', 'stat='], { encoding: 'utf8' }).split(
    '\n',
  );
  return new Map(
    lines.flatMap((line) => {
      const [pid = '', parent = '', state = ''] = line.trim().split(/\s+/);
      return state === '' || state.startsWith('Z') ? [] : [[Number(pid), Number(parent)] as const];
    }),
  );
}

/** Nothing where there is no such process any more. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ESRCH') throw fault;
  }
}
