/** No request opens a file or a URL that it names. */
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect } from 'vitest';
import { researcher } from '../support/cast.ts';
import { it } from '../support/in-folder.ts';
import { castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';
import { forge } from '../support/tokens.ts';

it('a request opens no file and no URL that it names', async ({ folder, onTestFinished }) => {
  const called: string[] = [];
  const canary = createServer((request, response) => {
    called.push(String(request.url));
    response.end('{"keys":[]}');
  });
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void canary.close());
  const { port } = canary.address() as { readonly port: number };
  const url = (path: string) => `http://127.0.0.1:${port}/${path}`;
  const file = join(folder, 'seed.json');
  await writeFile(file, '{"runai":{"users":[{"email":"of-a-file@acme.test"}]}}');

  const server = await testServer();
  const [user, key] = [await server.tokenOf(researcher), castKey('nvcf-full-access').key];
  const external = await forge({ iss: url('iss') }, { jku: url('jku'), x5u: url('x5u') } as never);
  const places = [url('body'), file, `file://${file}`];
  const answers = [];
  for (const place of places) {
    for (const [request, token, body] of [
      ['POST /_mock/worlds', '', { seed: place }],
      ['POST /_mock/worlds', '', { seed: { extends: place } }],
      ['POST /_mock/worlds', '', { from: { snapshot: place } }],
      ['POST /_mock/snapshots', '', { name: place }],
      ['GET /api/v1/users', external, undefined],
      ['POST /api/v1/token', '', { grantType: 'external_token_exchange', externalToken: external }],
      ['POST /api/v1/access-keys', user, { name: place }],
      ['POST /v2/nvcf/functions', key, { name: 'a', inferenceUrl: place, containerImage: place, helmChart: place }],
      ['POST /v2/nvcf/assets', key, { contentType: 'text/plain', description: place }],
      ['POST /v2/nvcf/registry-credentials', key, { registryHostname: place, secret: { name: 'a', value: 'YTpi' } }],
      [`GET /auth/realms/acme/protocol/openid-connect/auth?client_id=runai-cli&redirect_uri=${place}`, '', undefined],
      [`GET /docs/static/..%2f..%2f${encodeURIComponent(place)}`, '', undefined],
      [`GET /console/${encodeURIComponent(place)}`, '', undefined],
    ] as const) {
      const answer = await server.call(request, { ...(token !== '' && { token }), ...(body && { body }) });
      answers.push(JSON.stringify(answer.body) ?? '');
    }
  }

  expect(called).toEqual([]);
  expect(answers.filter((body) => body.includes('of-a-file'))).toEqual([]);
  expect(await readdir(folder)).toEqual(['seed.json']);
  expect(existsSync(join(process.cwd(), 'http:'))).toBe(false);
});
