import type { NamedServer } from '../../app/config.ts';
import { worldPathOf } from '../../lib/world-id.ts';
import type { Send } from '../calls.ts';
import { createControlClient } from '../connect.ts';
import { createMock, type Mock } from '../mock.ts';
import { createRemoteFetch } from './remote-fetch.ts';

/** Returns the mock of a server in another process. Its `stop` does nothing, because other test files use it. */
export async function connectMock({ url, adminToken }: NamedServer): Promise<Mock> {
  const fetch = createRemoteFetch(url);
  const { posture } = await createControlClient(fetch, adminToken).info();
  const certificate = url.startsWith('https:') ? await fetch('/_mock/ca.pem') : null;
  return createMock({
    url,
    urls: [url],
    fetch,
    adminToken,
    posture,
    // Absent if the server has a certificate of another authority.
    ca: certificate?.ok ? await certificate.text() : null,
    readSeed: async (file) => (await import('../../app/inputs.ts')).readSeedFile(file),
    castOf: async (world) => {
      const send: Send = (path, init) => fetch(`${worldPathOf(world)}${path}`, init);
      const cast = await createControlClient(send, adminToken).readCast();
      return () => cast;
    },
    interceptions: new Map(),
    openProductionPort: async () => {
      throw new Error(OWN_SERVER_MESSAGE);
    },
    stop: async () => {},
    isStopped: () => false,
  });
}

const OWN_SERVER_MESSAGE =
  'intercept() needs a server in this process, but the tests of this run share one in another. Give this file a server of its own: with `mockOptions` in vitest, or with options for `useMock`.';
