import {
  askServer,
  askWorld,
  checkOutput,
  createMachineClock,
  handleSignals,
  locateServerAndWorld,
  memberOf,
  parseDuration,
  prefixOf,
  type RunningServer,
  readCompareCredentials,
  rfc3339,
  type ServerFlags,
  showValue,
  UserError,
  writeOutput,
} from '../../../src/conformance-entry.ts';
import { compareSides } from '../compare/compare.ts';
import type { Side } from '../compare/credentials.ts';
import { type Plan, planFromDocument, planFromTraffic } from '../compare/plan.ts';
import { withWrongCredentials } from '../compare/probes.ts';
import { type DriftReport, formatLeftBehind, formatReport, formatRequests } from '../compare/report.ts';
import { type Recipient, sendRequest } from '../compare/send.ts';
import { exchangesIn, readHar } from '../traffic/har.ts';
import { archiveText } from './archive-text.ts';

/** The flags of `nv-auth-mock compare`. */
export type CompareFlags = ServerFlags & {
  /** The URL of the real service. */
  readonly against: string;
  readonly service: string;
  /** `cast`, `journal`, or a HAR file. */
  readonly from: string;
  /** The organisation of the real account. */
  readonly org?: string;
  readonly report?: string;
  /** How long to repeat reads after a write: a duration. */
  readonly patience: string;
  readonly write?: true;
  readonly dryRun?: true;
  readonly json?: true;
};

/** The prefix of the environment variables with credentials. */
const VARIABLE_PREFIX = 'NV_AUTH_MOCK_COMPARE_';

/**
 * Compares the responses of the real service and a running mock. The exit code is 1 if they differ, and 130 or 143 after
 * a signal.
 *
 * @throws UserError if a flag is invalid or a service can't be used
 */
export async function compare(compareFlags: CompareFlags): Promise<void> {
  const against = checkTarget(compareFlags.against);
  const patience = parseDuration(compareFlags.patience);
  if (patience === null) throw new UserError('--patience is not a duration, such as `30s` or `15m`.');
  const { url, world: worldId, port, host, adminToken, tls, tlsCa } = compareFlags;
  const { server, world } = await locateServerAndWorld({ url, world: worldId, port, host, adminToken, tls, tlsCa });
  // Called first because its errors explain what is wrong with the server or the world.
  const cast = await askWorld(server, world, '/cast', (body) => body);
  const { body: document } = await askServer(server, `/openapi/${compareFlags.service}.json`);
  const plan = withWrongCredentials(await createPlan(compareFlags, server, world, document), compareFlags.service);
  if (compareFlags.dryRun === true) {
    process.stdout.write(formatRequests(plan));
    return;
  }
  if (compareFlags.report !== undefined) await checkOutput('--report', compareFlags.report);
  const expiredKeys = () => askWorld(server, world, '/keys', expiredKeyIds);
  const recipient = { ...server, url: `${server.url}${prefixOf(world)}` };
  const mock = await createMockSide(recipient, cast, compareFlags, expiredKeys);
  const { token, expired, clientId } = credentialsFor(compareFlags.service);
  process.stderr.write(`To ${against}:\n${token === null ? `${TOKEN_REQUEST_LINE}\n` : ''}${formatRequests(plan)}`);
  const realToken = token ?? (await requestToken(against));
  const real = { url: against, token: realToken, expired, clientId, org: compareFlags.org ?? realmOf(realToken) };
  const stop = new AbortController();
  const abandon = new AbortController();
  const onStop = (exitCode: number) => {
    if (compareFlags.write === true) process.stderr.write(STOPPING_MESSAGE);
    stop.abort(exitCode);
  };
  handleSignals(onStop, () => abandon.abort());
  const signals = { stop: stop.signal, abandon: abandon.signal };
  const report = await compareSides(compareFlags.service, plan, real, mock, { document, patience, ...signals });
  await printReport(report, compareFlags);
  if (stop.signal.aborted) process.exitCode = stop.signal.reason;
  else if (report.stopped !== null) throw new UserError(report.stopped);
}

const STOPPING_MESSAGE =
  'Stopping, and deleting the objects that were created. Press Ctrl-C again to stop now and list what is left.\n';

async function printReport(report: DriftReport, { json, report: file, against }: CompareFlags): Promise<void> {
  // Printed first because the report may not be writable.
  process.stderr.write(formatLeftBehind(report));
  const text = json === true ? reportAsJson(report, against) : formatReport(report);
  if (file === undefined) process.stdout.write(text);
  else await writeOutput('--report', file, text);
  if (report.differences.some(({ kind }) => kind === 'behaviour')) process.exitCode = 1;
}

function reportAsJson(report: DriftReport, against: string): string {
  const date = rfc3339(createMachineClock().now()).slice(0, 10);
  return `${JSON.stringify({ against: new URL(against).host, date, ...report }, null, 2)}\n`;
}

function checkTarget(url: string): string {
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new UserError('--against is not an http or https URL, such as `https://acme.run.ai`.');
  const { search, hash, origin, pathname } = new URL(url);
  // Also refuse an `@` in the path: a password may contain a `/`.
  if (search + hash !== '' || url.includes('@'))
    throw new UserError('--against must have no credentials, query or fragment. Set credentials in the environment.');
  return `${origin}${pathname.replace(/\/$/, '')}`;
}

async function createPlan(
  { from, write }: CompareFlags,
  server: RunningServer,
  world: string | null,
  document: unknown,
): Promise<Plan> {
  const mayWrite = write === true;
  if (from === 'cast') return planFromDocument(document, mayWrite);
  if (from === 'journal') {
    const archive = await askWorld(server, world, '/requests/har', (body) => body);
    return planFromTraffic([...exchangesIn(archive, 'The journal')], mayWrite, document);
  }
  const exchanges = readHar(await archiveText(from, '--from'), showValue(from));
  return planFromTraffic(exchanges, mayWrite, document);
}

/** Returns the mock with the administrator's bearer token for Run:ai, and with the first key of any other service. */
async function createMockSide(
  mock: Recipient,
  cast: object,
  { service, from }: CompareFlags,
  expiredKeys: () => Promise<readonly unknown[]>,
): Promise<Side> {
  const isRunai = service === 'runai';
  const list = memberOf(memberOf(cast, isRunai ? 'runai' : 'ngc'), isRunai ? 'users' : 'keys');
  const all: readonly unknown[] = Array.isArray(list) ? list : [];
  const isOfService = (entry: unknown) => [memberOf(entry, 'services')].flat().includes(service);
  const caller = all.find(isOfService) ?? all[0];
  const token = memberOf(caller, isRunai ? 'bearer' : 'key');
  if (typeof token !== 'string')
    throw new UserError("The mock's world has no administrator. Use a world with the built-in cast.");
  const { expired, clientId } = readCompareCredentials();
  const findExpired = async () => {
    if (isRunai) return requestExpiredToken(mock, memberOf(caller, 'id'));
    const ids = await expiredKeys();
    return memberOf(
      all.find((key) => isOfService(key) && ids.includes(memberOf(key, 'id'))),
      'key',
    );
  };
  // If the user gives none for the real service, both sides use one that is derived from the valid credential.
  const mockExpired = expired === null ? null : await findExpired();
  return {
    ...mock,
    token,
    hasIds: from === 'cast' || from === 'journal',
    expired: typeof mockExpired === 'string' ? mockExpired : null,
    clientId: isRunai && clientId !== null ? firstClientId(cast) : null,
  };
}

function expiredKeyIds(body: object): readonly unknown[] {
  const keys = memberOf(body, 'keys');
  return (Array.isArray(keys) ? keys : []).flatMap((key: unknown) =>
    memberOf(key, 'status') === 'expired' ? [memberOf(key, 'id')] : [],
  );
}

function firstClientId(cast: object): string | null {
  const accounts = memberOf(memberOf(cast, 'runai'), 'serviceAccounts');
  const id = memberOf(Array.isArray(accounts) ? accounts[0] : null, 'clientId');
  return typeof id === 'string' ? id : null;
}

/** Requests an expired token from the control API; null if it refuses. */
async function requestExpiredToken(mock: Recipient, id: unknown): Promise<string | null> {
  const body = JSON.stringify({ for: id, expiresIn: '-1s' });
  const response = await sendRequest(
    mock,
    { method: 'POST', url: '/_mock/tokens', mediaType: 'application/json', body },
    null,
  );
  return /"token"\s*:\s*"([^"]{1,20000})"/.exec(response.text)?.[1] ?? null;
}

/** Returns the credentials of the real service. If the token is null, request one with the client. */
function credentialsFor(service: string) {
  const credentials = readCompareCredentials();
  const { token, clientId, clientSecret } = credentials;
  if (token === null && (service !== 'runai' || clientId === null || clientSecret === null))
    throw new UserError(
      `Set ${VARIABLE_PREFIX}TOKEN, or for Run:ai ${VARIABLE_PREFIX}CLIENT_ID and ${VARIABLE_PREFIX}CLIENT_SECRET.`,
    );
  return credentials;
}

/** Returns the realm in the issuer of a Run:ai token; null for any other credential. */
function realmOf(token: string): string | null {
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  return /"iss"\s*:\s*"[^"]{1,500}\/realms\/([^"/]{1,200})"/.exec(claims)?.[1] ?? null;
}

const TOKEN_REQUEST_LINE = 'POST /api/v1/token (with the client from the environment)';

/** Requests a token with the client from the environment. */
async function requestToken(url: string): Promise<string> {
  const { clientId, clientSecret } = readCompareCredentials();
  const body = JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret });
  const request = { method: 'POST', url: '/api/v1/token', mediaType: 'application/json', body };
  const response = await sendRequest({ url }, request, null).catch((cause: Error) => {
    throw new UserError(`--against ${url} does not respond: ${cause.message.slice(0, 200)}.`, { cause });
  });
  const token = response.status === 200 ? /"accessToken"\s*:\s*"([^"]{1,20000})"/.exec(response.text)?.[1] : undefined;
  if (token !== undefined) return token;
  throw new UserError(
    `--against ${url} refuses the client from the environment (${response.status}). Nothing else was sent.`,
  );
}
