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
 * Exits with code 0 if the server is ready or a healthy standby, otherwise with 1. For a container's HEALTHCHECK, where
 * a standby must count as healthy.
 *
 * @param options.url the server, including the prefix of a world, which must exist; null: on this machine
 * @param options.mustBeReady doesn't accept a standby
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

const STATES: readonly unknown[] = ['ready', 'standby', 'waiting'];

/** @throws Error with the reason of a refusal, such as an unknown world or host name, or if another program responds */
async function readHealth(server: RunningServer, prefix: string): Promise<{ status?: unknown; detail?: unknown }> {
  // Another program may have responded, so check each member.
  const { status, body } = await askServer(server, `${prefix}/_mock/health`);
  const health = (body ?? {}) as { status?: unknown; detail?: unknown };
  if (STATES.includes(health.status)) return health;
  const detail = readDetail(body);
  throw new Error(detail === null ? 'the server is not nv-auth-mock' : `it responded with ${status}: ${detail}`);
}
