import { execFileSync, spawn } from 'node:child_process';
import { chmod, chown, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { emptyFolder } from './folder.ts';
import { findFreePort } from './ports.ts';

/** Debian installs it outside the PATH of ordinary users. */
const PATH = `${process.env['PATH']}:/usr/sbin`;

/** Whether PgBouncer is installed. */
export function hasPgBouncer(): boolean {
  try {
    execFileSync('pgbouncer', ['--version'], { env: { PATH }, stdio: 'ignore' });
    return true;
  } catch {
    process.stdout.write('SKIP: poolers are tested where PgBouncer is installed\n');
    return false;
  }
}

/** A connection pooler in front of a database. */
export interface Pooler {
  readonly port: number;
  end(): Promise<void>;
}

/** Starts PgBouncer in front of a server that trusts the user `postgres`. @param settings like in `pgbouncer.ini` */
export async function startPgBouncer(target: number, settings: Readonly<Record<string, string>>): Promise<Pooler> {
  const folder = await emptyFolder();
  const port = await findFreePort();
  const all = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'session',
    logfile: join(folder, 'log'),
    pidfile: join(folder, 'pid'),
    ...settings,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    ['[databases]', `* = host=127.0.0.1 port=${target} user=postgres`, '[pgbouncer]', ...lines, ''].join('\n'),
  );
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: idOfNobody('-u'), gid: idOfNobody('-g') } : {};
  await chmod(folder, 0o755);
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid);
  const child = spawn('pgbouncer', [file], {
    ...user,
    env: { PATH },
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = new Promise<void>((resolve) => child.once('error', () => resolve()).once('exit', () => resolve()));
  const end = async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + 10_000;
  while (!(await isOpen(port))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await end();
      throw new Error(`PgBouncer did not start: ${output}`);
    }
    await setTimeout(10);
  }
  return { port, end };
}

function idOfNobody(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, 'nobody'], { encoding: 'utf8' }));
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.destroy());
    socket.once('error', () => {}).once('close', (hadError) => resolve(!hadError));
  });
}
