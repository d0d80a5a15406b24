import { describe, expect, it } from 'vitest';
import { createKnownHosts } from '../../../src/addresses/hosts.ts';
import { Problem } from '../../../src/decisions/problem.ts';
import type { ReceivedBody } from '../../../src/http/bodies.ts';
import type { WorldAddress } from '../../../src/http/server.ts';
import {
  isSelectedByBody,
  createRoutedRequest as routedTo,
  selectWorld,
} from '../../../src/http/steps/select-world.ts';
import { createLimits } from '../../../src/http/transport/limits.ts';
import { incoming } from '../../support/incoming.ts';
import { toyRequest } from './toy-request.ts';

const JSON_TYPE = ['content-type', 'application/json'] as const;

interface Given {
  readonly door?: WorldAddress | null;
  readonly guard?: 'open' | 'admin';
  readonly selects?: 'body' | 'query';
  readonly withoutWorlds?: true;
  readonly makesWorld?: true;
  readonly routed?: boolean;
  readonly host?: string;
  readonly body?: string;
  readonly query?: Record<string, unknown>;
  readonly worlds?: object;
  readonly originGuard?: () => void;
}

/** A server with the worlds `default` and `team-a`; credentials that begin with `a` are of the latter. */
function placed({ door = null, guard = 'open', routed = true, host = 'mock', body, ...given }: Given = {}) {
  const reported: unknown[][] = [];
  const worldOf = (id: string) => ({
    id,
    clock: { now: () => 7 },
    hold: () => reported.push(['hold', id]),
  });
  const worlds = {
    default: worldOf('default'),
    isAlone: false,
    fault: () => null,
    has: (id: string) => id === 'team-a',
    isRemoved: () => false,
    find: (id: string) => (id === 'team-a' || id === 'default' ? worldOf(id) : undefined),
    ownersOf: ({ clientId = '' }) => (clientId.startsWith('a') ? ['team-a'] : []),
    ...given.worlds,
  };
  const client = (clientId: string) => ({ kind: 'client', clientId }) as const;
  const server = {
    worlds,
    addresses: { find: () => door },
    originGuard: {
      check: (_raw: unknown, guarded: string) => {
        reported.push(['check', guarded]);
        given.originGuard?.();
      },
    },
    hosts: createKnownHosts(['mock']),
    publicUrl: null,
    isTls: false,
    limits: createLimits({ bodyBytes: 100 }),
    extractors: [(line: string) => (line.startsWith('Basic ') ? client(line.slice(6)) : null)],
  };
  const { route } = toyRequest({
    route: {
      row: {
        id: 'row_of_toy',
        selects: given.selects,
        withoutWorlds: given.withoutWorlds,
        makesWorld: given.makesWorld,
      },
      rule: null,
    },
    service: { credentials: { fields: { client } } },
    operation: { body: 'required', bodyForm: 'json', uuidParams: [] },
  });
  const raw = incoming({
    method: 'POST',
    url: '/toys',
    headers: [
      ['host', host],
      ['authorization', 'Basic xyz'],
      ...(body === undefined ? [] : [JSON_TYPE, ['content-length', String(body.length)] as const]),
    ],
    ...(body !== undefined && { body }),
  });
  const destination = { guard, route: routed ? route : null, params: {}, query: given.query ?? {} };
  const request = routedTo(server as never, raw, destination);
  const isReceivedFirst = isSelectedByBody(server as never, request);
  const enter = async () => {
    const received: ReceivedBody | null =
      isReceivedFirst && body !== undefined ? { value: JSON.parse(body), text: body, fault: null } : null;
    return selectWorld(server as never, request, received);
  };
  return { reported, request, isReceivedFirst, enter };
}
const worldIn = async (given: Given) => {
  const { world, fault } = await placed(given).enter();
  return [world.id, fault?.kind ?? null];
};
const DOOR: WorldAddress = { kind: 'header', world: 'team-a' };

describe('a request leads', () => {
  it('to the world that it names', async () => {
    expect(await worldIn({ door: DOOR })).toEqual(['team-a', null]);
  });

  it('to none where it names one that is not there', async () => {
    expect(await worldIn({ door: { kind: 'header', world: 'x' } })).toEqual(['default', 'no_such_world']);
  });

  it('to the default one where its header names the world to make', async () => {
    const lead = async (given: Given) => {
      const { world, worldToMake, fault } = await placed({ makesWorld: true, ...given }).enter();
      return [world.id, worldToMake, fault?.kind ?? null];
    };
    const query = { selects: 'query', query: { client: 'a1' } } as const;

    expect(await lead({ door: { kind: 'header', world: 'x' } })).toEqual(['default', 'x', null]);
    expect(await lead({ door: DOOR })).toEqual(['default', 'team-a', null]);
    expect(await lead({ door: { kind: 'header', world: '' }, ...query })).toEqual(['default', '', null]);
    expect(await lead({ door: { kind: 'prefix', world: 'team-a' } })).toEqual(['team-a', null, null]);
    expect(await lead({ door: { kind: 'host', world: 'x' } })).toEqual(['default', null, 'no_such_world']);
    expect(await lead(query)).toEqual(['team-a', null, null]);
    expect(await lead({ door: DOOR, routed: false })).toEqual(['team-a', null, null]);
  });

  it('to that of its credential', async () => {
    expect(await worldIn({ selects: 'query', query: { client: 'a1' } })).toEqual(['team-a', null]);
    expect(await worldIn({ selects: 'body', body: '{"client":"a1"}' })).toEqual(['team-a', null]);
  });

  it('to the default one otherwise', async () => {
    expect(await worldIn({})).toEqual(['default', null]);
    expect(await worldIn({ selects: 'body', body: '{"client":"b1"}' })).toEqual(['default', null]);
    expect(await worldIn({ routed: false })).toEqual(['default', null]);
    expect(await worldIn({ selects: 'query', query: { client: 'a1' }, worlds: { isAlone: true } })).toEqual([
      'default',
      null,
    ]);
  });

  it('to the default one, if it may not come in', async () => {
    const originGuard = () => {
      throw new Problem('foreign_page');
    };

    expect(await worldIn({ door: DOOR, originGuard })).toEqual(['default', 'foreign_page']);
    expect(await worldIn({ selects: 'query', query: { client: 'a1' }, originGuard })).toEqual([
      'default',
      'foreign_page',
    ]);
    expect(await worldIn({ door: DOOR, host: 'a b' })).toEqual(['default', 'invalid_request']);
  });
});

describe('a request that has arrived', () => {
  it('holds its world, and knows under which name it was called and since when', async () => {
    const begin = performance.now();
    const { reported, enter } = placed({ door: DOOR, guard: 'admin' });
    const request = await enter();

    expect(reported).toEqual([
      ['check', 'admin'],
      ['hold', 'team-a'],
    ]);
    expect(request).toMatchObject({ origin: 'http://mock', openOrigin: 'http://mock/w/team-a', received: null });
    expect(request.startedAt).toBeGreaterThanOrEqual(begin);
  });

  it('has no name of the server, if it named none that can be one', async () => {
    const { origin, openOrigin } = await placed({ host: 'a b' }).enter();

    expect([origin, openOrigin]).toEqual(['', '']);
  });

  it('has its body received first only if that may name the world, and it may come in', () => {
    const originGuard = () => {
      throw new Problem('foreign_page');
    };
    const isReceivedFirst = (given: Given) => placed({ body: '{}', ...given }).isReceivedFirst;

    expect(isReceivedFirst({})).toBe(false);
    expect(isReceivedFirst({ selects: 'query' })).toBe(false);
    expect(isReceivedFirst({ selects: 'body', worlds: { isAlone: true } })).toBe(false);
    expect(isReceivedFirst({ selects: 'body', door: DOOR })).toBe(false);
    expect(isReceivedFirst({ selects: 'body', routed: false })).toBe(false);
    expect(isReceivedFirst({ selects: 'body', host: 'a b' })).toBe(false);
    expect(isReceivedFirst({ selects: 'body', originGuard })).toBe(false);
    expect(isReceivedFirst({ selects: 'body' })).toBe(true);
  });

  it('has the body that was received', async () => {
    const { received } = await placed({ selects: 'body', body: '{"client":"a1"}' }).enter();

    expect(received).toEqual({ value: { client: 'a1' }, text: '{"client":"a1"}', fault: null });
  });

  it('is not answered for a fault of the mock', () => {
    const originGuard = () => {
      throw new TypeError('broken');
    };

    expect(() => placed({ originGuard })).toThrow(TypeError);
  });
});

describe('a process that has no worlds', () => {
  const worlds = { fault: () => new Problem('unavailable', 'another process has them') };

  it('refuses every request, whatever it leads to', async () => {
    expect(await worldIn({ worlds })).toEqual(['default', 'unavailable']);
    expect(await worldIn({ worlds, door: DOOR })).toEqual(['default', 'unavailable']);
    expect(await worldIn({ worlds, routed: false })).toEqual(['default', 'unavailable']);
    expect(await worldIn({ worlds, selects: 'query', query: { client: 'a1' } })).toEqual(['default', 'unavailable']);
  });

  it('answers those that need no world', async () => {
    expect(await worldIn({ worlds, withoutWorlds: true })).toEqual(['default', null]);
  });

  it('refuses a request that may not come in for that reason', async () => {
    const originGuard = () => {
      throw new Problem('foreign_page');
    };

    expect(await worldIn({ worlds, originGuard })).toEqual(['default', 'foreign_page']);
  });
});
