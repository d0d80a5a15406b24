import type { HTTPMethods } from 'fastify';
import { afterAll, onTestFinished } from 'vitest';
import { createConfig } from '../../src/app/config.ts';
import type { ServerParts } from '../../src/app/inputs.ts';
import type { Config } from '../../src/app/options.ts';
import { buildServer, type MockServer, type StartupInfo } from '../../src/app/server.ts';
import { createManualClock, type ManualClock } from '../../src/lib/clock.ts';
import { createLineLog } from '../../src/lib/log.ts';
import { createSeededRandom } from '../../src/lib/random.ts';
import { SeedStates } from '../../src/worlds/seed-states.ts';
import type { CastUser } from './cast.ts';
import { vendorSchemas } from './vendor-schemas.ts';

/** Shared, because most tests start with the same rows. */
export const SEED_STATES = new SeedStates();

/** The time at which every test starts. */
export const START = Date.UTC(2026, 0, 15, 12);

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
  readonly body: any;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The parsed `x-mock-decision` header; null without it. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly decision: any;
}

export interface Request {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/**
 * A server under test, in process and with a frozen clock. An answer that violates our document or the vendor's fails.
 */
export interface TestServer extends Omit<MockServer, 'begun'>, StartupInfo {
  readonly clock: ManualClock;
  /** Sends a request such as `GET /path`. A body that is not a string is sent as JSON. */
  call(request: string, parts?: Request): Promise<Answer>;
  /** Sends a token request. */
  grant(body: unknown): Promise<Answer>;
  /** Returns an access token for a user's access key. */
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

/** Transports requests to a server, and its answers back. */
export type Transport = (server: MockServer) => Promise<(method: string, url: string, sent: Sent) => Promise<Received>>;

const inProcess: Transport =
  async ({ app }) =>
  (method, url, sent) =>
    app.inject({ method: method as HTTPMethods, url, ...sent });

/** Builds a server that is closed after its test, or after the tests of the file. */
export async function testServer(
  config: Partial<Config> = {},
  parts: Partial<ServerParts> = {},
  transport = inProcess,
): Promise<TestServer> {
  const clock = createManualClock(START);
  const server = await buildTestServer(config, { clock, random: createSeededRandom('test'), ...parts });
  closeAfterUse(() => server.close());
  return createTestServer(server, clock, parts.offDocument === undefined ? config : null, transport);
}

/** Builds a server that the test closes itself, so that one test can use many in sequence. */
export async function openServer(
  config: Partial<Config>,
  parts: Partial<ServerParts> & { readonly clock: ManualClock },
): Promise<TestServer> {
  return createTestServer(await buildTestServer(config, parts), parts.clock, config);
}

function buildTestServer(config: Partial<Config>, parts: Partial<ServerParts>): Promise<MockServer> {
  return buildServer({
    effective: createConfig(config),
    offDocument: 'throw',
    seedStates: SEED_STATES,
    log: (worldClock) => createLineLog('error', false, worldClock, (line) => process.stderr.write(line)),
    ...parts,
  });
}

/** @param config selects the vendor's documents; null if a test wants answers that violate them */
async function createTestServer(
  server: MockServer,
  clock: ManualClock,
  config: Partial<Config> | null,
  transport = inProcess,
): Promise<TestServer> {
  const send = await transport(server);
  const vendorFaults = config === null ? () => [] : vendorSchemas(config);
  const call: TestServer['call'] = async (request, given = {}) => {
    const [method = '', url = ''] = request.split(' ');
    const response = await send(method, url, createOptions(given));
    const decision = response.headers['x-mock-decision'];
    // Not `expect`, which would dominate the time of tests that send thousands of requests.
    if (response.statusCode === 500) throw new Error(`${request} failed inside: ${response.body}`);
    const body = parseBody(response);
    // A fault's custom answer comes from the test.
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
    ...server.startup,
    clock,
    call,
    grant,
    tokenOf: async ({ accessKey: { clientId, clientSecret } }) => {
      const { body } = await grant({ grantType: 'client_credentials', clientId, clientSecret });
      return body.accessToken;
    },
  };
}

/** Returns a server to its initial state and time, which is much cheaper than a new server per test. */
export async function resetTestServer<Server extends TestServer>(server: Server): Promise<Server> {
  server.clock.set(START);
  await server.call('POST /_mock/reset');
  return server;
}

/** Closes a server after the test that built it, because files build dozens; otherwise after the tests of the file. */
function closeAfterUse(close: () => Promise<void>): void {
  try {
    onTestFinished(close);
  } catch {
    afterAll(close);
  }
}

/** Parses a JSON body; other bodies stay text. */
function parseBody({ body, headers }: Received): unknown {
  if (body === '') return undefined;
  return /[/+]json/.test(String(headers['content-type'])) ? JSON.parse(body) : body;
}

function createOptions({ token, body, headers }: Request): Sent {
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
