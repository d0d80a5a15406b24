import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { castKey } from './ngc-cast.ts';
import { type Answer, type TestServer, testServer } from './server.ts';

/** Sends requests with one key. Paths are below `/api/v3/`. */
export type AirCaller = (request: string, body?: unknown) => Promise<Answer>;

/** The required members of an image. */
export const IMAGE = {
  name: 'my-switch',
  version: '1.0',
  default_username: 'cumulus',
  default_password: 'secret-word',
} as const;

/** An id that no object has. */
export const NO_ID = '00000000-0000-4000-8000-000000000000';

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A started upload. */
export interface StartedUpload {
  readonly upload_id: string;
  readonly part_urls: readonly { readonly part_number: number; readonly url: string }[];
  readonly chunk_size: number;
}

/** A part in a completion request. */
export interface SentPart {
  readonly part_number: number;
  readonly etag: string;
}

/** A server, with an administrator key of each organisation. */
export interface AirImagesServer extends TestServer {
  readonly acme: AirCaller;
  readonly globex: AirCaller;
  as(key: string): AirCaller;
  /** Creates a caller with a new service key. */
  withScopes(scopes: readonly string[], org?: string): Promise<AirCaller>;
  /** Creates a caller with a new personal key of a user with these roles. */
  withRoles(roles: readonly string[], user: string, org?: string): Promise<AirCaller>;
  /** Creates an image in acme, and returns its id. */
  image(given?: Record<string, unknown>): Promise<string>;
  /** Starts an upload of these bytes. */
  start(id: string, bytes: Buffer, hash?: string): Promise<StartedUpload>;
  /** Uploads bytes to the URL of a part, without a key. */
  put(url: string, bytes: Buffer): Promise<{ status: number; etag: string; body: string }>;
  /** Creates an image in acme with a completed upload, and returns its id. */
  uploaded(given?: Record<string, unknown>, bytes?: Buffer): Promise<string>;
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Splits bytes into the parts of an upload. */
export function chunksOf(bytes: Buffer, { part_urls, chunk_size }: StartedUpload): readonly Buffer[] {
  return part_urls.map((_, index) => bytes.subarray(index * chunk_size, (index + 1) * chunk_size));
}

export async function airImagesServer(...parts: Parameters<typeof testServer>): Promise<AirImagesServer> {
  const server = await testServer(...parts);
  let keys = 0;
  const as = (token: string): AirCaller => {
    return (request, body) => {
      const [method, path] = request.split(' ');
      return server.call(`${method} /api/v3/${path}`, { token, body });
    };
  };
  const keyOf = async (given: Record<string, unknown>) => {
    keys += 1;
    const body = { name: `made-${keys}`, services: ['air'], force: true, ...given };
    const answer = await server.call('POST /_mock/keys', { body });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return as(answer.body.key);
  };
  const acme = as(castKey('air-admin').key);
  const image: AirImagesServer['image'] = async (given = {}) => {
    const { status, body } = await acme('POST images/', { ...IMAGE, ...given });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.id;
  };
  const start: AirImagesServer['start'] = async (id, bytes, hash = sha256(bytes)) => {
    const { status, body } = await acme(`PATCH images/${id}/start-upload/`, { hash, size: bytes.length });
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  };
  const put: AirImagesServer['put'] = async (url, bytes) => {
    const { pathname } = new URL(url);
    const headers = { host: 'localhost:6625' };
    const response = await server.app.inject({ method: 'PUT', url: pathname, payload: bytes, headers });
    return { status: response.statusCode, etag: String(response.headers['etag'] ?? ''), body: response.body };
  };
  return {
    ...server,
    acme,
    globex: as(castKey('globex-air').key),
    as,
    withScopes: (scopes, org = 'acme') => keyOf({ type: 'service', scopes, org }),
    withRoles: (roles, user, org = 'acme') => keyOf({ type: 'personal', roles, user, org }),
    image,
    start,
    put,
    uploaded: async (given, bytes = Buffer.from('an image')) => {
      const id = await image(given);
      const started = await start(id, bytes);
      const sent = await Promise.all(
        chunksOf(bytes, started).map(async (chunk, index): Promise<SentPart> => {
          const { etag } = await put(started.part_urls[index]?.url ?? '', chunk);
          return { part_number: index + 1, etag };
        }),
      );
      const { status, body } = await acme(`PATCH images/${id}/complete-upload/`, { parts: sent });
      expect(status, JSON.stringify(body)).toBe(200);
      return id;
    },
  };
}

/** Expects a refusal in Air's format. */
export function expectRefusal({ status, body }: Answer, expected: number, detail?: string | RegExp): void {
  expect({ status, body }).toEqual({
    status: expected,
    body: {
      detail: detail === undefined ? expect.any(String) : expect.stringMatching(detail),
      request_id: expect.stringMatching(UUID),
      ...(expected === 400 && { type: expect.any(String) }),
    },
  });
}

export const NOT_PERMITTED = /^You do not have permission to perform this action\.$/;
export const NOT_FOUND = /^No object matches the given query\.$/;
