import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, NOT_FOUND, UUID } from '../../support/air-images.ts';

const server = await airImagesServer();
const { acme } = server;
const KEYS = 'users/ssh-keys/';

/** A public key, and its fingerprint according to `ssh-keygen -lf`. */
const ED25519 = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const ED25519_FINGERPRINT = 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU';

function encodeString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Creates an RSA key and returns its public part in the format of OpenSSH. */
function createRsaMaterial(): string {
  const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  const [exponent, modulus] = [e, n].map((text) => Buffer.from(text, 'base64url')) as [Buffer, Buffer];
  const parts = [Buffer.from('ssh-rsa'), exponent, Buffer.concat([Buffer.from([0]), modulus])];
  return Buffer.concat(parts.map(encodeString)).toString('base64');
}

/** Computes a fingerprint as OpenSSH does. */
function computeFingerprint(material: string): string {
  const digest = createHash('sha256').update(Buffer.from(material, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

const addKey = (public_key: unknown, name: unknown = 'laptop') => acme(`POST ${KEYS}`, { name, public_key });

describe('an SSH key', () => {
  it('of type Ed25519 has the fingerprint of `ssh-keygen`', async () => {
    const { status, body } = await addKey(`ssh-ed25519 ${ED25519} ann@laptop`);

    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(UUID),
      created: expect.any(String),
      name: 'laptop',
      fingerprint: ED25519_FINGERPRINT,
    });
    expect((await acme(`GET ${KEYS}${body.id}/`)).body).toEqual(body);
    expect((await acme(`GET ${KEYS}`)).body.results).toContainEqual(body);
  });

  it('of type RSA has its fingerprint', async () => {
    const material = createRsaMaterial();

    expect((await addKey(`ssh-rsa ${material}`)).body.fingerprint).toBe(computeFingerprint(material));
  });

  it('can end in a line break and have a comment with spaces', async () => {
    expect((await addKey(`ssh-ed25519 ${ED25519} ann of the lab\n`)).body.fingerprint).toBe(ED25519_FINGERPRINT);
  });

  it.each([
    ['empty', ''],
    ['only a type', 'ssh-ed25519'],
    ['without material', 'ssh-ed25519 '],
    ['not base64', 'ssh-ed25519 not*base64'],
    ['of another type', `ecdsa-sha2-nistp256 ${ED25519}`],
    ['without a type', ED25519],
    ['two lines', `ssh-ed25519 ${ED25519}\nssh-ed25519 ${ED25519}`],
    ['private', `-----BEGIN OPENSSH PRIVATE KEY-----\n${ED25519}\n-----END OPENSSH PRIVATE KEY-----`],
    ['truncated', `ssh-ed25519 ${ED25519.slice(0, 40)}`],
    ['of a type that differs from its material', `ssh-rsa ${ED25519}`],
  ])('is rejected if it is %s', async (_, public_key) => {
    expectRefusal(await addKey(public_key), 400, /`public_key`/);
  });

  it('is rejected without repeating the value, which may be a private key', async () => {
    const { body } = await addKey(`-----BEGIN OPENSSH PRIVATE KEY-----\n${ED25519}\n-----END OPENSSH PRIVATE KEY-----`);

    expect(JSON.stringify(body)).not.toContain(ED25519);
  });

  it('is returned without its material and comment', async () => {
    const { body } = await addKey(`ssh-ed25519 ${ED25519} secret-comment`);
    const responses = [body, (await acme(`GET ${KEYS}`)).body, (await acme(`GET ${KEYS}${body.id}/`)).body];

    expect(JSON.stringify(responses)).not.toContain(ED25519);
    expect(JSON.stringify(responses)).not.toContain('secret-comment');
    expect(JSON.stringify(responses)).not.toMatch(/private/i);
  });

  it('is deleted once and cannot be updated', async () => {
    const { id } = (await addKey(`ssh-ed25519 ${ED25519}`)).body;

    expect((await acme(`PATCH ${KEYS}${id}/`, { name: 'other' })).status).toBe(405);
    expect((await acme(`DELETE ${KEYS}${id}/`, {})).status).toBe(204);
    expectRefusal(await acme(`DELETE ${KEYS}${id}/`, {}), 404, NOT_FOUND);
  });

  it('is visible only to the user who added it', async () => {
    const { id } = (await addKey(`ssh-ed25519 ${ED25519}`)).body;
    const colleague = await server.withRoles(['air-admin'], 'colleague@acme.test');
    const service = await server.withScopes(['air:access', 'air:simulation_read']);

    for (const caller of [colleague, service]) {
      expectRefusal(await caller(`GET ${KEYS}${id}/`), 404, NOT_FOUND);
      expectRefusal(await caller(`DELETE ${KEYS}${id}/`, {}), 404, NOT_FOUND);
      expect((await caller(`GET ${KEYS}`)).body.count).toBe(0);
    }
  });
});
