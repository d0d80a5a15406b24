/** Verifies the contract `pact.json`. Its generator `ProviderState` puts the key of the state handler into a header. */

import { Verifier } from '@pact-foundation/pact';
import { startMock } from 'nv-auth-mock';

const mock = await startMock();
const verifier = new Verifier({
  provider: 'nvidia-auth',
  providerBaseUrl: mock.url,
  pactUrls: ['./pact.json'],
  stateHandlers: {
    'an expired key': async () => {
      await mock.reset();
      const expiresAt = new Date(Date.now() + 60_000).toISOString();
      const { key } = await mock.keys.create({
        type: 'service',
        name: 'pact',
        services: ['nvcf'],
        scopes: ['list_functions'],
        expiresAt,
      });
      await mock.clock.advance('5m');
      return { key };
    },
  },
});
await verifier.verifyProvider().finally(() => mock.stop());
