// @ts-check
/**
 * The bare servers with which ours is compared: Fastify without anything that makes a mock.
 *
 * Usage: node bench/references.mjs sign | send | start
 */
import { readFileSync } from 'node:fs';
import fastify from 'fastify';

const [what] = process.argv.slice(2);
const app = fastify();

if (what === 'sign') {
  const { calculateJwkThumbprint, importJWK, SignJWT } = await import('jose');
  const jwk = JSON.parse(readFileSync(new URL('../fixtures/runai/signing-key.rs256.json', import.meta.url), 'utf8'));
  const key = await importJWK(jwk, 'RS256');
  const kid = await calculateJwkThumbprint(jwk);
  // The claims of our own tokens, so that both sign and send the same amount.
  const claims = {
    email: 'admin@acme.test',
    email_verified: true,
    preferred_username: 'admin@acme.test',
    tenant_id: 1001,
    typ: 'Bearer',
    jti: '0b6f6f0e-3c1e-4a52-9a55-6d2f1f0c0003',
  };
  app.post('/api/v1/token', async (request) => {
    const { clientId } = /** @type {{ clientId: string }} */ (request.body);
    const accessToken = await new SignJWT({ ...claims, azp: clientId })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
      .setIssuer('http://127.0.0.1:12345/auth/realms/acme')
      .setSubject('0b6f6f0e-3c1e-4a52-9a55-6d2f1f0c0001')
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(key);
    return { accessToken, expiresIn: 3600 };
  });
} else if (what === 'send') {
  const bytes = await text(process.stdin);
  for (const path of ['/api/v1/access-keys', '/v2/nvcf/functions']) {
    app.get(path, (_request, reply) => reply.type('application/json').send(bytes));
  }
} else {
  const [{ default: Database }] = await Promise.all([import('better-sqlite3'), import('jose')]);
  new Database(':memory:').exec('CREATE TABLE bench (id TEXT)');
  app.get('/', () => 'ready');
}

const url = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`ready on ${url}\n`);

/** @param {AsyncIterable<Buffer>} stream */
async function text(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
