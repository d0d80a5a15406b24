import { expect } from 'vitest';
import { castKey } from './ngc-cast.ts';
import { type Answer, type TestServer, testServer } from './server.ts';

/** An id that no object has. */
export const NOTHING = '00000000-0000-4000-8000-000000000000';

/** Objects of the built-in cast. */
export const LEAF_SPINE = '7c9d2e41-5b3a-4f68-9d12-3e8f6a0b0001';
export const RUNNING = '7c9d2e41-5b3a-4f68-9d12-3e8f6a0b0002';
export const GLOBEX_LAB = '7c9d2e41-5b3a-4f68-9d12-3e8f6a0b0003';
export const UBUNTU = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0001';
export const ACME_SWITCH = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0002';
export const GLOBEX_PRIVATE = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0003';
export const SYSTEM_NODE = '9e1f4a63-7d5c-4b8a-9f34-5a0b8c2d0001';

/** Metadata of a simulation whose states last a minute each. */
export const MINUTELY = '{"nv_auth_mock_step_time":"1m"}';

/** Lists, below `/api/v3`. */
export const SIMULATIONS = 'simulations/';
export const NODES = 'simulations/nodes/';
export const INTERFACES = 'simulations/nodes/interfaces/';
export const LINKS = 'simulations/nodes/interfaces/links/';
export const SERVICES = 'simulations/nodes/interfaces/services/';
export const INSTRUCTIONS = 'simulations/nodes/instructions/';
export const CHECKPOINTS = 'simulations/runs/checkpoints/';
export const RUNS = 'simulations/runs/';

// biome-ignore lint/suspicious/noExplicitAny: tests look into objects of every form
export type Thing = any;

/** Calls of one key: paths are below `/api/v3` unless they begin at the root. */
export type AirCaller = (request: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

/** A server, with administrator keys of both organisations. */
export interface AirServer extends TestServer {
  readonly admin: AirCaller;
  readonly reader: AirCaller;
  readonly globex: AirCaller;
  as(key: string): AirCaller;
  /** Creates a caller with a new service key with these scopes. */
  withScopes(...scopes: readonly string[]): Promise<AirCaller>;
  /** Returns the body of a response, which must have this status. */
  done(status: number, request: string, body?: unknown): Promise<Thing>;
  simulation(given?: Record<string, unknown>): Promise<Thing>;
  /** Creates a node, in a new simulation by default. */
  node(given?: Record<string, unknown>): Promise<Thing>;
  /** Creates an interface, on a new node by default. */
  interface(given?: Record<string, unknown>): Promise<Thing>;
  /** Returns all entries of a list, as the administrator. */
  all(list: string): Promise<readonly Thing[]>;
}

export async function airServer(...parts: Parameters<typeof testServer>): Promise<AirServer> {
  const server = await testServer(...parts);
  let made = 0;
  const as = (key: string): AirCaller => {
    return (request, body, headers) => {
      const [method, path = ''] = request.split(' ');
      const full = path.startsWith('/') ? path : `/api/v3/${path}`;
      return server.call(`${method} ${full}`, { token: key, body, ...(headers !== undefined && { headers }) });
    };
  };
  const admin = as(castKey('air-admin').key);
  const done: AirServer['done'] = async (status, request, body) => {
    const answer = await admin(request, body);
    expect(answer.status, `${request}: ${JSON.stringify(answer.body)}`).toBe(status);
    return answer.body;
  };
  const simulation: AirServer['simulation'] = (given) =>
    done(201, `POST ${SIMULATIONS}`, { name: `made-${++made}`, ...given });
  const node: AirServer['node'] = async (given = {}) => {
    const home = given['simulation'] ?? (await simulation()).id;
    return done(201, `POST ${NODES}`, { name: `node-${++made}`, ...given, simulation: home });
  };
  return {
    ...server,
    as,
    admin,
    reader: as(castKey('air-reader').key),
    globex: as(castKey('globex-air').key),
    withScopes: async (...scopes) => {
      const order = { type: 'service', name: `made-${++made}`, services: ['air'], scopes };
      const { body, status } = await server.call('POST /_mock/keys', { body: order });
      expect(status, JSON.stringify(body)).toBe(201);
      return as(body.key);
    },
    done,
    simulation,
    node,
    interface: async (given = {}) => {
      const home = given['node'] ?? (await node()).id;
      return done(201, `POST ${INTERFACES}`, { name: `eth${++made}`, ...given, node: home });
    },
    all: async (list) => {
      const joint = list.includes('?') ? '&' : '?';
      return (await done(200, `GET ${list}${joint}limit=1000`)).results;
    },
  };
}

/** Expects a refusal with exactly these members, and a text with these words. */
export function expectRefused(answer: Answer, status: number, ...words: readonly string[]): void {
  const isFault = status === 400;
  expect({ status: answer.status, body: answer.body }).toEqual({
    status,
    body: {
      detail: expect.any(String),
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ...(isFault && { type: expect.stringMatching(/^[A-Z_]+$/) }),
    },
  });
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  for (const word of words) expect(answer.body.detail).toContain(word);
}

export const NOT_AUTHENTICATED = 'Authentication credentials were not provided.';
export const NOT_PERMITTED = 'You do not have permission to perform this action.';
export const NOT_FOUND = 'No object matches the given query.';

export function idsOf(things: readonly Thing[]): string[] {
  return things.map(({ id }) => id);
}
