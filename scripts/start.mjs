// @ts-check
/** `npm start`: builds if necessary, then runs the server, with its state in `data/mock.db` if possible. */
import { spawnSync } from 'node:child_process';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import './installed.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** Whether there is a driver for a data file. */
function hasDriver() {
  if (isBuiltin('node:sqlite')) return true;
  // In a separate process, because a binary for a different Node would crash it.
  const opening = "new (require('better-sqlite3'))(':memory:').close()";
  return spawnSync(process.execPath, ['-e', opening], { cwd: ROOT, stdio: 'ignore' }).status === 0;
}

const parent = process.ppid;
// In a separate process, because building needs 500 MB.
const build = fileURLToPath(new URL('build.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [build], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const given = process.argv.slice(2);
const isPlaceGiven = given.some((one) => /^--data(?:=|$)/.test(one)) || Boolean(process.env['NV_AUTH_MOCK_DATA']);
const isKept = !isPlaceGiven && hasDriver();
// `npm ci` drops better-sqlite3 silently where it cannot be built.
if (!isPlaceGiven) {
  process.stderr.write(
    isKept
      ? 'The state is kept in data/mock.db, because there is a SQLite driver. To keep nothing, add `-- --data :memory:`.\n'
      : 'The state is in memory and ends with the server, because there is no SQLite driver: better-sqlite3 was not built. ' +
          'Install a C compiler and run `npm ci` again, or use Node 22.13 or newer.\n',
  );
}
process.argv.splice(2, given.length, 'start', ...(isKept ? ['--data', 'data/mock.db'] : []), ...given);
await import(new URL('../dist/main.cjs', import.meta.url).href);

if (process.env['npm_lifecycle_event'] === 'start') {
  // npm forwards signals to its shell, which may exit without forwarding them.
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 100).unref();
}
