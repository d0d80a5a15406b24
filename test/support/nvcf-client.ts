import { expect } from 'vitest';
import { castFunction, castKey } from './ngc-cast.ts';
import { type Answer, type TestServer, testServer } from './server.ts';

/** The accounts of the built-in cast. */
export const ACME = 'nca-acme-0001';
export const GLOBEX = 'nca-globex-0002';
/** An id that no object has. */
export const NOBODY = '00000000-0000-4000-8000-000000000000';

/** Keys of the built-in cast. */
export const FULL = castKey('nvcf-full-access').key;
export const FOREIGN = castKey('globex-full-access').key;

/** A version of a function. */
export interface Place {
  readonly functionId: string;
  readonly versionId: string;
}

/** Returns the first version of a function in the cast. */
export function placeOf(name: string): Place {
  const [first] = castFunction(name);
  if (first === undefined) throw new Error(`the cast has no function ${name}`);
  return first;
}

/** Returns `functions/{id}/versions/{id}`. */
export function inPath({ functionId, versionId }: Place): string {
  return `functions/${functionId}/versions/${versionId}`;
}

type Headers = Record<string, string>;

/** Sends requests with one key. Paths are below `/v2/nvcf` unless they start at the root. */
export type Caller = (request: string, body?: unknown, headers?: Headers) => Promise<Answer>;

/** A server, with an administrator key of each organisation. */
export interface NvcfServer extends TestServer {
  readonly acme: Caller;
  readonly globex: Caller;
  as(key: string): Caller;
  /** Creates a caller with a new service key, by default for All Functions. */
  withScopes(scopes: readonly string[], resource?: unknown): Promise<Caller>;
  /** Creates a function. */
  create(given?: Record<string, unknown>): Promise<Place>;
  /** Creates and deploys a function. */
  deployed(given?: Record<string, unknown>): Promise<Place>;
}

/** The required members of a specification. */
export const SPECIFICATION = { gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 2 };
/** The required members of a function. */
export const DEFINITION = { name: 'made', inferenceUrl: '/made', containerImage: 'nvcr.io/acme/made:1' };

/** Returns container variables in the form of a function. */
export function environment(variables: Record<string, string>) {
  return { containerEnvironment: Object.entries(variables).map(([key, value]) => ({ key, value })) };
}

export async function nvcfServer(...parts: Parameters<typeof testServer>): Promise<NvcfServer> {
  const server = await testServer(...parts);
  let keys = 0;
  const as = (key: string): Caller => {
    return (request, body, headers) => {
      const [method, path = ''] = request.split(' ');
      const full = path.startsWith('/') ? path : `/v2/nvcf/${path}`;
      return server.call(`${method} ${full}`, { token: key, body, ...(headers !== undefined && { headers }) });
    };
  };
  const acme = as(FULL);
  const create: NvcfServer['create'] = async (given = {}) => {
    const { body, status } = await acme('POST functions', { ...DEFINITION, ...given });
    expect(status, JSON.stringify(body)).toBe(200);
    return { functionId: body.function.id, versionId: body.function.versionId };
  };
  return {
    ...server,
    as,
    acme,
    globex: as(FOREIGN),
    withScopes: async (scopes, resource = { type: 'All Functions' }) => {
      const order = { type: 'service', name: `made-${++keys}`, services: ['nvcf'], scopes, resource };
      const { body, status } = await server.call('POST /_mock/keys', { body: order });
      expect(status, JSON.stringify(body)).toBe(201);
      return as(body.key);
    },
    create,
    deployed: async (given) => {
      const place = await create(given);
      await deploy(acme, place);
      return place;
    },
  };
}

/** Deploys a version with one specification. */
export async function deploy(caller: Caller, place: Place): Promise<Answer> {
  const answer = await caller(`POST deployments/${inPath(place)}`, { deploymentSpecifications: [SPECIFICATION] });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer;
}

const KINDS: Readonly<Record<number, readonly [kind: string, title: string]>> = {
  400: ['bad-request', 'Bad Request'],
  403: ['forbidden', 'Forbidden'],
  404: ['not-found', 'Not Found'],
  409: ['conflict', 'Conflict'],
};

type Refused = Pick<Answer, 'status' | 'body' | 'headers'>;

/** Returns the media type of a response, without parameters. */
export function mediaTypeOf({ headers }: Pick<Answer, 'headers'>): string {
  return String(headers['content-type']).split(';')[0] ?? '';
}

function reported({ status, headers, body }: Refused) {
  return { status, mediaType: mediaTypeOf({ headers }), body };
}

/** Returns the path of `GET path?query`, as in refusals. */
function instanceOf(request: string): string {
  const path = (request.split(' ')[1] ?? '').split('?')[0] ?? '';
  return path.startsWith('/') ? path : `/v2/nvcf/${path}`;
}

/** Expects a refusal by a decision, with exactly this text. */
export function expectProblem(answer: Refused, request: string, status: number, detail: unknown): void {
  const [kind, title] = KINDS[status] ?? [];
  expect(reported(answer), request).toEqual({
    status,
    mediaType: 'application/problem+json',
    body: {
      type: `urn:nv-boot:problem-details:${kind}`,
      title,
      status,
      detail,
      instance: instanceOf(request),
    },
  });
}

/** Expects a refusal because the request violates the document, with these words. */
export function expectInvalid(answer: Refused, request: string, ...words: readonly string[]): void {
  expect(reported(answer), request).toEqual({
    status: 400,
    mediaType: 'application/problem+json',
    body: {
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: expect.stringMatching(/^Validation failed: \[.+\]$/s),
      instance: instanceOf(request),
    },
  });
  for (const word of words) expect(answer.body.detail).toContain(word);
}

/** Expects a refusal by the vendor's framework. */
export function expectUntyped(answer: Refused, request: string, status: number, title: string): void {
  expect(reported(answer), request).toEqual({
    status,
    mediaType: 'application/problem+json',
    body: { type: 'about:blank', title, status, detail: expect.stringMatching(/\w/), instance: instanceOf(request) },
  });
}

/** Expects a refusal of the NGC gateway. */
export function expectGateway(answer: Refused, status: number, statusCode: string, statusDescription: unknown): void {
  expect(reported(answer)).toEqual({
    status,
    mediaType: 'application/json',
    body: {
      requestStatus: {
        statusCode,
        statusDescription,
        requestId: expect.stringMatching(/\w/),
        serverId: expect.stringMatching(/\w/),
      },
    },
  });
}

/** Expects a refusal of an unauthenticated request. */
export function expectUnauthorized(answer: Refused, challenge: unknown): void {
  expect({ status: answer.status, body: answer.body, challenge: answer.headers['www-authenticate'] }).toEqual({
    status: 401,
    body: undefined,
    challenge,
  });
  expect(answer.headers['content-type']).toBeUndefined();
}
