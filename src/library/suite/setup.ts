import { nameSharedServer, readNamedServer, readSharedServer } from '../../app/config.ts';
import { startMock } from '../start-mock.ts';

/**
 * The global setup of a test runner: all test files of the run share one server, in worlds of their own. It is the server
 * that `NV_AUTH_MOCK_URL` names; otherwise one is started in this process. That keeps no process running, and ends with it.
 */
// biome-ignore lint/style/noDefaultExport: vitest and jest call it
export default async function setup(): Promise<void> {
  // In watch mode, each run is set up.
  if (readSharedServer() !== null) return;
  nameSharedServer(readNamedServer() ?? { url: (await startMock()).url, adminToken: null });
}
