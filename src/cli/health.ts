import { findProxyVariable } from '../app/config.ts';
import { describeConnectionError } from '../lib/connection-advice.ts';
import { messageOf } from '../lib/errors.ts';
import { readDetail } from './ask-world.ts';
import { askServer, locateServerAndWorld, type RunningServer, type ServerFlags } from './server-client.ts';
import { prefixOf } from './world-address.ts';

/** Exits with code 0 if the server is ready, otherwise 1. Warns about a proxy, which this command does not use. */
export async function checkHealth(flags: ServerFlags): Promise<void> {
  const { server: found, world } = await locateServerAndWorld(flags);
  // This call needs no admin token, and the server may be another program.
  const server = { ...found, headers: {} };
  const address = `${server.url}${prefixOf(world)}`;
  try {
    await assertReady(server, '');
    if (world !== null) await assertReady(server, prefixOf(world));
    process.stdout.write(`ready on ${address}\n`);
  } catch (cause) {
    process.stderr.write(`nv-auth-mock: no server is ready on ${address}: ${explain(cause, server.url)}\n`);
    process.exitCode = 1;
  }
  const proxy = findProxyVariable(server.url);
  if (proxy === null) return;
  const { hostname } = new URL(server.url);
  process.stderr.write(
    `nv-auth-mock: ${proxy} is set, and NO_PROXY does not have ${hostname}: clients that read them send the request to the proxy. Add ${hostname} to NO_PROXY.\n`,
  );
}

/** @throws Error with the reason if it is not ready, or if another program responds */
async function assertReady(server: RunningServer, prefix: string): Promise<void> {
  const { status, body } = await askServer(server, `${prefix}/_mock/health`);
  // Unknown members, because another program may have responded.
  const health = (body ?? {}) as { readonly status?: unknown; readonly reason?: unknown };
  if (health.status === 'ready') return;
  if (health.status === 'storage') throw new Error(String(health.reason));
  const detail = readDetail(body);
  throw new Error(detail === null ? 'the server is not nv-auth-mock' : `it responded with ${status}: ${detail}`);
}

function explain(cause: unknown, url: string): string {
  if ((cause as NodeJS.ErrnoException).code === 'ECONNREFUSED') {
    return 'nothing listens there. With --data on PostgreSQL, the process may be waiting for its database: its output says so. In a container, the port must be published';
  }
  const advice = describeConnectionError(cause, url);
  return advice === null ? messageOf(cause) : `it ${advice}`;
}
