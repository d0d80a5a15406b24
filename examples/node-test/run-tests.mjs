// Runs test files that share one server: node run-tests.mjs test/*.test.mjs
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import setup from 'nv-auth-mock/node-setup';

await setup();
run({ files: process.argv.slice(2), concurrency: true })
  .on('test:fail', () => {
    process.exitCode = 1;
  })
  .compose(spec)
  .pipe(process.stdout);
