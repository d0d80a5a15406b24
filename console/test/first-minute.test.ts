/** What the first minute offers: data, without a browser. */
import './support/page.ts';
import { expect, it } from 'vitest';
import { listStarts } from '../src/state/first-minute.ts';
import type { Identity } from '../src/state/identities.ts';
import { findOperations } from '../src/state/operations.ts';

const BASE = 'http://localhost:6625';

const identity = (name: string, kind: string, services: readonly string[], credential: object | null, more = {}) => {
  const credentials = credential === null ? [] : [credential];
  return { id: name, name, kind, services, rights: '', credentials, ...more } as unknown as Identity;
};
const key = (name: string, services: readonly string[], status = 'active') =>
  identity(name, 'personal key', services, { kind: 'key', text: `nvapi-${name}` }, { key: { status } });

it('each API is reached as the first identity that works, with variables for a shell and the call of a test', () => {
  const identities = [
    key('late', ['nvcf'], 'expired'),
    identity('shown-once', 'personal key', ['nvcf'], null, { key: { status: 'active' } }),
    key('back\\slash', ['nvct']),
    key('owner', ['nvcf', 'air']),
    key('user', ['catalogue']),
    identity('ann@acme.test', 'user', ['runai'], { kind: 'client', id: 'c', secret: 's' }),
  ];
  const starts = listStarts(['runai', 'air', 'nvcf', 'nvct', 'catalogue'], identities);

  expect(starts.map(({ service, baseUrl, env, library }) => [service, baseUrl, env, library])).toEqual([
    [
      'runai',
      BASE,
      `export RUNAI_BASE_URL='${BASE}'\nexport RUNAI_CLIENT_ID='c'\nexport RUNAI_CLIENT_SECRET='s'\n`,
      "mock.cast.runai.users.find(({ email }) => email === 'ann@acme.test').accessKey",
    ],
    ['air', BASE, `export NGC_API_KEY='nvapi-owner'\nexport AIR_API_URL='${BASE}'\n`, "mock.key('owner')"],
    ['nvcf', BASE, `export NGC_API_KEY='nvapi-owner'\nexport NVCF_BASE_URL='${BASE}'\n`, "mock.key('owner')"],
    [
      'nvct',
      BASE,
      `export NGC_API_KEY='nvapi-back\\slash'\nexport NVCF_BASE_NVCT_URL='${BASE}'\n`,
      "mock.key('back\\\\slash')",
    ],
    [
      'catalogue',
      `${BASE}/integrate/v1`,
      `export NGC_API_KEY='nvapi-user'\nexport NVIDIA_BASE_URL='${BASE}/integrate/v1'\nexport NVIDIA_API_KEY='nvapi-user'\n`,
      "mock.key('user')",
    ],
  ]);
});

it.each([
  ['DEPLOY', undefined, ['createDeployment']],
  ['/v2/nvcf', undefined, ['createDeployment']],
  ['users:create', 'runai', ['create_user']],
  ['users:create', 'nvcf', []],
  ['', '', ['createDeployment', 'create_user']],
])('operations are found by name, path and needs, of one API or of all: %s, %s', (text, service, found) => {
  const all = [
    ['nvcf', 'createDeployment', 'Deploy', '`deploy_function`.', 'POST /v2/nvcf/x'] as const,
    ['runai', 'create_user', 'Create', '`users:create`.', 'POST /api/v1/users'] as const,
  ].map(([api, id, title, needs, route]) => ({ service: api, id, title, needs, route, evidence: [], request: null }));

  expect(findOperations(all, text, service).map(({ id }) => id)).toEqual(found);
});
