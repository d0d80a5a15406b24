import {
  askRunning,
  askWorld,
  checkOutput,
  compareCredentials,
  type FlagTexts,
  machineClock,
  memberOf,
  onSignals,
  parseDuration,
  prefixOf,
  type Running,
  rfc3339,
  runningWorld,
  showValue,
  Unusable,
  writeOutput,
} from '../../../src/conformance-entry.ts';
import { compareSides } from '../compare/compare.ts';
import type { Side } from '../compare/credentials.ts';
import { type Plan, planOfDocument, planOfTraffic } from '../compare/plan.ts';
import { withWrongCredentials } from '../compare/probes.ts';
import { type DriftReport, driftReport, leftList, requestList } from '../compare/report.ts';
import { play } from '../compare/send.ts';
import { exchangesIn, readHar } from '../traffic/har.ts';
import { archiveText } from './archive-text.ts';

/** The flags of `nv-auth-mock compare`, in addition to those of the configuration. */
export interface CompareFlags {
  readonly against: string;
  readonly service: string;
  /** `cast`, `journal`, or a HAR file. */
  readonly from: string;
  /** The organisation of the real account. */
  readonly org?: string;
  readonly url?: string;
  readonly world?: string;
  readonly report?: string;
  /** A duration. */
  readonly patience: string;
  readonly write?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

const VARIABLE = 'NV_AUTH_MOCK_COMPARE_';

/**
 * Compares the responses of the real service and a running mock. The exit code is 1 if they differ, and 130 or 143 after
 * a signal.
 *
 * @throws Unusable if a flag is invalid or a service can't be used
 */
export async function compare(given: CompareFlags, flags: FlagTexts): Promise<void> {
  const against = targetOf(given.against);
  const patience = parseDuration(given.patience);
  if (patience === null) throw new Unusable('--patience is not a duration, such as `30s` or `15m`.');
  const { server, world } = await runningWorld(flags, given.url ?? null, given.world ?? null);
  // Called first because its errors explain what is wrong with the server or the world.
  const cast = await askWorld(server, world, '/cast', (body) => body);
  const { body: document } = await askRunning(server, `/openapi/${given.service}.json`);
  const plan = withWrongCredentials(await planFrom(given, server, world, document), given.service);
  if (given.dryRun === true) {
    process.stdout.write(requestList(plan));
    return;
  }
  if (given.report !== undefined) await checkOutput('--report', given.report);
  const expiredKeys = () => askWorld(server, world, '/keys', expiredIn);
  const mock = await mockSide(`${server.url}${prefixOf(world)}`, cast, given, expiredKeys);
  const { token, expired, clientId } = credentialsFor(given.service);
  process.stderr.write(`To ${against}:\n${token === null ? `${TOKEN_REQUEST}\n` : ''}${requestList(plan)}`);
  const bearer = token ?? (await exchanged(against));
  const real = { url: against, token: bearer, expired, clientId, org: given.org ?? realmOf(bearer) };
  const [stop, abandon] = [new AbortController(), new AbortController()];
  const onStop = (exitCode: number) => {
    if (given.write === true) process.stderr.write(STOPPING);
    stop.abort(exitCode);
  };
  onSignals(onStop, () => abandon.abort());
  const signals = { stop: stop.signal, abandon: abandon.signal };
  const report = await compareSides(given.service, plan, real, mock, { document, patience, ...signals });
  await tell(report, given);
  if (stop.signal.aborted) process.exitCode = stop.signal.reason;
  else if (report.stopped !== null) throw new Unusable(report.stopped);
}

const STOPPING =
  'Stopping, and deleting the objects that were created. Press Ctrl-C again to stop now and list what is left.\n';

async function tell(report: DriftReport, { json, report: file, against }: CompareFlags): Promise<void> {
  // Printed first, in case the report can't be written.
  process.stderr.write(leftList(report));
  const text = json === true ? inJson(report, against) : driftReport(report);
  if (file === undefined) process.stdout.write(text);
  else await writeOutput('--report', file, text);
  if (report.differences.some(({ kind }) => kind === 'behaviour')) process.exitCode = 1;
}

function inJson(report: DriftReport, against: string): string {
  const date = rfc3339(machineClock().now()).slice(0, 10);
  return `${JSON.stringify({ against: new URL(against).host, date, ...report }, null, 2)}\n`;
}

function targetOf(url: string): string {
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new Unusable('--against is not an http or https URL, such as `https://acme.run.ai`.');
  const { search, hash, origin, pathname } = new URL(url);
  // An `@` in the path may belong to a password.
  if (search + hash !== '' || url.includes('@'))
    throw new Unusable('--against must have no credentials, query or fragment. Set credentials in the environment.');
  return `${origin}${pathname.replace(/\/$/, '')}`;
}

async function planFrom(
  { from, write }: CompareFlags,
  server: Running,
  world: string | null,
  document: unknown,
): Promise<Plan> {
  const mayWrite = write === true;
  if (from === 'journal') {
    const archive = await askWorld(server, world, '/requests/har', (body) => body);
    return planOfTraffic([...exchangesIn(archive, 'The journal')], mayWrite, document);
  }
  if (from !== 'cast') {
    const archive = readHar(await archiveText(from, '--from'), showValue(from));
    return planOfTraffic(archive, mayWrite, document);
  }
  return planOfDocument(document, mayWrite);
}

/** The mock, with the administrator's bearer for Run:ai, or the first key for the service otherwise. */
async function mockSide(
  url: string,
  cast: object,
  { service, from }: CompareFlags,
  expiredKeys: () => Promise<readonly unknown[]>,
): Promise<Side> {
  const isRunai = service === 'runai';
  const list = memberOf(memberOf(cast, isRunai ? 'runai' : 'ngc'), isRunai ? 'users' : 'keys');
  const all: readonly unknown[] = Array.isArray(list) ? list : [];
  const isOfService = (entry: unknown) => [memberOf(entry, 'services')].flat().includes(service);
  const who = all.find(isOfService) ?? all[0];
  const token = memberOf(who, isRunai ? 'bearer' : 'key');
  if (typeof token !== 'string')
    throw new Unusable("The mock's world has no administrator. Use a world with the built-in cast.");
  const { expired, clientId } = compareCredentials();
  const expiredOf = async () => {
    if (isRunai) return expiredToken(url, memberOf(who, 'id'));
    const ids = await expiredKeys();
    return memberOf(
      all.find((key) => isOfService(key) && ids.includes(memberOf(key, 'id'))),
      'key',
    );
  };
  // Only needed if the real service's is given; otherwise both are derived from the valid credential.
  const ended = expired === null ? null : await expiredOf();
  return {
    ...{ url, token, hasIds: from === 'cast' || from === 'journal' },
    expired: typeof ended === 'string' ? ended : null,
    clientId: isRunai && clientId !== null ? clientOf(cast) : null,
  };
}

function expiredIn(body: object): readonly unknown[] {
  const keys = memberOf(body, 'keys');
  return (Array.isArray(keys) ? keys : []).flatMap((key: unknown) =>
    memberOf(key, 'status') === 'expired' ? [memberOf(key, 'id')] : [],
  );
}

function clientOf(cast: object): string | null {
  const bots = memberOf(memberOf(cast, 'runai'), 'serviceAccounts');
  const id = memberOf(Array.isArray(bots) ? bots[0] : null, 'clientId');
  return typeof id === 'string' ? id : null;
}

/** Returns an expired token of the mock; null if the control API refuses. */
async function expiredToken(url: string, id: unknown): Promise<string | null> {
  const body = JSON.stringify({ for: id, expiresIn: '-1s' });
  const answer = await play(url, { method: 'POST', url: '/_mock/tokens', mediaType: 'application/json', body }, null);
  return /"token"\s*:\s*"([^"]{1,20000})"/.exec(answer.text)?.[1] ?? null;
}

/** Returns the credentials of the real service. The token is null if it must be requested with the client. */
function credentialsFor(service: string) {
  const credentials = compareCredentials();
  const { token, clientId, clientSecret } = credentials;
  if (token === null && (service !== 'runai' || clientId === null || clientSecret === null))
    throw new Unusable(`Set ${VARIABLE}TOKEN, or for Run:ai ${VARIABLE}CLIENT_ID and ${VARIABLE}CLIENT_SECRET.`);
  return credentials;
}

/** Returns the realm in the issuer of a Run:ai token; null for any other credential. */
function realmOf(token: string): string | null {
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  return /"iss"\s*:\s*"[^"]{1,500}\/realms\/([^"/]{1,200})"/.exec(claims)?.[1] ?? null;
}

const TOKEN_REQUEST = 'POST /api/v1/token (with the client from the environment)';

async function exchanged(url: string): Promise<string> {
  const { clientId, clientSecret } = compareCredentials();
  const body = JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret });
  const request = { method: 'POST', url: '/api/v1/token', mediaType: 'application/json', body };
  const answer = await play(url, request, null).catch((cause: Error) => {
    throw new Unusable(`--against ${url} does not respond: ${cause.message.slice(0, 200)}.`, { cause });
  });
  const token = answer.status === 200 ? /"accessToken"\s*:\s*"([^"]{1,20000})"/.exec(answer.text)?.[1] : undefined;
  if (token !== undefined) return token;
  throw new Unusable(
    `--against ${url} refuses the client from the environment (${answer.status}). Nothing else was sent.`,
  );
}
