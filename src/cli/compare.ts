import { compare, type Side } from '../compare/compare.ts';
import { type Plan, planOfDocument, planOfTraffic } from '../compare/plan.ts';
import { type DriftReport, driftReport, dryRun } from '../compare/report.ts';
import { play } from '../compare/send.ts';
import { compareCredentials, type FlagTexts } from '../config/config.ts';
import { machineClock, rfc3339 } from '../core/clock.ts';
import { parseDuration } from '../core/duration.ts';
import { memberOf } from '../core/own.ts';
import { showValue } from '../core/redact.ts';
import { Unusable } from '../core/unusable.ts';
import { exchangesIn, readHar } from '../traffic/har.ts';
import { archiveText } from './archive-text.ts';
import { askWorld } from './ask-world.ts';
import { writeOutput } from './output-file.ts';
import { askRunning, type Running, runningWorld } from './running.ts';
import { prefixOf } from './world.ts';

/** The two sides of a comparison, and the form of its report. */
export interface CompareFlags {
  readonly against: string;
  readonly service: string;
  /** `cast`, `journal`, or a HAR file. */
  readonly from: string;
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
 * Compares the answers of the real service with those of a running mock. The exit code is 1 if they differ.
 *
 * @throws Unusable if one of them cannot be used
 */
export async function compareWith(given: CompareFlags, flags: FlagTexts): Promise<void> {
  const against = targetOf(given.against);
  const patience = parseDuration(given.patience);
  if (patience === null) throw new Unusable('--patience is not a duration, such as `30s` or `15m`.');
  const { server, world } = await runningWorld(flags, given.url ?? null, given.world ?? null);
  // Asked first: its errors name what is wrong with the server or the world.
  const cast = await askWorld(server, world, '/cast', (body) => body);
  const { body: document } = await askRunning(server, `/openapi/${given.service}.json`);
  const plan = await planFrom(given, server, world, document);
  if (given.dryRun === true) {
    process.stdout.write(dryRun(plan));
    return;
  }
  const mock = { url: `${server.url}${prefixOf(world)}`, token: mockToken(given.service, cast) };
  const real = { url: against, token: await realToken(against, given.service) };
  await tell(await compare(given.service, plan, real, mock, { document, patience }), given);
}

async function tell(report: DriftReport, { json, report: file, against }: CompareFlags): Promise<void> {
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
  // An `@` in the path may follow the rest of a password.
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
    return planOfTraffic(exchangesIn(archive, 'The journal'), mayWrite);
  }
  if (from !== 'cast') return planOfTraffic(readHar(await archiveText(from, '--from'), showValue(from)), mayWrite);
  return planOfDocument(document, mayWrite);
}

/** The administrator's bearer for Run:ai, the first key of the service for the others. */
function mockToken(service: string, cast: object): string {
  const isRunai = service === 'runai';
  const list = memberOf(memberOf(cast, isRunai ? 'runai' : 'ngc'), isRunai ? 'users' : 'keys');
  const all: readonly unknown[] = Array.isArray(list) ? list : [];
  const isOfService = (entry: unknown) => [memberOf(entry, 'services')].flat().includes(service);
  const token = memberOf(all.find(isOfService) ?? all[0], isRunai ? 'bearer' : 'key');
  if (typeof token === 'string') return token;
  throw new Unusable('The world of the mock has no administrator to compare with. Use one with the built-in cast.');
}

async function realToken(url: string, service: string): Promise<string> {
  const { token, clientId, clientSecret } = compareCredentials();
  if (token !== null) return token;
  if (service !== 'runai' || clientId === null || clientSecret === null)
    throw new Unusable(`Set ${VARIABLE}TOKEN, or for Run:ai ${VARIABLE}CLIENT_ID and ${VARIABLE}CLIENT_SECRET.`);
  return exchanged({ url, token: '' }, clientId, clientSecret);
}

async function exchanged({ url }: Side, clientId: string, clientSecret: string): Promise<string> {
  const body = JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret });
  const request = { name: '', method: 'POST', url: '/api/v1/token', mediaType: 'application/json', body };
  const answer = await play(url, { ...request, credential: 'none' }, '').catch((cause: Error) => {
    throw new Unusable(`--against ${url} does not answer: ${cause.message.slice(0, 200)}.`, { cause });
  });
  const token = answer.status === 200 ? /"accessToken"\s*:\s*"([^"]{1,20000})"/.exec(answer.text)?.[1] : undefined;
  if (token !== undefined) return token;
  throw new Unusable(
    `--against ${url} refuses the client of the environment (${answer.status}). Nothing else was sent.`,
  );
}
