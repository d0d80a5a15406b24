import type { FlagTexts } from '../config/config.ts';
import { connectionAdvice } from '../diagnostics/connection-advice.ts';
import { errorMessage } from '../diagnostics/error-message.ts';
import { readDetail } from './ask-world.ts';
import { askRunning, type Running, runningWorld } from './running.ts';
import { prefixOf } from './world.ts';

interface Asked {
  readonly url: string | null;
  readonly mustBeReady: boolean;
}

/**
 * Exits with code 0 if the server is ready or a healthy standby, otherwise with 1. For a container's HEALTHCHECK, where
 * a standby must count as healthy.
 *
 * @param asked.url the server, including the prefix of a world, which must exist; null: on this machine
 * @param asked.mustBeReady doesn't accept a standby
 * @throws Unusable if the URL isn't the URL of a server or a world
 */
export async function health(flags: FlagTexts, { url, mustBeReady }: Asked): Promise<void> {
  const { server: found, world } = await runningWorld(flags, url, null);
  // This call needs no admin token, and the server may be another program.
  const server = { ...found, headers: {} };
  const place = `${server.url}${prefixOf(world)}`;
  try {
    const { status, detail } = await healthAt(server, '');
    if (status === 'waiting' || (status === 'standby' && mustBeReady)) throw new Error(String(detail));
    // A standby doesn't know the worlds yet.
    if (status === 'ready' && world !== null) await healthAt(server, prefixOf(world));
    process.stdout.write(status === 'ready' ? `ready on ${place}\n` : `standby on ${place}: ${String(detail)}\n`);
  } catch (cause) {
    const advice = connectionAdvice(cause, server.url);
    const said = advice !== null ? `it ${advice}` : errorMessage(cause);
    process.stderr.write(`nv-auth-mock: no server is ready on ${place}: ${said}\n`);
    process.exitCode = 1;
  }
}

const STATES: readonly unknown[] = ['ready', 'standby', 'waiting'];

/** @throws Error with the reason of a refusal, such as an unknown world or host name, or if another program responds */
async function healthAt(server: Running, prefix: string): Promise<{ status?: unknown; detail?: unknown }> {
  // Another program may have responded, so check each member.
  const { status, body } = await askRunning(server, `${prefix}/_mock/health`);
  const answer = (body ?? {}) as { status?: unknown; detail?: unknown };
  if (STATES.includes(answer.status)) return answer;
  const detail = readDetail(body);
  throw new Error(detail === null ? 'the server is not nv-auth-mock' : `it responded with ${status}: ${detail}`);
}
