import { expect } from 'vitest';
import type { Answer, Request, TestServer } from './server.ts';

/** A world of a server under test. */
export interface TestWorld {
  readonly id: string;
  readonly url: string;
  /** What `POST /_mock/worlds` answered. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
  readonly made: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly cast: any;
  /** Sends requests below the world's prefix. */
  readonly call: TestServer['call'];
}

/** What `POST /_mock/worlds` answers. */
export function orderWorld(server: Pick<TestServer, 'call'>, order: object = {}): Promise<Answer> {
  return server.call('POST /_mock/worlds', { body: order });
}

/** Creates a world, with its own credentials unless the order differs. */
export async function makeWorld(server: Pick<TestServer, 'call'>, order: object = {}): Promise<TestWorld> {
  const { status, body } = await orderWorld(server, order);
  expect(status, JSON.stringify(body)).toBe(201);
  const { id, url, cast } = body;
  return { id, url, made: body, cast, call: DOORS.prefix(server, id) };
}

type Door = (server: Pick<TestServer, 'call'>, world: string) => TestServer['call'];

/** The ways in which a request can select a world. */
export const DOORS = {
  prefix: (server, world) => (request, parts) => {
    const [method, path] = request.split(' ');
    return server.call(`${method} /w/${world}${path}`, parts);
  },
  host: (server, world) => (request, parts) =>
    server.call(request, withHeader(parts, 'host', `${world}.localhost:6625`)),
  header: (server, world) => (request, parts) => server.call(request, withHeader(parts, 'x-mock-world', world)),
} as const satisfies Record<string, Door>;

export const DOOR_NAMES = Object.keys(DOORS) as (keyof typeof DOORS)[];

function withHeader(parts: Request = {}, name: string, value: string): Request {
  return { ...parts, headers: { [name]: value, ...parts.headers } };
}

/** Returns a token for an access key of a cast. */
export async function tokenOf(
  call: TestServer['call'],
  { clientId, clientSecret }: { readonly clientId: string; readonly clientSecret: string },
): Promise<string> {
  const answer = await call('POST /api/v1/token', {
    body: { grantType: 'client_credentials', clientId, clientSecret },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.accessToken;
}

/** Returns the claims of a JWT. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into claims of every form
export function claimsOf(token: string): any {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

/** Returns a cast without its bearers, which name their world. */
export function withoutBearers(cast: object): unknown {
  return JSON.parse(JSON.stringify(cast), (name, value) => (name === 'bearer' ? undefined : value));
}
