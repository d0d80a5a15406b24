// @ts-check
/** `npm start`: builds what has changed, and is then the server. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const parent = process.ppid;
// A process of its own, because building takes 500 MB.
const build = fileURLToPath(new URL('build.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [build], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

process.argv.splice(2, 0, 'start', '--data', 'data/mock.db', '--data-fallback', 'memory');
await import(new URL('../dist/main.cjs', import.meta.url).href);

if (process.env['npm_lifecycle_event'] === 'start') {
  // npm passes signals on to its shell, which may end without doing so itself.
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 100).unref();
}
