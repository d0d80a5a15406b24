import type { FlagTexts } from '../config/config.ts';
import { connectionAdvice } from '../core/connection-advice.ts';
import { askRunning, runningServer } from './running.ts';

/**
 * Exits with code 0 if the server is ready, or a standby that will be when another process ends; otherwise with 1. For a
 * container's HEALTHCHECK: nothing is wrong with a standby.
 *
 * @param mustBeReady a standby is not enough
 */
export async function health(flags: FlagTexts, mustBeReady: boolean): Promise<void> {
  const server = await runningServer(flags);
  const { url } = server;
  try {
    // Any program may have answered, so each member is checked.
    const answer = (await askRunning(server, '/_mock/health')).body as { status?: unknown; detail?: unknown } | null;
    const { status, detail } = answer ?? {};
    if (status === 'waiting' || (status === 'standby' && mustBeReady)) throw new Error(String(detail));
    if (status !== 'ready' && status !== 'standby') throw new Error('the server there is not nv-auth-mock');
    process.stdout.write(status === 'ready' ? `ready on ${url}\n` : `standby on ${url}: ${String(detail)}\n`);
  } catch (cause) {
    const advice = connectionAdvice(cause, url);
    const said = advice !== null ? `it ${advice}` : cause instanceof Error ? cause.message : String(cause);
    process.stderr.write(`nv-auth-mock: no server is ready on ${url}: ${said}\n`);
    process.exitCode = 1;
  }
}
