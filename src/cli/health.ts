import type { FlagTexts } from '../config.ts';
import { runningUrl } from './running.ts';

/** Milliseconds to wait for an answer. */
const PATIENCE = 2000;

/** Exit code 0 when the server is ready, 1 when not; for a container's HEALTHCHECK. */
export async function health(flags: FlagTexts): Promise<void> {
  const url = await runningUrl(flags);
  try {
    const response = await fetch(`${url}/_mock/health`, { signal: AbortSignal.timeout(PATIENCE) });
    const { status } = (await response.json()) as { status?: unknown };
    if (status !== 'ready') throw new Error(`it answered ${response.status}`);
    process.stdout.write(`ready on ${url}\n`);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    process.stderr.write(`nv-auth-mock: no server is ready on ${url}: ${said}\n`);
    process.exitCode = 1;
  }
}
