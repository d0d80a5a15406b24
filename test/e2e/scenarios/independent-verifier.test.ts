import { expect, it } from 'vitest';
import { listeningServer } from '../../support/listening.ts';

it('every URL in the discovery document responds', async () => {
  const { url } = await listeningServer();
  const discovery = await fetch(`${url}/auth/realms/acme/.well-known/openid-configuration`);
  const metadata = (await discovery.json()) as Record<string, unknown>;
  const urls = Object.entries(metadata).filter(([name]) => name.endsWith('_uri') || name.endsWith('_endpoint'));

  const byPost = ['token_endpoint', 'introspection_endpoint', 'revocation_endpoint'];
  const statuses = urls.map(async ([name, address]) => {
    const method = byPost.includes(name) ? 'POST' : 'GET';
    return [name, (await fetch(String(address), { method })).status];
  });

  expect(Object.fromEntries(await Promise.all(statuses))).toEqual({
    authorization_endpoint: 400,
    token_endpoint: 400,
    introspection_endpoint: 401,
    revocation_endpoint: 401,
    userinfo_endpoint: 401,
    end_session_endpoint: 200,
    jwks_uri: 200,
  });
});
