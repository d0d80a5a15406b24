import { findProxyVariables } from '../config/config.ts';
import type { Probe } from '../contract/manifest.ts';
import { describeConnectionError, findSchemeError } from '../diagnostics/connection-advice.ts';
import { isRecord, own } from '../objects/members.ts';
import { createTimeoutSignal } from '../platform/time.ts';
import { MANIFESTS } from '../services/index.ts';
import { describeTokenRejection, parseJsonOrNull } from './server-client.ts';
import { listWorlds, locateWorld, prefixOf, readWorldIds, type WorldAddress } from './world-address.ts';

/** The result of a check. */
interface Check {
  /** What was checked, in a word or two. */
  readonly subject: string;
  readonly hasPassed: boolean;
  /** What was found, with advice if the check has failed. */
  readonly finding: string;
}

/** How long to wait for a response, in milliseconds. */
const TIMEOUT_MS = 5000;
/** The maximum clock skew at which clients still accept tokens, in milliseconds. */
const MAX_SKEW_MS = 5000;

/** The server to check, and the client's world. */
interface ClientAddress extends WorldAddress {
  /** Headers that the control API requires. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Checks a mock from its client's machine: whether it is reachable and the right server, issuer and time match, no
 * proxy is in between, and it refuses requests. Exits with code 0 if all checks pass, otherwise 1.
 *
 * @param url as the client uses it, including the prefix of a world
 * @param headers that the control API requires
 * @param world the client's world; null: the world of the URL
 * @throws UserError if the URL and world cannot be checked
 */
export async function runDoctor(
  url: string,
  headers: Readonly<Record<string, string>>,
  world: string | null,
): Promise<void> {
  const address = { ...locateWorld(url, world), headers };
  const checks = [checkProxy(address.root), ...(await checkConnection(address))];
  for (const { subject, hasPassed, finding } of checks) {
    process.stdout.write(`${hasPassed ? 'ok  ' : 'BAD '} ${subject}: ${finding}\n`);
  }
  if (checks.some(({ hasPassed }) => !hasPassed)) process.exitCode = 1;
}

/** Checks server, world, time and services in this order, until a check fails that the later ones depend on. */
async function checkConnection(address: ClientAddress): Promise<readonly Check[]> {
  const { root, world } = address;
  const checks = [await checkReachable(root)];
  const canContinue = () => checks.every(({ hasPassed }) => hasPassed);
  if (canContinue()) checks.push(await checkServer(root));
  if (canContinue() && world !== null) checks.push(await checkWorld(address, world));
  if (canContinue()) checks.push(await checkTime(address), ...(await runProbes(address)));
  return checks;
}

function pass(subject: string, finding: string): Check {
  return { subject, hasPassed: true, finding };
}

function fail(subject: string, finding: string): Check {
  return { subject, hasPassed: false, finding };
}

/** Checks the variables that many libraries read. This command itself never uses a proxy. */
function checkProxy(root: string): Check {
  const { proxy, exceptions } = findProxyVariables(root);
  if (proxy === null) return pass('proxy', 'no proxy variable is set');
  const { hostname } = new URL(root);
  const isExcepted = exceptions.some(
    (name) => name === '*' || hostname === name || hostname.endsWith(`.${name.replace(/^\./, '')}`),
  );
  if (isExcepted) return pass('proxy', `NO_PROXY contains ${hostname}`);
  return fail(
    'proxy',
    `${proxy} is set, but NO_PROXY does not contain ${hostname}: clients that use the proxy cannot reach the mock. Add ${hostname} to NO_PROXY.`,
  );
}

/** Checks that the server responds, and that it knows the client's host name for it. */
async function checkReachable(root: string): Promise<Check> {
  try {
    const { status } = await send(`${root}/_mock/health`);
    if (status !== 403) return pass('reached', root);
    return fail(
      'reached',
      `the server responded with 403, because it does not know this host name. Start it with --alias ${new URL(root).hostname}.`,
    );
  } catch (thrown) {
    return fail('reached', adviseConnection(thrown, root));
  }
}

/** Returns advice about a network or TLS error, from the most specific reason to the error's own message. */
function adviseConnection(thrown: unknown, root: string): string {
  const cause = (thrown as { cause?: { code?: string; message?: string } }).cause;
  const adviceForCode = own(listCodeAdvice(root), cause?.code ?? '');
  if (adviceForCode !== undefined) return adviceForCode;
  const finding = describeConnectionError(cause, root);
  if (finding !== null) return `the server ${finding}.`;
  // The message of Node's `fetch` for a port that the Fetch Standard blocks.
  if (cause?.message === 'bad port') {
    return `browsers and the \`fetch\` of Node block port ${new URL(root).port}. Start the mock on another port, and use that in the URL.`;
  }
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name === 'TimeoutError') {
    return `no response within ${TIMEOUT_MS / 1000} s: a firewall may be dropping the packets.`;
  }
  return `${thrown.message}${cause?.message === undefined ? '' : `: ${cause.message}`}`;
}

/** Returns advice for each error code of Node that has a likely reason. */
function listCodeAdvice(root: string): Readonly<Record<string, string>> {
  const { hostname, port, protocol } = new URL(root);
  const unresolved = hostname.endsWith('.localhost')
    ? `this system cannot resolve subdomains of localhost. Use the world's URL with a prefix, ${protocol}//localhost:${port}/w/${hostname.slice(0, -'.localhost'.length)}, or its credentials.`
    : `${hostname} cannot be resolved. In a compose network, use the name of the service; on the host, use 127.0.0.1.`;
  return {
    ECONNREFUSED: `no server listens on ${root}. Is it started? Is port ${port || 'of the URL'} published? In a container, is --host 0.0.0.0 set?`,
    ENOTFOUND: unresolved,
    EAI_AGAIN: unresolved,
    CERT_HAS_EXPIRED: 'its certificate has expired. Restart the server if it uses --tls; otherwise renew --tls-cert.',
    CERT_NOT_YET_VALID: 'its certificate is not valid yet. Compare the clocks of both machines.',
    ERR_TLS_CERT_ALTNAME_INVALID: `its certificate is not for ${hostname}. Start the server with --tls and --alias ${hostname}, or use a name in its --tls-cert.`,
  };
}

/** Checks that the server is a mock that is ready. */
async function checkServer(root: string): Promise<Check> {
  const response = await send(`${root}/_mock/health`);
  const text = await response.text();
  const schemeError = findSchemeError(text);
  if (schemeError !== null) return fail('server', `the server ${describeConnectionError(schemeError, root)}.`);
  const body = parseRecord(text);
  const { status } = response;
  if (status === 200 && body?.['status'] === 'ready') return pass('server', 'nv-auth-mock, ready');
  if (body?.['status'] === 'storage') return fail('server', `nv-auth-mock, not ready: ${body['reason']}`);
  // For example, because the host name is the name of a world that doesn't exist.
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
  if (isProblem) return fail('server', `the server responded with ${status}: ${body?.['detail']}`);
  return fail('server', `the server responded with ${status}, so it is not nv-auth-mock but another program`);
}

/** Checks that the world exists, because later checks use it. */
async function checkWorld({ root, base, headers }: ClientAddress, world: string): Promise<Check> {
  let isTokenRejected = false;
  const readBodyAt = async (path: string) => {
    const response = await send(`${root}${path}`, headers);
    isTokenRejected = response.status === 401;
    return readBody(response);
  };
  const ids = (await readWorldIds(readBodyAt)) ?? [];
  if (isTokenRejected) return fail('world', `it ${describeTokenRejection(headers)}`);
  if (ids.includes(world)) return pass('world', `\`${world}\`, at ${base}`);
  return fail('world', `\`${world}\` does not exist; existing worlds: ${listWorlds(world, ids)}`);
}

/** Runs the probes of each service, one at a time. */
async function runProbes({ base, headers }: ClientAddress): Promise<Check[]> {
  const response = await send(`${base}/_mock/cast`, headers);
  const cast = response.status === 401 ? null : ((await readBody(response)) ?? {});
  const ask: Parameters<Probe['run']>[0] = async (path, probeHeaders = {}) => {
    const probeResponse = await send(`${base}${path}`, probeHeaders);
    return { status: probeResponse.status, body: await readBody(probeResponse) };
  };
  const checks: Check[] = [];
  for (const { name, probes } of MANIFESTS) {
    for (const { subject, needsCast, run } of probes) {
      if (needsCast === true && cast === null) {
        checks.push(fail(subject, `it ${describeTokenRejection(headers)}`));
      } else {
        const { isGood, finding } = await run(ask, { base, part: cast?.[name] });
        checks.push(isGood ? pass(subject, finding) : fail(subject, finding));
      }
    }
  }
  return checks;
}

/** Compares the clock of the mock with the clock of this machine. */
async function checkTime({ base, world, headers }: ClientAddress): Promise<Check> {
  const response = await send(`${base}/_mock/clock`, headers);
  if (response.status === 401) return fail('time', `it ${describeTokenRejection(headers)}`);
  const clock = await readBody(response);
  const localTime = new Date((await import('../time/clock.ts')).createMachineClock().now());
  const skewMs = Date.parse(String(clock?.['now'])) - localTime.getTime();
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return pass('time', `${clock?.['now']}, as on this machine`);
  const ahead = String(clock?.['ahead']);
  const change = clock?.['frozen'] === true ? 'is frozen' : `was moved by ${ahead}`;
  const reason =
    ahead === 'PT0S'
      ? 'the clocks of the machines differ'
      : `the clock of the mock ${change} (POST ${prefixOf(world)}/_mock/reset returns it to real time)`;
  return fail(
    'time',
    `the time is ${clock?.['now']} in the mock, but ${localTime.toISOString()} on this machine: ${reason}. Clients that check \`exp\` and \`iat\` themselves will reject its tokens.`,
  );
}

/** Sends a GET request, as a client of the mock would. */
function send(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url, { headers, redirect: 'manual', signal: createTimeoutSignal(TIMEOUT_MS) });
}

/** Returns the object in a response; null if the body is anything else. */
async function readBody(response: Response): Promise<Record<string, unknown> | null> {
  return parseRecord(await response.text());
}

/** Parses a JSON object, whose members callers have to check; null for any other text. */
function parseRecord(text: string): Record<string, unknown> | null {
  const value = parseJsonOrNull(text);
  return isRecord(value) ? value : null;
}
