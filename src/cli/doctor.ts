import { proxyVariables } from '../config/config.ts';
import type { Probe } from '../contract/manifest.ts';
import { connectionAdvice, otherSchemeError } from '../diagnostics/connection-advice.ts';
import { isRecord, own } from '../objects/members.ts';
import { timeoutSignal } from '../platform/time.ts';
import { MANIFESTS } from '../services/index.ts';
import { tokenAdvice, tryParseJson } from './running.ts';
import { type Place as Addressed, listWorlds, locateWorld, prefixOf, worldIds } from './world.ts';

/** The result of a check, with advice if it failed. */
interface Check {
  readonly what: string;
  readonly good: boolean;
  readonly finding: string;
}

/** How long to wait for a response, in milliseconds. */
const TIMEOUT_MS = 5000;
/** The maximum clock skew at which clients still accept tokens, in milliseconds. */
const MAX_SKEW = 5000;

/** The server to check, and the client's world. */
interface Place extends Addressed {
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
 * @throws Unusable if the URL and world cannot be checked
 */
export async function doctor(
  url: string,
  headers: Readonly<Record<string, string>>,
  world: string | null,
): Promise<void> {
  const place = { ...locateWorld(url, world), headers };
  const { root } = place;
  const checks: Check[] = [proxyCheck(root)];
  const reached = await reach(root);
  checks.push(reached);
  const server = reached.good ? await serverCheck(root) : null;
  if (server !== null) checks.push(server);
  const found = server?.good === true && place.world !== null ? await worldCheck(place, place.world) : null;
  if (found !== null) checks.push(found);
  if (server?.good === true && found?.good !== false) {
    checks.push(await timeCheck(place), ...(await probeChecks(place)));
  }
  for (const { what, good, finding } of checks) process.stdout.write(`${good ? 'ok  ' : 'BAD '} ${what}: ${finding}\n`);
  if (checks.some(({ good }) => !good)) process.exitCode = 1;
}

/** Checks the variables that many libraries read. This command itself never uses a proxy. */
function proxyCheck(root: string): Check {
  const { proxy, exceptions } = proxyVariables(root);
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

async function reach(root: string): Promise<Check> {
  const what = 'reached';
  try {
    const answer = await ask(`${root}/_mock/health`);
    return answer.status === 403
      ? {
          what,
          good: false,
          finding: `the server responded with 403, because it does not know this host name. Start it with --alias ${new URL(root).hostname}.`,
        }
      : { what, good: true, finding: root };
  } catch (thrown) {
    return { what, good: false, finding: adviceOn(thrown, root) };
  }
}

/** Returns advice about a network or TLS error. */
function adviceOn(thrown: unknown, root: string): string {
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
  const finding = connectionAdvice(cause, root);
  if (finding !== null) return `the server ${finding}.`;
  if (cause?.message === 'bad port') {
    return `browsers and the \`fetch\` of Node block port ${port}. Start the mock on another port, and use that in the URL.`;
  }
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name === 'TimeoutError')
    return `no response within ${TIMEOUT_MS / 1000} s: a firewall may be dropping the packets.`;
  return `${thrown.message}${cause?.message === undefined ? '' : `: ${cause.message}`}`;
}

async function serverCheck(root: string): Promise<Check> {
  const what = 'server';
  const answer = await ask(`${root}/_mock/health`);
  const text = await answer.text();
  const other = otherSchemeError(text);
  if (other !== null) return { what, good: false, finding: `the server ${connectionAdvice(other, root)}.` };
  const body = recordIn(text);
  if (answer.status === 200 && body?.['status'] === 'ready') {
    return { what, good: true, finding: 'nv-auth-mock, ready' };
  }
  if (answer.status === 200 && (body?.['status'] === 'standby' || body?.['status'] === 'waiting')) {
    return { what, good: false, finding: `nv-auth-mock, not ready: ${body['detail']}` };
  }
  // For example, because the host name is of a world that doesn't exist.
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
  return {
    what,
    good: false,
    finding: isProblem
      ? `the server responded with ${answer.status}: ${body?.['detail']}`
      : `the server responded with ${answer.status}, so it is not nv-auth-mock but another program`,
  };
}

/** Checks that the world exists, because later checks use it. */
async function worldCheck({ root, base, headers }: Place, world: string): Promise<Check> {
  const what = 'world';
  let isClosed = false;
  const bodyAt = async (path: string) => {
    const answer = await ask(`${root}${path}`, headers);
    isClosed = answer.status === 401;
    return bodyOf(answer);
  };
  const ids = (await worldIds(bodyAt)) ?? [];
  if (isClosed) return { what, good: false, finding: `it ${tokenAdvice(headers)}` };
  return ids.includes(world)
    ? { what, good: true, finding: `\`${world}\`, at ${base}` }
    : { what, good: false, finding: `\`${world}\` does not exist; existing worlds: ${listWorlds(world, ids)}` };
}

/** Runs the probes of each service, one at a time. */
async function probeChecks({ base, headers }: Place): Promise<Check[]> {
  const answer = await ask(`${base}/_mock/cast`, headers);
  const cast = answer.status === 401 ? null : ((await bodyOf(answer)) ?? {});
  const askBelow: Parameters<Probe['look']>[0] = async (path, sent = {}) => {
    const reply = await ask(`${base}${path}`, sent);
    return { status: reply.status, body: await bodyOf(reply) };
  };
  const checks: Check[] = [];
  for (const { name, probes } of MANIFESTS) {
    for (const { what, needsCast, look } of probes) {
      const isClosed = needsCast === true && cast === null;
      const found = isClosed
        ? { good: false, finding: `it ${tokenAdvice(headers)}` }
        : await look(askBelow, { base, part: cast?.[name] });
      checks.push({ what, ...found });
    }
  }
  return checks;
}

async function timeCheck({ base, world, headers }: Place): Promise<Check> {
  const what = 'time';
  const answer = await ask(`${base}/_mock/clock`, headers);
  if (answer.status === 401) return { what, good: false, finding: `it ${tokenAdvice(headers)}` };
  const clock = await bodyOf(answer);
  const here = new Date((await import('../time/clock.ts')).machineClock().now());
  const skew = Date.parse(String(clock?.['now'])) - here.getTime();
  if (Math.abs(skew) <= MAX_SKEW) return { what, good: true, finding: `${clock?.['now']}, as on this machine` };
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
  return fetch(url, { headers, redirect: 'manual', signal: timeoutSignal(TIMEOUT_MS) });
}

async function bodyOf(answer: Response): Promise<Record<string, unknown> | null> {
  return recordIn(await answer.text());
}

/** Parses an object. Callers check each member. */
function recordIn(text: string): Record<string, unknown> | null {
  const value = tryParseJson(text);
  return isRecord(value) ? value : null;
}
