// @ts-check
/**
 * A bare server to compare ours with, as written in an hour with Fastify and jose. It only checks credentials.
 *
 * Usage: node bench/references.mjs PORT [--lists FILE] [--data FILE]
 *   --lists  JSON: the content of each list, by path
 *   --data   a SQLite file that it opens
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import fastify from 'fastify';
import { calculateJwkThumbprint, importJWK, jwtVerify, SignJWT } from 'jose';
import { ACCESS_KEYS, BARE_KEY, FUNCTIONS, KEY } from './loads.mjs';

const { values, positionals } = parseArgs({
  options: { lists: { type: 'string' }, data: { type: 'string' } },
  allowPositionals: true,
});
const lists = values.lists === undefined ? {} : JSON.parse(readFileSync(values.lists, 'utf8'));
if (values.data !== undefined) {
  (await openDatabase(values.data)).exec('CREATE TABLE IF NOT EXISTS bench (id TEXT)');
}

const jwk = JSON.parse(readFileSync(new URL('../fixtures/runai/signing-key.rs256.json', import.meta.url), 'utf8'));
const privateKey = await importJWK(jwk, 'RS256');
const publicKey = await importJWK({ kty: jwk.kty, n: jwk.n, e: jwk.e }, 'RS256');
const kid = await calculateJwkThumbprint(jwk);
const ISSUER = 'http://127.0.0.1:12345/auth/realms/acme';
/** The claims of our own tokens, so that both sign the same amount of data. */
const CLAIMS = {
  email: 'admin@acme.test',
  email_verified: true,
  preferred_username: 'admin@acme.test',
  tenant_id: 1001,
  typ: 'Bearer',
  sid: 'b16c3f66-1037-46d6-8ef2-e15a142b10af',
};

/** @param {string} secret */
const hashOf = (secret) => createHash('sha256').update(secret).digest();
const clients = new Map([[KEY.clientId, { secretHash: hashOf(KEY.clientSecret) }]]);
const keys = new Map([[hashOf(BARE_KEY).toString('hex'), { scopes: ['list_functions'] }]]);

/** @param {import('fastify').FastifyRequest} request */
const bearerOf = ({ headers }) => headers.authorization?.replace(/^Bearer /, '') ?? '';

const app = fastify();

app.post('/api/v1/token', async (request, reply) => {
  const { clientId, clientSecret } = /** @type {typeof KEY} */ (request.body);
  const client = clients.get(clientId);
  if (client === undefined || !timingSafeEqual(hashOf(clientSecret), client.secretHash)) {
    return reply.code(401).send({ message: 'wrong client id or secret' });
  }
  const accessToken = await new SignJWT({ ...CLAIMS, azp: clientId })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
    .setIssuer(ISSUER)
    .setSubject('0b6f6f0e-3c1e-4a52-9a55-6d2f1f0c0001')
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  return { accessToken, expiresIn: 3600 };
});

app.get(ACCESS_KEYS, async (request, reply) => {
  try {
    await jwtVerify(bearerOf(request), publicKey, { issuer: ISSUER });
  } catch {
    return reply.code(401).send({ message: 'the token is not valid' });
  }
  return lists[ACCESS_KEYS];
});

app.get(FUNCTIONS, async (request, reply) => {
  const key = keys.get(hashOf(bearerOf(request)).toString('hex'));
  if (key === undefined) return reply.code(401).send({ message: 'the key is unknown' });
  if (!key.scopes.includes('list_functions')) return reply.code(403).send({ message: 'the key lacks list_functions' });
  return lists[FUNCTIONS];
});

await app.listen({ host: '127.0.0.1', port: Number(positionals[0]) });

/** Opens a database with the same driver as our server: Node's own if better-sqlite3 has no binary. @param {string} file */
async function openDatabase(file) {
  try {
    const { default: Database } = await import('better-sqlite3');
    return new Database(file);
  } catch {
    const sqlite = /** @type {any} */ (process.getBuiltinModule('node:sqlite'));
    return new sqlite.DatabaseSync(file);
  }
}
