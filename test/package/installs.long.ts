/** The package where there is a registry and nothing else: by each installer, with each line of Node that most people use. */
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { installedOnce, type Release, releaseOf } from '../../scripts/nodes.mjs';
import { it } from '../support/in-folder.ts';
import { expectInstall, INSTALLERS } from '../support/install.ts';
import { packPackage } from '../support/package.ts';

const isRequired = process.env['TEST_INSTALLS'] === 'required';

/** What is installed beside it: nothing, the newest driver, or the newest one for this line. */
const besideOf = (line: string) => [[], ['better-sqlite3'], ...(line === '20' ? [['better-sqlite3@12']] : [])];

let tarball: string;
beforeAll(async () => {
  ({ tarball } = await packPackage());
});

describe.each(['20', '22', '24'])('with Node %s', (line) => {
  let node: Release | null;
  beforeAll(async () => {
    node = await releaseOf(line);
  });

  const cases = INSTALLERS.flatMap((installer) =>
    besideOf(line).map((beside) => {
      const name = [installer.name, ...beside.map((other) => `with ${other}`)].join(' ');
      return [name, installer, beside] as const;
    }),
  );
  it.for(cases)('%s installs it, and it works', async ([, installer, beside], { annotate, folder, skip }) => {
    skip(node === null && !isRequired, `the registry has no Node ${line}`);
    expect(node, `the registry has no Node ${line}`).not.toBeNull();
    const tools = installer.tool === null ? [] : [join(await installedOnce(installer.tool), '.bin')];
    const programs = [...tools, node?.bin ?? ''];
    const data = await expectInstall({ folder, tarball, installer, programs, beside });

    await annotate(data === null ? `${installer.name} refuses to install ${beside}` : `--data FILE: ${data}`);
  });
});
