import { describe, expect, it } from 'vitest';
import type { World } from '../../src/contract/world.ts';
import { RequestInWorld } from '../../src/http/request.ts';
import type { Server } from '../../src/http/server.ts';
import { createLimits } from '../../src/http/transport/limits.ts';
import { ask, BALL, key } from '../decisions/toy-law.ts';
import { incoming } from '../support/incoming.ts';

const OF_THE_SERVER = ['identityProvider', 'trustedIssuers', 'hosts', 'settings', 'rulesets'] as const;
const OF_THE_WORLD = ['tokens', 'store', 'verifiedTokens', 'random'] as const;
const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, { name }]));

const originGuard = { admits: (request: unknown, guard: string) => request === raw && guard === 'admin' };
const server = { ...named(OF_THE_SERVER), limits: createLimits(), originGuard } as unknown as Server;
const findings = {
  report: (kind: string, message: string, at: number) => {
    reported.push([kind, message, at]);
    return { kind, message };
  },
};
const reported: unknown[][] = [];
const world = { ...named(OF_THE_WORLD), findings, clock: { now: () => 7 } } as unknown as World;
const raw = incoming({
  method: 'PUT',
  headers: [
    ['X-Toy', 'ball'],
    ['x-toy', 'doll'],
  ],
});
const ORIGINS = { origin: 'http://a', openOrigin: 'http://a/w/b', namesWorld: false };
const request = () =>
  new RequestInWorld(
    server,
    world,
    { raw, route: null, params: {}, query: {}, worldToMake: null, startedAt: 0 },
    { fault: null, origins: ORIGINS, received: null },
  );

describe('a request in its world', () => {
  it('asks its server and its world for what they have', () => {
    const asked = request();

    for (const name of OF_THE_SERVER) expect(asked[name]).toBe(server[name]);
    for (const name of OF_THE_WORLD) expect(asked[name]).toBe(world[name]);
  });

  it('reports to the findings of its world, and knows what was reported', () => {
    const asked = request();
    expect(asked.findings.reported).toEqual([]);
    asked.findings.report('storage', 'full', 7);

    expect(reported).toEqual([['storage', 'full', 7]]);
    expect(asked.findings.reported).toEqual([{ kind: 'storage', message: 'full' }]);
    expect(request().findings.reported).toEqual([]);
  });

  it('has the time, the names, the method and the headers of its request', () => {
    const asked = request();

    expect(asked).toMatchObject({ now: 7, origin: 'http://a', openOrigin: 'http://a/w/b', method: 'PUT' });
    expect(asked.headerLines('x-toy')).toEqual(['ball', 'doll']);
  });

  it('lets whoever may use the switchboard read the cast', () => {
    expect(request().mayReadCast).toBe(true);
  });

  it('digests the body of its request', async () => {
    expect(await request().digest(10)).toMatchObject({ size: 0 });
  });

  it('tells what its caller may reach, once it is known who asks for what', () => {
    const asked = request();
    const accessRequest = ask({ needs: { all: ['play'] }, on: ['toy'] });

    expect(asked.mayAccess(BALL)).toBe(false);
    asked.accessRequest = accessRequest;
    expect(asked.mayAccess(BALL)).toBe(false);
    asked.caller = key(['play'], [{ type: 'toy', ids: ['ball'] }]);
    expect(asked.mayAccess(BALL)).toBe(true);
    asked.caller = key(['play'], [{ type: 'toy', ids: ['doll'] }]);
    expect(asked.mayAccess(BALL)).toBe(false);
  });
});
