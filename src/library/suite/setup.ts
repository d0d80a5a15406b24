import { type NamedServer, nameSharedServer, readNamedServer, readSharedServer } from '../../app/config.ts';
import { messageOf, UserError } from '../../lib/errors.ts';
import { showValue } from '../../lib/redact.ts';
import { setTimeout } from '../../lib/time.ts';
import { connect } from '../connect.ts';
import { startMock } from '../start-mock.ts';

/**
 * The global setup of a test runner: all test files of the run share one server, in worlds of their own. It is the server
 * that `NV_AUTH_MOCK_URL` names; otherwise one is started in this process. That keeps no process running, and ends with it.
 *
 * @throws Error if the variable names no running mock
 */
// biome-ignore lint/style/noDefaultExport: vitest and jest call it
export default async function setup(): Promise<void> {
  // In watch mode, each run is set up.
  if (readSharedServer() !== null) return;
  const named = readNamedServer();
  nameSharedServer(named === null ? { url: (await startMock()).url, adminToken: null } : await checkServer(named));
}

/** The time in milliseconds that a server may take to answer. */
const TIMEOUT_MS = 10_000;

async function checkServer({ url, adminToken }: NamedServer): Promise<NamedServer> {
  const refuse = (why: string, cause?: unknown) =>
    new UserError(`NV_AUTH_MOCK_URL is \`${showValue(url)}\`: ${why}`, { cause });
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const isRoot = parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.href === `${parsed.origin}/`;
  if (!isRoot) throw refuse('expected the URL of a server, without a path, such as `http://127.0.0.1:6625`.');
  const { origin } = parsed;
  const timeout = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error('it does not answer.')), TIMEOUT_MS).unref();
  });
  const readInfo = async () => {
    const info = await connect(origin, { adminToken }).info();
    // `fetch` follows redirects, but the tests' clients send credentials, and do not.
    const { status, headers } = await fetch(`${origin}/_mock/health`, { redirect: 'manual' });
    if (status >= 300 && status < 400) {
      const location = showValue(headers.get('location') ?? '');
      throw new Error(`it redirects to \`${location}\`. Use the URL of the mock itself.`);
    }
    return info;
  };
  const info = await Promise.race([readInfo(), timeout]).catch((cause) => {
    throw refuse(messageOf(cause), cause);
  });
  if (info?.name !== 'nv-auth-mock') throw refuse('another server answers.');
  return { url: origin, adminToken };
}
