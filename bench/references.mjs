// @ts-check
/**
 * The bare servers with which ours is compared: Fastify without anything that makes a mock.
 *
 * Usage: node bench/references.mjs PORT sign | send [--busy MICROSECONDS] [--data FILE]
 */
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import fastify from 'fastify';

const { values, positionals } = parseArgs({
  options: { busy: { type: 'string', default: '0' }, data: { type: 'string' } },
  allowPositionals: true,
});
const [port, kind] = positionals;
const app = fastify();

if (values.data !== undefined) {
  const database = await openDatabase(values.data);
  database.exec('CREATE TABLE IF NOT EXISTS bench (id TEXT)');
}

if (kind === 'sign') {
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
} else {
  const bytes = await text(process.stdin);
  const busy = Number(values.busy) / 1000;
  app.get('/*', (_request, reply) => {
    const end = performance.now() + busy;
    while (performance.now() < end);
    reply.type('application/json').send(bytes);
  });
}

await app.listen({ host: '127.0.0.1', port: Number(port) });

/** By the driver that ours takes: Node's own where better-sqlite3 has no binary for it. @param {string} file */
async function openDatabase(file) {
  try {
    const { default: Database } = await import('better-sqlite3');
    return new Database(file);
  } catch {
    const sqlite = /** @type {any} */ (process.getBuiltinModule('node:sqlite'));
    return new sqlite.DatabaseSync(file);
  }
}
