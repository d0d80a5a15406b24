import { findProxyVariables } from '../config/config.ts';
import type { Probe } from '../contract/manifest.ts';
import { describeConnectionError, findSchemeError } from '../diagnostics/connection-advice.ts';
import { isRecord, own } from '../objects/members.ts';
import { createTimeoutSignal } from '../platform/time.ts';
import { MANIFESTS } from '../services/index.ts';
import { describeTokenRejection, parseJsonOrNull } from './server-client.ts';
import { listWorlds, locateWorld, prefixOf, readWorldIds, type WorldAddress } from './world-address.ts';

/** The result of a check, with advice if it failed. */
interface Check {
  readonly what: string;
  readonly good: boolean;
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
  const { root } = address;
  const checks: Check[] = [checkProxy(root)];
  const reachable = await checkReachable(root);
  checks.push(reachable);
  const server = reachable.good ? await checkServer(root) : null;
  if (server !== null) checks.push(server);
  const worldResult = server?.good === true && address.world !== null ? await checkWorld(address, address.world) : null;
  if (worldResult !== null) checks.push(worldResult);
  if (server?.good === true && worldResult?.good !== false) {
    checks.push(await checkTime(address), ...(await runProbes(address)));
  }
  for (const { what, good, finding } of checks) process.stdout.write(`${good ? 'ok  ' : 'BAD '} ${what}: ${finding}\n`);
  if (checks.some(({ good }) => !good)) process.exitCode = 1;
}

/** Checks the variables that many libraries read. This command itself never uses a proxy. */
function checkProxy(root: string): Check {
  const { proxy, exceptions } = findProxyVariables(root);
  const what = 'proxy';
  if (proxy === null) return { what, good: true, finding: 'no proxy variable is set' };
  const { hostname } = new URL(root);
  const isExcepted = exceptions.some(
    (name) => name === '*' || hostname === name || hostname.endsWith(`.${name.replace(/^\./, '')}`),
  );
  return isExcepted
    ? { what, good: true, finding: `NO_PROXY contains ${hostname}` }
    : {
        what,
        good: false,
        finding: `${proxy} is set, but NO_PROXY does not contain ${hostname}: clients that use the proxy cannot reach the mock. Add ${hostname} to NO_PROXY.`,
      };
}

async function checkReachable(root: string): Promise<Check> {
  const what = 'reached';
  try {
    const response = await ask(`${root}/_mock/health`);
    return response.status === 403
      ? {
          what,
          good: false,
          finding: `the server responded with 403, because it does not know this host name. Start it with --alias ${new URL(root).hostname}.`,
        }
      : { what, good: true, finding: root };
  } catch (thrown) {
    return { what, good: false, finding: adviseConnection(thrown, root) };
  }
}

/** Returns advice about a network or TLS error. */
function adviseConnection(thrown: unknown, root: string): string {
  const cause = (thrown as { cause?: { code?: string; message?: string } }).cause;
  const code = cause?.code ?? '';
  const { hostname, port } = new URL(root);
  const noAddress = hostname.endsWith('.localhost')
    ? `this system cannot resolve subdomains of localhost. Use the world's URL with a prefix, ${new URL(root).protocol}//localhost:${port}/w/${hostname.slice(0, -'.localhost'.length)}, or its credentials.`
    : `${hostname} cannot be resolved. In a compose network, use the name of the service; on the host, use 127.0.0.1.`;
  const advice: Readonly<Record<string, string>> = {
    ECONNREFUSED: `no server listens on ${root}. Is it started? Is port ${port || 'of the URL'} published? In a container, is --host 0.0.0.0 set?`,
    ENOTFOUND: noAddress,
    EAI_AGAIN: noAddress,
    CERT_HAS_EXPIRED: 'its certificate has expired. Restart the server if it uses --tls; otherwise renew --tls-cert.',
    CERT_NOT_YET_VALID: 'its certificate is not valid yet. Compare the clocks of both machines.',
    ERR_TLS_CERT_ALTNAME_INVALID: `its certificate is not for ${hostname}. Start the server with --tls and --alias ${hostname}, or use a name in its --tls-cert.`,
  };
  const named = own(advice, code);
  if (named !== undefined) return named;
  const finding = describeConnectionError(cause, root);
  if (finding !== null) return `the server ${finding}.`;
  if (cause?.message === 'bad port') {
    return `browsers and the \`fetch\` of Node block port ${port}. Start the mock on another port, and use that in the URL.`;
  }
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name === 'TimeoutError')
    return `no response within ${TIMEOUT_MS / 1000} s: a firewall may be dropping the packets.`;
  return `${thrown.message}${cause?.message === undefined ? '' : `: ${cause.message}`}`;
}

async function checkServer(root: string): Promise<Check> {
  const what = 'server';
  const response = await ask(`${root}/_mock/health`);
  const text = await response.text();
  const other = findSchemeError(text);
  if (other !== null) return { what, good: false, finding: `the server ${describeConnectionError(other, root)}.` };
  const body = parseRecord(text);
  if (response.status === 200 && body?.['status'] === 'ready') {
    return { what, good: true, finding: 'nv-auth-mock, ready' };
  }
  if (response.status === 200 && (body?.['status'] === 'standby' || body?.['status'] === 'waiting')) {
    return { what, good: false, finding: `nv-auth-mock, not ready: ${body['detail']}` };
  }
  // For example, because the host name is of a world that doesn't exist.
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
  return {
    what,
    good: false,
    finding: isProblem
      ? `the server responded with ${response.status}: ${body?.['detail']}`
      : `the server responded with ${response.status}, so it is not nv-auth-mock but another program`,
  };
}

/** Checks that the world exists, because later checks use it. */
async function checkWorld({ root, base, headers }: ClientAddress, world: string): Promise<Check> {
  const what = 'world';
  let isClosed = false;
  const readBodyAt = async (path: string) => {
    const response = await ask(`${root}${path}`, headers);
    isClosed = response.status === 401;
    return readBody(response);
  };
  const ids = (await readWorldIds(readBodyAt)) ?? [];
  if (isClosed) return { what, good: false, finding: `it ${describeTokenRejection(headers)}` };
  return ids.includes(world)
    ? { what, good: true, finding: `\`${world}\`, at ${base}` }
    : { what, good: false, finding: `\`${world}\` does not exist; existing worlds: ${listWorlds(world, ids)}` };
}

/** Runs the probes of each service, one at a time. */
async function runProbes({ base, headers }: ClientAddress): Promise<Check[]> {
  const response = await ask(`${base}/_mock/cast`, headers);
  const cast = response.status === 401 ? null : ((await readBody(response)) ?? {});
  const probe: Parameters<Probe['look']>[0] = async (path, sent = {}) => {
    const response = await ask(`${base}${path}`, sent);
    return { status: response.status, body: await readBody(response) };
  };
  const checks: Check[] = [];
  for (const { name, probes } of MANIFESTS) {
    for (const { what, needsCast, look } of probes) {
      const isClosed = needsCast === true && cast === null;
      const result = isClosed
        ? { good: false, finding: `it ${describeTokenRejection(headers)}` }
        : await look(probe, { base, part: cast?.[name] });
      checks.push({ what, ...result });
    }
  }
  return checks;
}

async function checkTime({ base, world, headers }: ClientAddress): Promise<Check> {
  const what = 'time';
  const response = await ask(`${base}/_mock/clock`, headers);
  if (response.status === 401) return { what, good: false, finding: `it ${describeTokenRejection(headers)}` };
  const clock = await readBody(response);
  const here = new Date((await import('../time/clock.ts')).machineClock().now());
  const skew = Date.parse(String(clock?.['now'])) - here.getTime();
  if (Math.abs(skew) <= MAX_SKEW_MS) return { what, good: true, finding: `${clock?.['now']}, as on this machine` };
  const ahead = String(clock?.['ahead']);
  const changed = clock?.['frozen'] === true ? 'is frozen' : `was moved by ${ahead}`;
  const why =
    ahead === 'PT0S'
      ? 'the clocks of the machines differ'
      : `the clock of the mock ${changed} (POST ${prefixOf(world)}/_mock/reset returns it to real time)`;
  return {
    what,
    good: false,
    finding: `the time is ${clock?.['now']} in the mock, but ${here.toISOString()} on this machine: ${why}. Clients that check \`exp\` and \`iat\` themselves will reject its tokens.`,
  };
}

function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url, { headers, redirect: 'manual', signal: createTimeoutSignal(TIMEOUT_MS) });
}

async function readBody(response: Response): Promise<Record<string, unknown> | null> {
  return parseRecord(await response.text());
}

/** Parses an object. Callers check each member. */
function parseRecord(text: string): Record<string, unknown> | null {
  const value = parseJsonOrNull(text);
  return isRecord(value) ? value : null;
}
