import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import { formatNextSteps } from '../../src/cli/next-steps.ts';
import { it } from '../support/in-folder.ts';

const CLONE = { path: '/src/nv-auth-mock', isClone: true, version: '0.1.0' };
const INSTALLED = { ...CLONE, path: '/usr/lib/node_modules/nv-auth-mock', isClone: false };
const TARBALL = './nv-auth-mock-0.1.0.tgz';
const PACK = 'npm pack /src/nv-auth-mock';
const EXPORT = 'export NV_AUTH_MOCK_COMMAND=/src/nv-auth-mock/dist/main.cjs';
const IN_NPM = { 'node_modules/nv-auth-mock/package.json': '{}' };
const SITE_PACKAGES = '.venv/lib/python3.11/site-packages';

type Kind = Parameters<typeof formatNextSteps>[0][number];

/** Lists the steps of a kind in the folder `app` with these files. */
async function listSteps(
  outer: string,
  kind: Kind,
  files: Readonly<Record<string, string>> = {},
  { manifest = null as unknown, home = CLONE } = {},
): Promise<string[]> {
  const folder = join(outer, 'app');
  await mkdir(folder);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return formatNextSteps([kind], { folder, manifest }, home)
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}

describe('the next steps of an npm project', () => {
  it.for<[kind: Kind, files: Record<string, string>, manifest: unknown, steps: string[]]>([
    ['vitest', {}, null, [PACK, `npm install --save-dev ${TARBALL} vitest`, 'npx vitest run nv-auth-mock.test.ts']],
    ['jest', {}, null, [PACK, `npm install --save-dev ${TARBALL} jest`, 'npx jest nv-auth-mock.test.cjs']],
    ['node', {}, null, [PACK, `npm install --save-dev ${TARBALL}`, 'node --test nv-auth-mock.test.mjs']],
    ['vitest', IN_NPM, null, ['npm install --save-dev vitest', 'npx vitest run nv-auth-mock.test.ts']],
    [
      'jest',
      { 'node_modules/jest/package.json': '{}' },
      null,
      [PACK, `npm install --save-dev ${TARBALL}`, 'npx jest nv-auth-mock.test.cjs'],
    ],
    ['node', IN_NPM, null, ['node --test nv-auth-mock.test.mjs']],
    ['node', { '../node_modules/nv-auth-mock/package.json': '{}' }, null, ['node --test nv-auth-mock.test.mjs']],
    [
      'node',
      {},
      { devDependencies: { 'nv-auth-mock': `file:${TARBALL}` } },
      ['npm install', 'node --test nv-auth-mock.test.mjs'],
    ],
    [
      'node',
      { '.pnp.cjs': '' },
      { dependencies: { 'nv-auth-mock': `file:${TARBALL}` } },
      ['node --test nv-auth-mock.test.mjs'],
    ],
    ['seed', {}, null, ['node /src/nv-auth-mock/dist/main.cjs --seed nv-auth-mock.seed.yaml']],
    ['seed', IN_NPM, null, ['npx --no-install nv-auth-mock --seed nv-auth-mock.seed.yaml']],
  ])('for %s with the files %j and package.json %j are %j', async ([kind, files, manifest, steps], { folder }) => {
    expect(await listSteps(folder, kind, files, { manifest })).toEqual(steps);
  });
});

describe('the next steps of a Python project', () => {
  const RUN = 'python3 -m pytest test_nv_auth_mock.py';

  it.for<[files: Record<string, string>, steps: string[]]>([
    [{}, ['python3 -m pip install /src/nv-auth-mock/clients/python pytest', EXPORT, RUN]],
    [IN_NPM, ['python3 -m pip install /src/nv-auth-mock/clients/python pytest', RUN]],
    [
      {
        [`${SITE_PACKAGES}/pytest-9.0.0.dist-info/METADATA`]: '',
        [`../${SITE_PACKAGES}/nv_auth_mock-0.1.0.dist-info/METADATA`]: '',
      },
      ['python3 -m pip install /src/nv-auth-mock/clients/python', EXPORT, RUN],
    ],
    [
      {
        ...IN_NPM,
        [`../${SITE_PACKAGES}/pytest-9.0.0.dist-info/METADATA`]: '',
        [`../${SITE_PACKAGES}/nv_auth_mock-0.1.0.dist-info/METADATA`]: '',
      },
      [RUN],
    ],
    [
      {
        ...IN_NPM,
        'venv/Lib/site-packages/pytest-9.0.0.dist-info/METADATA': '',
        'venv/Lib/site-packages/nv_auth_mock-0.1.0.dist-info/METADATA': '',
      },
      [RUN],
    ],
  ])('with the files %j are %j', async ([files, steps], { folder }) => {
    expect(await listSteps(folder, 'pytest', files)).toEqual(steps);
  });
});

describe('the next steps of a Go project', () => {
  const RUN = 'go test -count=1';
  const INSTALLED_START = 'npx --no-install nv-auth-mock    # in a second terminal';

  it.for<[files: Record<string, string>, steps: string[]]>([
    [{}, ['go mod init example.test/app', 'node /src/nv-auth-mock/dist/main.cjs    # in a second terminal', RUN]],
    [{ ...IN_NPM, 'go.mod': 'module app\n' }, [INSTALLED_START, RUN]],
    [{ ...IN_NPM, '../go.mod': 'module whole\n' }, [INSTALLED_START, RUN]],
  ])('with the files %j are %j', async ([files, steps], { folder }) => {
    expect(await listSteps(folder, 'go', files)).toEqual(steps);
  });
});

it('the next step of Compose builds the image from the clone of its file', async ({ folder }) => {
  expect(await listSteps(folder, 'compose', IN_NPM)).toEqual(['docker compose -f compose.nv-auth-mock.yaml up']);
});

describe('the clone in the next steps', () => {
  it('is a placeholder with an explanation if the command is not in a clone', async ({ folder }) => {
    const steps = await listSteps(folder, 'pytest', {}, { home: INSTALLED });

    expect(steps).toEqual([
      'python3 -m pip install /path/to/the/clone/clients/python pytest',
      'export NV_AUTH_MOCK_COMMAND=/usr/lib/node_modules/nv-auth-mock/dist/main.cjs',
      'python3 -m pytest test_nv_auth_mock.py',
      '',
      '/path/to/the/clone is a clone of https://github.com/nv-auth-mock/nv-auth-mock after `npm ci`, because the mock is not in any registry yet.',
    ]);
  });

  it('is quoted for a shell if necessary', async ({ folder }) => {
    const home = { ...CLONE, path: "/my files/mock's" };

    expect((await listSteps(folder, 'node', {}, { home }))[0]).toBe("npm pack '/my files/mock'\\''s'");
  });
});

it('several kinds list common steps once', () => {
  const text = formatNextSteps(['node', 'vitest'], { folder: '/none', manifest: null }, CLONE);

  expect(text.match(/npm pack/g)).toHaveLength(1);
});
