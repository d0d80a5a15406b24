import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { formatFirstSteps } from '../../src/cli/first-steps.ts';
import type { Cast } from '../../src/contract/cast.ts';
import { it } from '../support/in-folder.ts';

const CLONE = { path: '/src/nv-auth-mock', isClone: true, version: '0.1.0' };
const KEYS = [
  { name: 'personal', services: ['nvcf'], roles: ['ADMIN'], key: 'nvapi-personal' },
  { name: 'registrar', services: ['nvcf'], scopes: ['register_function'], key: 'nvapi-registrar' },
  { name: 'other', services: ['air'], scopes: [], key: 'nvapi-air' },
  { name: 'reader', services: ['nvcf'], scopes: ['list_functions'], key: 'nvapi-reader' },
];
const STARTED = {
  url: 'http://127.0.0.1:6625',
  port: 6625,
  host: '127.0.0.1',
  folder: '/elsewhere',
  home: CLONE,
  cast: { ngc: { keys: KEYS } } as unknown as Partial<Cast>,
  isContainer: false,
};
const CALL = `  curl -i -X POST 'http://127.0.0.1:6625/v2/nvcf/functions'`;
const BY_PATH = 'node /src/nv-auth-mock/dist/main.cjs';

describe('the first steps', () => {
  it('are a request with a key that lacks a right, the command that explains it, and a test', () => {
    expect(formatFirstSteps(STARTED)).toEqual([
      'in another terminal, try a request that will be refused, and see why:',
      `${CALL} -H 'Authorization: Bearer nvapi-reader'`,
      `  ${BY_PATH} why`,
      `write a first test: ${BY_PATH} init`,
    ]);
  });

  it.for([null, {}])('send no credential with the cast %j', (cast) => {
    expect(formatFirstSteps({ ...STARTED, cast })[1]).toBe(CALL);
  });

  it('run the installed command of the project', async ({ folder }) => {
    await mkdir(join(folder, 'node_modules/nv-auth-mock'), { recursive: true });

    expect(formatFirstSteps({ ...STARTED, folder }).slice(2)).toEqual([
      '  npx --no-install nv-auth-mock why',
      'write a first test: npx --no-install nv-auth-mock init',
    ]);
  });

  it('write no test into a clone', () => {
    expect(formatFirstSteps({ ...STARTED, folder: CLONE.path }).slice(2)).toEqual([
      '  npx --no-install nv-auth-mock why',
    ]);
  });

  it('use the address of the server, and ignore its unknown certificate', () => {
    const steps = formatFirstSteps({ ...STARTED, url: 'https://127.0.0.1:7000', port: 7000, host: '0.0.0.0' });

    expect(steps[1]).toContain("curl -ik -X POST 'https://127.0.0.1:7000/");
    expect(steps[2]).toBe(`  ${BY_PATH} why --port 7000 --host 0.0.0.0 --tls`);
  });

  it('are only the request in a container', () => {
    expect(formatFirstSteps({ ...STARTED, isContainer: true })).toEqual([
      'try a request that will be refused:',
      `${CALL} -H 'Authorization: Bearer nvapi-reader'`,
    ]);
  });
});
