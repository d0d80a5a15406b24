import { tmpdir } from 'node:os';
import { defineConfig } from 'vitest/config';
import { instrument } from './test/package/architecture/trace/instrument.ts';
import { createRunFolder } from './test/support/run-folder.ts';

/**
 * Tests that start processes, pack and install the package, need PostgreSQL or a browser, or hold many worlds or lines for
 * seconds: `npm run test:e2e` (with `npm run trace`), and for the workspaces `npm run test:e2e -w @nv-auth-mock/console` and the
 * like. The storage on PostgreSQL, with kills and outages: `npm run test:postgres`.
 */
export default defineConfig({
  test: {
    maxWorkers: '100%',
    // Processes and pages need more than the defaults of one, five and ten seconds on a busy machine.
    expect: { poll: { timeout: 10_000 } },
    testTimeout: 240_000,
    hookTimeout: 240_000,
    env: { TMPDIR: createRunFolder(tmpdir()) },
    globalSetup: ['test/support/setup.ts', 'test/support/tools.ts', 'test/support/postgres-offer.ts'],
    projects: [
      ...[
        {
          name: 'e2e',
          include: ['test/**/*.e2e.ts'],
          exclude: ['test/e2e/postgres/**', 'test/package/architecture/trace/**'],
        },
        { name: 'postgres', include: ['test/e2e/postgres/*.e2e.ts'], testTimeout: 60_000 },
        { name: 'conformance', include: ['conformance/**/*.e2e.ts'] },
        { name: 'console', include: ['console/**/*.e2e.ts'] },
      ].map((project) => ({ extends: true as const, test: { ...project, isolate: false } })),
      {
        extends: true,
        plugins: [instrument],
        test: {
          name: 'trace',
          include: ['test/package/architecture/trace/*.e2e.ts'],
        },
      },
    ],
  },
});
