import { readSharedServer } from '../../app/config.ts';
import type { Mock } from '../mock.ts';
import { type MockOptions, startMock } from '../start-mock.ts';

/** Returns the mock of a test file: with the default options, that of the server that the run shares, if it shares one. */
export async function startSuiteMock(options: MockOptions, areDefault: boolean): Promise<Mock> {
  const shared = areDefault ? readSharedServer() : null;
  if (shared === null) return startMock(options);
  // Loaded on demand, because it loads Node's HTTP client.
  const { connectMock } = await import('./connect-mock.ts');
  return connectMock(shared);
}
