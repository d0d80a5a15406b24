import { join } from 'node:path';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { researcher } from '../../support/cast.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import { listeningServer } from '../../support/listening.ts';

/** Creates, uses, lists, regenerates and deletes an access key with documented requests over a socket. */
async function runLifecycle(url: string, afterEachStep: () => Promise<string>) {
  let base = url;
  const step = async () => {
    base = await afterEachStep();
  };
  const login = (clientId: string, clientSecret: string) =>
    request(base).post('/api/v1/token').send({ grantType: 'client_credentials', clientId, clientSecret });
  const { clientId, clientSecret } = researcher.accessKey;
  const authorize = async () => `Bearer ${(await login(clientId, clientSecret).expect(200)).body.accessToken}`;

  const created = await request(base)
    .post('/api/v1/access-keys')
    .set('Authorization', await authorize())
    .send({ name: 'journey' })
    .expect(201);
  const key = created.body;
  const path = `/api/v1/access-keys/${key.id}`;
  await step();

  const granted = await login(key.clientId, key.clientSecret).expect(200);
  expect(granted.body.expiresIn).toBe(3600);
  await step();

  const listed = await request(base)
    .get('/api/v1/access-keys')
    .set('Authorization', await authorize())
    .expect(200);
  const mine = listed.body.accessKeys.find(({ id }: { id: string }) => id === key.id);
  expect(Date.parse(mine.lastLogin)).toBeGreaterThanOrEqual(Date.parse(mine.createdAt));
  await step();

  const renewed = await request(base)
    .post(`${path}/secret`)
    .set('Authorization', await authorize())
    .expect(200);
  await step();
  await login(key.clientId, key.clientSecret).expect(400);
  await login(key.clientId, renewed.body.clientSecret).expect(200);

  await request(base)
    .delete(path)
    .set('Authorization', await authorize())
    .expect(204);
  await step();
  await request(base)
    .get(path)
    .set('Authorization', await authorize())
    .expect(404);
  await login(key.clientId, renewed.body.clientSecret).expect(400);
}

describe('an access key can be created, used, listed, regenerated and deleted', () => {
  it('in memory', async () => {
    const { url } = await listeningServer();

    await runLifecycle(url, async () => url);
  });

  it.runIf(hasDriver)('with a restart after every step', async () => {
    const data = join(await emptyFolder(), 'mock.db');
    let server = await listeningServer({ data });

    await runLifecycle(server.url, async () => {
      await server.close();
      server = await listeningServer({ data });
      return server.url;
    });
  });
});
