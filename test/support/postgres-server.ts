import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { chown, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { occupyPort } from './ports.ts';
import type { PostgresProgram } from './postgres-program.ts';

const run = promisify(execFile);

export interface PostgresOptions {
  /** Like in `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Files for its data folder, readable only by it: a certificate, its key, another `pg_hba.conf`. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A separate PostgreSQL server that tests may break. */
export interface PostgresServer {
  readonly port: number;
  /** Connects to the database `postgres` as the superuser. */
  readonly url: string;
  /** Sends SIGKILL to all its processes. */
  kill(): Promise<void>;
  /** Restarts it on the same port with its data; shuts it down cleanly first if it runs. */
  restart(): Promise<void>;
  /** Sends SIGSTOP to all its processes: the kernel still accepts connections, but nothing responds. */
  freeze(): void;
  thaw(): void;
  /** Returns its log. */
  log(): Promise<string>;
  /** Stops it, and deletes its data. */
  end(): Promise<void>;
}

/**
 * No waiting for disks: only a crash of the machine would lose data, because the kernel keeps what a killed process has
 * written.
 */
const FAST = { fsync: 'off', full_page_writes: 'off', wal_level: 'minimal', max_wal_senders: 0, jit: 'off' };

/**
 * Waits for the end of its standard input, which means that the parent process has ended. Then stops PostgreSQL and
 * deletes its folder. SIGQUIT also ends stopped children, after 5 seconds.
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
  // In a separate process group, so that Ctrl-C does not reach it.
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
    // If copying the template failed, the keeper may run too early.
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

/** Retries if another process takes the port first. */
async function onFreePort(
  program: PostgresProgram,
  folder: string,
  { settings }: PostgresOptions,
): Promise<Omit<PostgresServer, 'end'>> {
  const logPath = join(folder, 'log');
  const log = () => readFile(logPath, 'utf8');
  for (let tries = 1; ; tries += 1) {
    const { port, release } = await occupyPort();
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
  /** Stop the postmaster first, so that it starts no further processes. */
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
      // A server does not start while an old process still has its shared memory.
      while (children.some((each) => processes().has(each))) await setTimeout(2);
    },
    stop: async () => {
      if (isEnded()) return;
      thaw();
      // Fast shutdown: disconnects clients, and keeps committed data.
      signal(pid, 'SIGINT');
      await ended;
    },
  };
}

/** Waits until its pid file reports that it accepts connections. */
async function ready(child: ChildProcess, ended: Promise<void>, data: string, logPath: string): Promise<void> {
  let isEnded = false;
  void ended.then(() => {
    isEnded = true;
  });
  const deadline = Date.now() + 20_000;
  while (!isEnded && Date.now() < deadline) {
    // A killed server leaves its file behind.
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

/** Returns the parent of each process, without zombies. */
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

/** Sends a signal; does nothing if the process no longer exists. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ESRCH') throw fault;
  }
}
