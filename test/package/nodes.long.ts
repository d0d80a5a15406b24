/** The last commit, in a fresh clone, with each supported line of Node and the npm that comes with it. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { LINES, lineOf, type Release, releaseOf } from '../../scripts/nodes.mjs';
import { type CommandResult, launchProgram } from '../support/command.ts';
import { emptyFolder } from '../support/folder.ts';
import { outputOf } from '../support/install.ts';
import { ROOT } from './architecture/source-files.ts';

const { NODES_VERSIONS: versions, NODES_FILES: files, TEST_NODES: mode } = process.env;

describe.each(versions?.split(',') ?? Object.keys(LINES))('Node %s', (version) => {
  let node: Release | null;
  let project: string;
  let install: CommandResult;

  const npm = (...args: string[]) =>
    launchProgram('npm', args, project, { env: { ...(node?.environment as Record<string, string>), NO_COLOR: '1' } })
      .ended;

  beforeAll(async () => {
    node = await releaseOf(version);
    if (node === null) return;
    project = await emptyFolder();
    await promisify(execFile)('git', ['clone', '--quiet', ROOT, project]);
    install = await npm('ci', '--loglevel=warn', '--prefer-offline');
  });
  // A process that a test has left running may still write there.
  afterAll(() => rm(project, { recursive: true, force: true, maxRetries: 5 }));

  /** Skips the test if there is no such Node. Without an installation everything else fails, and says less. */
  const expectInstalled = ({ skip }: TestContext) => {
    skip(node === null && mode !== 'required', `the registry has no Node ${version}`);
    expect(node, `the registry has no Node ${version}`).not.toBeNull();
    expect(install.code, outputOf(install)).toBe(0);
  };
  const expectSuccess = async (context: TestContext, ...script: string[]) => {
    expectInstalled(context);
    // A file belongs to one of the scripts.
    const only = files === undefined ? [] : [...files.split(','), '--passWithNoTests'];
    const ended = await npm('run', ...script, '--', ...only);
    const [summary] = /^ +Tests .*$/m.exec(ended.stdout) ?? [];

    expect(ended.code, outputOf(ended)).toBe(0);
    await context.annotate(`Node ${node?.version}: ${summary?.trim()}`);
  };

  it('installs without a warning about engines', (context) => {
    expectInstalled(context);
    expect(install.stderr).not.toContain('EBADENGINE');
  });

  it.runIf(versions !== undefined || lineOf(version).suite)('passes npm test', (context) =>
    expectSuccess(context, 'test'),
  );

  it('passes npm run test:e2e', (context) => expectSuccess(context, 'test:e2e'));

  it('passes npm run test:e2e in the workspaces', (context) => expectSuccess(context, 'test:e2e', '--workspaces'));
});
