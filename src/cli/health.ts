import type { FlagTexts } from '../config/config.ts';
import { connectionAdvice } from '../core/connection-advice.ts';
import { askRunning, runningServer } from './running.ts';

/** Exits with code 0 if the server is ready, otherwise with 1; for a container's HEALTHCHECK. */
export async function health(flags: FlagTexts): Promise<void> {
  const server = await runningServer(flags);
  const { url } = server;
  try {
    // Any program may have answered, so each member is checked.
    const answer = (await askRunning(server, '/_mock/health')).body as { status?: unknown; detail?: unknown } | null;
    if (answer?.status === 'waiting') throw new Error(String(answer.detail));
    if (answer?.status !== 'ready') throw new Error('the server there is not nv-auth-mock');
    process.stdout.write(`ready on ${url}\n`);
  } catch (cause) {
    const advice = connectionAdvice(cause, url);
    const said = advice !== null ? `it ${advice}` : cause instanceof Error ? cause.message : String(cause);
    process.stderr.write(`nv-auth-mock: no server is ready on ${url}: ${said}\n`);
    process.exitCode = 1;
  }
}
