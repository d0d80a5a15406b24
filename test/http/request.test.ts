import { describe, expect, it } from 'vitest';
import type { World } from '../../src/contract/world.ts';
import { WorldRequest } from '../../src/http/request.ts';
import type { Server } from '../../src/http/server.ts';
import { createLimits } from '../../src/http/transport/limits.ts';
import { ask, BALL, key } from '../decisions/toy-law.ts';
import { toySecrets } from '../journal/toy-secrets.ts';
import { incoming } from '../support/incoming.ts';
import { ALLOWED } from './steps/toy-request.ts';

const SERVER_PARTS = ['identityProvider', 'trustedIssuers', 'hosts', 'settings', 'rulesets'] as const;
const WORLD_PARTS = ['tokens', 'store', 'verifiedTokens', 'random'] as const;
const createStubs = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, { name }]));

const originGuard = { admits: (request: unknown, guard: string) => request === raw && guard === 'admin' };
const server = { ...createStubs(SERVER_PARTS), limits: createLimits(), originGuard } as unknown as Server;
const world = {
  ...createStubs(WORLD_PARTS),
  activityLog: { secrets: toySecrets() },
  clock: { now: () => 7 },
} as unknown as World;
const raw = incoming({
  method: 'PUT',
  headers: [
    ['X-Toy', 'ball'],
    ['x-toy', 'doll'],
  ],
});
const ORIGINS = { origin: 'http://a', openOrigin: 'http://a/w/b', namesWorld: false };
const request = () =>
  new WorldRequest(
    server,
    world,
    { raw, route: null, params: {}, query: {}, startedAt: 0 },
    { fault: null, origins: ORIGINS, received: null },
  );

describe('a request in its world', () => {
  it('has the parts of its server and of its world', () => {
    const worldRequest = request();

    for (const name of SERVER_PARTS) expect(worldRequest[name]).toBe(server[name]);
    for (const name of WORLD_PARTS) expect(worldRequest[name]).toBe(world[name]);
  });

  it('has hints of its own', () => {
    const worldRequest = request();
    expect(worldRequest.hints.list).toEqual([]);
    worldRequest.hints.add('list_cut', 'It is long.');

    expect(worldRequest.hints.list).toEqual([{ code: 'list_cut', text: 'It is long.' }]);
    expect(request().hints.list).toEqual([]);
  });

  it('has the time, the origins, the method and the headers of its request', () => {
    const worldRequest = request();

    expect(worldRequest).toMatchObject({ now: 7, origin: 'http://a', openOrigin: 'http://a/w/b', method: 'PUT' });
    expect(worldRequest.headerLines('x-toy')).toEqual(['ball', 'doll']);
  });

  it('may read the cast if it may use the control API', () => {
    expect(request().mayReadCast).toBe(true);
  });

  it('digests its body', async () => {
    expect(await request().digest(10)).toMatchObject({ size: 0 });
  });

  it('grants access only once it was decided', () => {
    const worldRequest = request();
    const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy'] });
    const allow = (toy: string) => {
      const caller = key(['play'], [{ type: 'toy', ids: [toy] }]);
      worldRequest.access = { caller, accessRequest, decision: ALLOWED, target: undefined, use: null };
    };

    expect(worldRequest.mayAccess(BALL)).toBe(false);
    allow('ball');
    expect(worldRequest.mayAccess(BALL)).toBe(true);
    allow('doll');
    expect(worldRequest.mayAccess(BALL)).toBe(false);
  });
});
