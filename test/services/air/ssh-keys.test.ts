import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, NOT_FOUND, UUID } from '../../support/air-images.ts';

const server = await airImagesServer();
const { acme } = server;
const KEYS = 'users/ssh-keys/';

/** A public key, and its fingerprint according to `ssh-keygen -lf`. */
const ED25519 = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const ED25519_FINGERPRINT = 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU';

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

  it.each([
    ['two lines', `ssh-ed25519 ${ED25519}\nssh-ed25519 ${ED25519}`],
    ['truncated', `ssh-ed25519 ${ED25519.slice(0, 40)}`],
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

  it('is visible only to the user who added it', async () => {
    const { id } = (await addKey(`ssh-ed25519 ${ED25519}`)).body;
    const colleague = await server.withRoles(['air-admin'], 'colleague@acme.test');
    const service = await server.withScopes(['air:access', 'air:simulation_read']);

    for (const caller of [colleague, service]) {
      expectRefusal(await caller(`GET ${KEYS}${id}/`), 404, NOT_FOUND);
      expectRefusal(await caller(`DELETE ${KEYS}${id}/`, {}), 404, NOT_FOUND);
    }
  });
});
