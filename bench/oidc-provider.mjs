// @ts-check
/**
 * oidc-provider, configured as in its documentation, with one client. Its tokens are opaque by default. With a resource
 * indicator, the client gets a signed token like ours.
 *
 * Usage: node bench/oidc-provider.mjs ENTRY PORT
 *   ENTRY  the file of the installed package
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { API, KEY } from './loads.mjs';

const [entry = '', port] = process.argv.slice(2);
const { Provider, errors } = await import(pathToFileURL(entry).href);
const jwk = JSON.parse(readFileSync(new URL('../fixtures/runai/signing-key.rs256.json', import.meta.url), 'utf8'));

new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: KEY.clientId,
      client_secret: KEY.clientSecret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    },
  ],
  jwks: { keys: [jwk] },
  features: {
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: async (/** @type {unknown} */ _context, /** @type {string} */ resource) => {
        if (resource !== API) throw new errors.InvalidTarget();
        return { scope: 'api:read api:write', accessTokenTTL: 60 * 60, accessTokenFormat: 'jwt' };
      },
    },
  },
}).listen(Number(port), '127.0.0.1');
