/** How worlds are selected, and when they were last used. */
import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';

it('a prefix that repeats the world of the host changes no link and no issuer', async () => {
  const server = await testServer({ world: ['alice'] });
  const readIssuer = async (path: string, host: string) => {
    const document = 'auth/realms/acme/.well-known/openid-configuration';
    return (await server.call(`GET ${path}/${document}`, { headers: { host } })).body.issuer;
  };

  expect(await readIssuer('/w/alice', 'alice.localhost:6625')).toBe('http://alice.localhost:6625/auth/realms/acme');
  expect(await readIssuer('/w/default', 'alice.localhost:6625')).toBe(
    'http://alice.localhost:6625/w/default/auth/realms/acme',
  );
});
