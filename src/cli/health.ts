import type { FlagTexts } from '../config/config.ts';
import { describeConnectionError } from '../diagnostics/connection-advice.ts';
import { messageOf } from '../diagnostics/error-message.ts';
import { readDetail } from './ask-world.ts';
import { askServer, locateServerAndWorld, type RunningServer } from './server-client.ts';
import { prefixOf } from './world-address.ts';

interface HealthOptions {
  readonly url: string | null;
  readonly mustBeReady: boolean;
}

/**
 * Prints whether the server is ready, and exits with code 0 if it is ready or a healthy standby, otherwise with 1. A
 * standby counts as healthy by default, because a container's HEALTHCHECK would otherwise restart it.
 *
 * @param options.url the server, including the prefix of a world, which must exist; null: the configured address
 * @param options.mustBeReady whether a standby is an error
 * @throws UserError if the URL isn't the URL of a server or a world
 */
export async function checkHealth(flags: FlagTexts, { url, mustBeReady }: HealthOptions): Promise<void> {
  const { server: found, world } = await locateServerAndWorld(flags, url, null);
  // This call needs no admin token, and the server may be another program.
  const server = { ...found, headers: {} };
  const address = `${server.url}${prefixOf(world)}`;
  try {
    const { status, detail } = await readHealth(server, '');
    if (status === 'waiting' || (status === 'standby' && mustBeReady)) throw new Error(String(detail));
    // A standby doesn't know the worlds yet.
    if (status === 'ready' && world !== null) await readHealth(server, prefixOf(world));
    process.stdout.write(status === 'ready' ? `ready on ${address}\n` : `standby on ${address}: ${String(detail)}\n`);
  } catch (cause) {
    const advice = describeConnectionError(cause, server.url);
    const reason = advice !== null ? `it ${advice}` : messageOf(cause);
    process.stderr.write(`nv-auth-mock: no server is ready on ${address}: ${reason}\n`);
    process.exitCode = 1;
  }
}

interface Health {
  readonly status?: unknown;
  readonly detail?: unknown;
}

/** The values of `status` in the response of a mock. */
const STATUSES: readonly unknown[] = ['ready', 'standby', 'waiting'];

/**
 * Returns the health of a server or a world. Its members are unknown, because another program may have responded.
 *
 * @throws Error with the reason of a refusal, such as an unknown world or host name, or if another program responds
 */
async function readHealth(server: RunningServer, prefix: string): Promise<Health> {
  const { status, body } = await askServer(server, `${prefix}/_mock/health`);
  const health = (body ?? {}) as Health;
  if (STATUSES.includes(health.status)) return health;
  const detail = readDetail(body);
  throw new Error(detail === null ? 'the server is not nv-auth-mock' : `it responded with ${status}: ${detail}`);
}
