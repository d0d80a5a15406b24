import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, NOT_FOUND, NOT_PERMITTED, UUID } from '../../support/air-images.ts';

const server = await airImagesServer();
const { acme } = server;
const KEYS = 'users/ssh-keys/';

/** Each with what `ssh-keygen -lf` says of it. */
const ED25519 = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const ED25519_FINGERPRINT = 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU';

function sshString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The public half of a new RSA key, as a client sends it. */
function rsaMaterial(): string {
  const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  const [exponent, modulus] = [e, n].map((text) => Buffer.from(text, 'base64url')) as [Buffer, Buffer];
  const parts = [Buffer.from('ssh-rsa'), exponent, Buffer.concat([Buffer.from([0]), modulus])];
  return Buffer.concat(parts.map(sshString)).toString('base64');
}

/** As the tools of OpenSSH make it. */
function fingerprint(material: string): string {
  const digest = createHash('sha256').update(Buffer.from(material, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

const add = (public_key: unknown, name: unknown = 'laptop') => acme(`POST ${KEYS}`, { name, public_key });

describe('an SSH key', () => {
  it('of Ed25519 is kept with the fingerprint that ssh-keygen shows', async () => {
    const { status, body } = await add(`ssh-ed25519 ${ED25519} ann@laptop`);

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

  it('of RSA is kept as well', async () => {
    const material = rsaMaterial();

    expect((await add(`ssh-rsa ${material}`)).body.fingerprint).toBe(fingerprint(material));
  });

  it('may end in a line break, and its comment may have spaces', async () => {
    expect((await add(`ssh-ed25519 ${ED25519} ann of the lab\n`)).body.fingerprint).toBe(ED25519_FINGERPRINT);
  });

  it.each([
    ['nothing', undefined],
    ['no text', 5],
    ['empty', ''],
    ['only a type', 'ssh-ed25519'],
    ['without its material', 'ssh-ed25519 '],
    ['no base64', 'ssh-ed25519 not*base64'],
    ['of another type', `ecdsa-sha2-nistp256 ${ED25519}`],
    ['without its type', ED25519],
    ['two lines', `ssh-ed25519 ${ED25519}\nssh-ed25519 ${ED25519}`],
    ['private', `-----BEGIN OPENSSH PRIVATE KEY-----\n${ED25519}\n-----END OPENSSH PRIVATE KEY-----`],
    ['cut short', `ssh-ed25519 ${ED25519.slice(0, 40)}`],
    ['of one type by its name and of another by its material', `ssh-rsa ${ED25519}`],
  ])('that is %s is refused', async (_, public_key) => {
    expectRefusal(await add(public_key), 400, /`public_key`/);
  });

  it('is refused without repeating what may have been a private one', async () => {
    const { body } = await add(`-----BEGIN OPENSSH PRIVATE KEY-----\n${ED25519}\n-----END OPENSSH PRIVATE KEY-----`);

    expect(JSON.stringify(body)).not.toContain(ED25519);
  });

  it('needs a name', async () => {
    expectRefusal(await acme(`POST ${KEYS}`, { public_key: `ssh-ed25519 ${ED25519}` }), 400, /`name`/);
    expectRefusal(await add(`ssh-ed25519 ${ED25519}`, ''), 400, /`name`/);
  });

  it('is told without its material', async () => {
    const { body } = await add(`ssh-ed25519 ${ED25519} secret-comment`);
    const reported = [body, (await acme(`GET ${KEYS}`)).body, (await acme(`GET ${KEYS}${body.id}/`)).body];

    expect(JSON.stringify(reported)).not.toContain(ED25519);
    expect(JSON.stringify(reported)).not.toContain('secret-comment');
    expect(JSON.stringify(reported)).not.toMatch(/private/i);
  });

  it('is found by its name', async () => {
    const { body } = await add(`ssh-ed25519 ${ED25519}`, 'needle');

    expect((await acme(`GET ${KEYS}?name=needle`)).body).toMatchObject({ count: 1, results: [body] });
  });

  it('is deleted once, and never changed', async () => {
    const { id } = (await add(`ssh-ed25519 ${ED25519}`)).body;

    expect((await acme(`PATCH ${KEYS}${id}/`, { name: 'other' })).status).toBe(405);
    expect((await acme(`DELETE ${KEYS}${id}/`, {})).status).toBe(204);
    expectRefusal(await acme(`DELETE ${KEYS}${id}/`, {}), 404, NOT_FOUND);
  });

  it('belongs to who added it, and is not seen by others of the organisation', async () => {
    const { id } = (await add(`ssh-ed25519 ${ED25519}`)).body;
    const colleague = await server.withRoles(['air-admin'], 'colleague@acme.test');
    const service = await server.withScopes(['air:access', 'air:simulation_read']);

    for (const caller of [colleague, service]) {
      expectRefusal(await caller(`GET ${KEYS}${id}/`), 404, NOT_FOUND);
      expectRefusal(await caller(`DELETE ${KEYS}${id}/`, {}), 404, NOT_FOUND);
      expect((await caller(`GET ${KEYS}`)).body.count).toBe(0);
    }
  });

  it('needs access and nothing more', async () => {
    const plain = await server.withScopes(['air:access']);
    const without = await server.withScopes(['air:simulation_read']);

    expect((await plain(`POST ${KEYS}`, { name: 'plain', public_key: `ssh-ed25519 ${ED25519}` })).status).toBe(201);
    expectRefusal(await without(`GET ${KEYS}`), 403, NOT_PERMITTED);
  });
});
