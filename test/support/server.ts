import type { HTTPMethods } from 'fastify';
import { afterAll, onTestFinished } from 'vitest';
import type { ServerParts } from '../../src/app/inputs.ts';
import { type Begun, buildServer, type MockServer } from '../../src/app/server.ts';
import { createConfig } from '../../src/config/config.ts';
import type { Config } from '../../src/config/options.ts';
import { lineLog } from '../../src/diagnostics/log.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { type ManualClock, manualClock } from '../../src/time/clock.ts';
import { Beginnings } from '../../src/worlds/beginnings.ts';
import type { CastUser } from './cast.ts';
import { vendorSchemas } from './vendor-schemas.ts';

/** Most tests begin with the same rows, so they are made once. */
export const BEGINNINGS = new Beginnings();

/** When every test begins. */
export const START = Date.UTC(2026, 0, 15, 12);

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
  /** What `x-mock-decision` says; null without that header. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly decision: any;
}

export interface Request {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** A server under test: in process, at a standing clock. An answer that does not fit our document, or the vendor's, fails. */
export interface TestServer extends Omit<MockServer, 'begun'>, Begun {
  readonly clock: ManualClock;
  /** Sends `GET /path`. A body that is no string is sent as JSON. */
  call(request: string, parts?: Request): Promise<Answer>;
  /** The answer to a token request. */
  grant(body: unknown): Promise<Answer>;
  /** An access token of a user's own access key. */
  tokenOf(user: CastUser): Promise<string>;
}

interface Sent {
  readonly headers: Record<string, string>;
  readonly payload?: string;
}

interface Received {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** How requests come to a server, and its answers back. */
export type Transport = (server: MockServer) => Promise<(method: string, url: string, sent: Sent) => Promise<Received>>;

const inProcess: Transport =
  async ({ app }) =>
  (method, url, sent) =>
    app.inject({ method: method as HTTPMethods, url, ...sent });

/** Builds a server, and closes it after the test that builds it, or after the file's tests. */
export async function testServer(
  config: Partial<Config> = {},
  parts: Partial<ServerParts> = {},
  transport = inProcess,
): Promise<TestServer> {
  const clock = manualClock(START);
  const server = await built(config, { clock, random: seededRandom('test'), ...parts });
  closeAfterUse(() => server.close());
  return driven(server, clock, parts.offDocument === undefined ? config : null, transport);
}

/** Builds a server that its test closes, so that many can follow each other in one test. */
export async function openServer(
  config: Partial<Config>,
  parts: Partial<ServerParts> & { readonly clock: ManualClock },
): Promise<TestServer> {
  return driven(await built(config, parts), parts.clock, config);
}

function built(config: Partial<Config>, parts: Partial<ServerParts>): Promise<MockServer> {
  return buildServer({
    effective: createConfig(config),
    offDocument: 'throw',
    beginnings: BEGINNINGS,
    log: (worldClock) => lineLog('error', false, worldClock, (line) => process.stderr.write(line)),
    ...parts,
  });
}

/** @param config for the vendor's documents; null where a test asks for answers that do not fit */
async function driven(
  server: MockServer,
  clock: ManualClock,
  config: Partial<Config> | null,
  transport = inProcess,
): Promise<TestServer> {
  const send = await transport(server);
  const vendorFaults = config === null ? () => [] : vendorSchemas(config);
  const call: TestServer['call'] = async (request, given = {}) => {
    const [method = '', url = ''] = request.split(' ');
    const response = await send(method, url, optionsOf(given));
    const decision = response.headers['x-mock-decision'];
    // No `expect`, which takes as long as a step of the request, in tests that send thousands.
    if (response.statusCode === 500) throw new Error(`${request} failed inside: ${response.body}`);
    const body = bodyOf(response);
    // An answer of a fault's own is a test's.
    const isOwn = response.headers['content-security-policy'] === 'sandbox';
    const [fault] = isOwn ? [] : vendorFaults({ request, status: response.statusCode, body });
    if (fault !== undefined) throw new Error(`${fault}. The answer was ${response.body}`);
    return {
      status: response.statusCode,
      body,
      headers: response.headers,
      decision: decision === undefined ? null : JSON.parse(String(decision)),
    };
  };
  const grant: TestServer['grant'] = (body) => call('POST /api/v1/token', { body });
  return {
    ...server,
    ...(await server.begun()),
    clock,
    call,
    grant,
    tokenOf: async ({ accessKey: { clientId, clientSecret } }) => {
      const { body } = await grant({ grantType: 'client_credentials', clientId, clientSecret });
      return body.accessToken;
    },
  };
}

/** The same server with the state and the time that it began with: much cheaper than another one for each test. */
export async function afresh<Server extends TestServer>(server: Server): Promise<Server> {
  server.clock.set(START);
  await server.call('POST /_mock/reset');
  return server;
}

/** Closes servers after the test that built them, because files build dozens; what no test built, after those of its file. */
function closeAfterUse(close: () => Promise<void>): void {
  try {
    onTestFinished(close);
  } catch {
    afterAll(close);
  }
}

/** JSON as a value, anything else as text. */
function bodyOf({ body, headers }: Received): unknown {
  if (body === '') return undefined;
  return /[/+]json/.test(String(headers['content-type'])) ? JSON.parse(body) : body;
}

function optionsOf({ token, body, headers }: Request): Sent {
  const isText = typeof body === 'string' || body === undefined;
  return {
    headers: {
      host: 'localhost:6625',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { payload: isText ? String(body) : JSON.stringify(body) }),
  };
}
