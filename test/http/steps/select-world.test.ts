import { describe, expect, it } from 'vitest';
import { Problem } from '../../../src/decisions/problem.ts';
import type { ReceivedBody } from '../../../src/http/bodies.ts';
import type { WorldAddress } from '../../../src/http/request-address.ts';
import { createRoutedRequest, selectWorld } from '../../../src/http/steps/select-world.ts';
import { createLimits } from '../../../src/http/transport/limits.ts';
import { createKnownHosts } from '../../../src/lib/hosts.ts';
import { toySecrets } from '../../journal/toy-secrets.ts';
import { incoming } from '../../support/incoming.ts';
import { toyRequest } from './toy-request.ts';

const JSON_TYPE = ['content-type', 'application/json'] as const;

interface Parts {
  readonly address?: WorldAddress | null;
  readonly guard?: 'open' | 'admin';
  readonly selects?: 'body' | 'query';
  readonly routed?: boolean;
  readonly host?: string;
  readonly body?: string;
  readonly query?: Record<string, unknown>;
  readonly worlds?: object;
  readonly originGuard?: () => void;
  readonly userAgents?: readonly string[];
  readonly conventions?: object;
}

/**
 * Creates a request to a server with the worlds `default` and `team-a`, which has the credentials that start with `a`.
 * `enter` selects its world.
 */
function createSelection({ address = null, guard = 'open', routed = true, host = 'mock', body, ...parts }: Parts = {}) {
  const calls: unknown[][] = [];
  const createWorld = (id: string) => ({
    id,
    clock: { now: () => 7 },
    activityLog: { secrets: toySecrets() },
    hold: () => calls.push(['hold', id]),
  });
  const defaultWorld = createWorld('default');
  const worlds = {
    default: defaultWorld,
    hasOneWorld: false,
    fault: () => null,
    has: (id: string) => id === 'team-a',
    isRemoved: () => false,
    find: (id: string) => (id === 'team-a' ? createWorld(id) : id === 'default' ? defaultWorld : undefined),
    ownersOf: ({ clientId = '' }) => (clientId.startsWith('a') ? ['team-a'] : []),
    ...parts.worlds,
  };
  const client = (clientId: string) => ({ kind: 'client', clientId }) as const;
  const server = {
    worlds,
    addresses: { find: () => address },
    originGuard: {
      check: (_raw: unknown, guarded: string) => {
        calls.push(['check', guarded]);
        parts.originGuard?.();
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
        selects: parts.selects,
      },
      rule: null,
    },
    service: { credentials: { fields: { client, other: client } }, conventions: parts.conventions },
    operation: { body: 'required', bodyForm: 'json', uuidParams: [] },
  });
  const raw = incoming({
    method: 'POST',
    url: '/toys',
    headers: [
      ['host', host],
      ['authorization', 'Basic xyz'],
      ...(parts.userAgents ?? []).map((agent) => ['user-agent', agent] as const),
      ...(body === undefined ? [] : [JSON_TYPE, ['content-length', String(body.length)] as const]),
    ],
    ...(body !== undefined && { body }),
  });
  const found = { route: routed ? route : null, params: {}, query: parts.query ?? {} };
  const request = createRoutedRequest(server as never, raw, guard, found);
  const enter = async () => {
    const received: ReceivedBody | null =
      parts.selects === 'body' && body !== undefined ? { value: JSON.parse(body), text: body, fault: null } : null;
    return selectWorld(server as never, request, received);
  };
  return { calls, request, enter };
}
const selectId = async (parts: Parts) => {
  const { world, fault } = await createSelection(parts).enter();
  return [world.id, fault?.kind ?? null];
};
const TEAM_A_BY_HEADER: WorldAddress = { kind: 'header', world: 'team-a' };

describe('a request selects', () => {
  it('the world that it names', async () => {
    expect(await selectId({ address: TEAM_A_BY_HEADER })).toEqual(['team-a', null]);
  });

  it('the default world, with the fault `no_such_world`, if the named world does not exist', async () => {
    expect(await selectId({ address: { kind: 'header', world: 'x' } })).toEqual(['default', 'no_such_world']);
  });

  it('the world of its credential', async () => {
    expect(await selectId({ selects: 'query', query: { client: 'a1' } })).toEqual(['team-a', null]);
    expect(await selectId({ selects: 'body', body: '{"client":"a1"}' })).toEqual(['team-a', null]);
  });

  it('the default world otherwise', async () => {
    expect(await selectId({})).toEqual(['default', null]);
    expect(await selectId({ selects: 'body', body: '{"client":"b1"}' })).toEqual(['default', null]);
    expect(await selectId({ routed: false })).toEqual(['default', null]);
    expect(await selectId({ selects: 'query', query: { client: 'a1' }, worlds: { hasOneWorld: true } })).toEqual([
      'default',
      null,
    ]);
  });

  it('the default world if it is rejected', async () => {
    const originGuard = () => {
      throw new Problem('foreign_page');
    };

    expect(await selectId({ address: TEAM_A_BY_HEADER, originGuard })).toEqual(['default', 'foreign_page']);
    expect(await selectId({ selects: 'query', query: { client: 'a1' }, originGuard })).toEqual([
      'default',
      'foreign_page',
    ]);
    expect(await selectId({ address: TEAM_A_BY_HEADER, host: 'a b' })).toEqual(['default', 'invalid_request']);
  });
});

describe('a request that has arrived', () => {
  it('holds its world and has its origin and its start time', async () => {
    const begin = performance.now();
    const { calls, enter } = createSelection({ address: TEAM_A_BY_HEADER, guard: 'admin' });
    const request = await enter();

    expect(calls).toEqual([
      ['check', 'admin'],
      ['hold', 'team-a'],
    ]);
    expect(request).toMatchObject({ origin: 'http://mock', openOrigin: 'http://mock/w/team-a' });
    expect(request.startedAt).toBeGreaterThanOrEqual(begin);
  });

  it('has no origin if its host is invalid', async () => {
    const { origin, openOrigin } = await createSelection({ host: 'a b' }).enter();

    expect([origin, openOrigin]).toEqual(['', '']);
  });

  it('has the received body', async () => {
    const { notes } = await createSelection({ selects: 'body', body: '{"client":"a1"}' }).enter();

    expect(notes.received).toEqual({ value: { client: 'a1' }, text: '{"client":"a1"}', fault: null });
  });

  it('throws an internal error of the origin guard', () => {
    const originGuard = () => {
      throw new TypeError('broken');
    };

    expect(() => createSelection({ originGuard })).toThrow(TypeError);
  });
});
