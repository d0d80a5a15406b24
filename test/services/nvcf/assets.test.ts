import { describe, expect, it } from 'vitest';
import { listeningServer } from '../../support/listening.ts';
import {
  ACME,
  expectInvalid,
  expectProblem,
  expectUntyped,
  FULL,
  NOBODY,
  nvcfServer,
} from '../../support/nvcf-client.ts';
import { withoutObjects } from '../../support/seeds.ts';
import { START } from '../../support/server.ts';
import { requestBytes, send } from '../../support/wire.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const server = await nvcfServer({}, { seed: withoutObjects });
const { acme, globex } = server;
const given = { contentType: 'image/png', description: 'a picture' };

const made = async (more: object = {}, caller = acme) => {
  const { status, body } = await caller('POST assets', { ...given, ...more });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as { assetId: string; uploadUrl: string };
};
const pathOf = (url: string) => new URL(url).pathname;
const put = (url: string, payload: string | Buffer, headers: Record<string, string> = {}) =>
  server.app.inject({ method: 'PUT', url: pathOf(url), payload, headers: { host: 'localhost:6625', ...headers } });
const take = (url: string) =>
  server.app.inject({ method: 'GET', url: pathOf(url), headers: { host: 'localhost:6625' } });
const absent = (assetId: string, account = ACME) => `Asset id '${assetId}': Not found in account '${account}'`;

describe('an asset', () => {
  it('is made, uploaded, found, and downloaded', async () => {
    const content = Buffer.from([137, 80, 0, 255, 10]);
    const { status, body } = await acme('POST assets', { ...given, color: 'red' });
    const { assetId, uploadUrl } = body;
    expect(status).toBe(200);
    expect(body).toEqual({ ...given, assetId: expect.stringMatching(UUID), uploadUrl: expect.any(String) });
    expect(new URL(uploadUrl).origin).toBe('http://localhost:6625');

    const uploaded = await put(uploadUrl, content, { 'content-type': 'image/png' });
    expect({ status: uploaded.statusCode, body: uploaded.body }).toEqual({ status: 200, body: '' });

    const asset = { assetId, ...given, createdAt: new Date(START).toISOString() };
    expect((await acme(`GET assets/${assetId}`)).body).toEqual({ asset });
    expect((await acme('GET assets')).body).toEqual({ assets: [asset] });

    const redirect = await acme(`GET assets/${assetId}/content-redirect`);
    expect({ status: redirect.status, body: redirect.body }).toEqual({ status: 302, body: undefined });
    const downloaded = await take(String(redirect.headers['location']));
    expect(downloaded.statusCode).toBe(200);
    expect(downloaded.headers['content-type']).toBe('image/png');
    expect(downloaded.rawPayload.equals(content)).toBe(true);
  });

  it('is uploaded with any type or none, and anew', async () => {
    const { assetId, uploadUrl } = await made();
    for (const headers of [{}, { 'content-type': 'application/json' }, { 'content-type': 'x' }]) {
      expect((await put(uploadUrl, '{ broken', headers)).statusCode).toBe(200);
    }
    expect((await put(uploadUrl, 'last')).statusCode).toBe(200);

    const { headers } = await acme(`GET assets/${assetId}/content-redirect`);
    expect((await take(String(headers['location']))).body).toBe('last');
  });

  it('may be empty', async () => {
    const { assetId, uploadUrl } = await made();
    expect((await put(uploadUrl, '')).statusCode).toBe(200);

    const { headers } = await acme(`GET assets/${assetId}/content-redirect`);
    expect(await take(String(headers['location']))).toMatchObject({ statusCode: 200, body: '' });
  });

  it('has nothing to download before its upload', async () => {
    const { assetId } = await made();
    const { headers } = await acme(`GET assets/${assetId}/content-redirect`);
    const request = `GET ${pathOf(String(headers['location']))}`;

    expectProblem(await server.call(request), request, 404, expect.stringMatching(/upload/));
  });

  it('is refused where it is larger than a body may be', async () => {
    const { uploadUrl } = await made();
    const request = `PUT ${pathOf(uploadUrl)}`;
    const answer = await server.call(request, { body: 'x'.repeat(1024 * 1024 + 1) });

    expectUntyped(answer, request, 413, 'Content Too Large');
  });

  it.each([
    ['no content type', { contentType: undefined }, 'contentType'],
    ['no description', { description: undefined }, 'description'],
    ['a content type that is a number', { contentType: 5 }, 'contentType'],
  ])('is not made with %s', async (_what, more, word) => {
    expectInvalid(await acme('POST assets', { ...given, ...more }), 'POST assets', word);
  });

  it('is deleted with 204, and its content with it', async () => {
    const { assetId, uploadUrl } = await made();
    await put(uploadUrl, 'hello');
    const request = `DELETE assets/${assetId}`;
    const { status, body } = await acme(request);

    expect({ status, body }).toEqual({ status: 204, body: undefined });
    for (const gone of [request, `GET assets/${assetId}`, `GET assets/${assetId}/content-redirect`]) {
      expectProblem(await acme(gone), gone, 404, absent(assetId));
    }
    expect((await take(uploadUrl)).statusCode).toBe(404);
    expect((await put(uploadUrl, 'again')).statusCode).toBe(404);
  });

  it.each([['GET assets/{id}'], ['GET assets/{id}/content-redirect'], ['DELETE assets/{id}']])(
    '%s is not found for another account, nor for an unknown id',
    async (template) => {
      const { assetId } = await made();
      const request = template.replace('{id}', assetId);
      const unknown = template.replace('{id}', NOBODY);
      const malformed = template.replace('{id}', 'x');

      expectProblem(await globex(request), request, 404, absent(assetId, 'nca-globex-0002'));
      expectProblem(await acme(unknown), unknown, 404, absent(NOBODY));
      expectInvalid(await acme(malformed), malformed, 'assetId', 'uuid');
      expect((await acme(`GET assets/${assetId}`)).status).toBe(200);
    },
  );

  it('is listed for its own account only', async () => {
    const { assetId } = await made({}, globex);
    const ids = async (caller = acme) =>
      (await caller('GET assets')).body.assets.map((asset: { assetId: string }) => asset.assetId);

    expect(await ids()).not.toContain(assetId);
    expect(await ids(globex)).toEqual([assetId]);
  });

  it.each([
    ['GET assets', undefined],
    ['POST assets', given],
    [`GET assets/${NOBODY}`, undefined],
    [`GET assets/${NOBODY}/content-redirect`, undefined],
    [`DELETE assets/${NOBODY}`, undefined],
  ])('%s needs Invoke Function', async (request, body) => {
    const lister = await server.withScopes(['list_functions']);

    expectProblem(await lister(request, body), request, 403, 'Access Denied');
  });

  it('needs no resource that fits', async () => {
    const bound = await server.withScopes(['invoke_function'], { type: 'Function', ids: [NOBODY] });

    expect((await bound('POST assets', given)).status).toBe(200);
  });
});

it('an upload that nobody has is not found', async () => {
  for (const request of [`GET uploads/${NOBODY}`, `PUT uploads/${NOBODY}`]) {
    const answer = await server.call(request.replace(' ', ' /v2/nvcf/'), { body: 'x' });
    expectProblem(answer, request, 404, expect.stringMatching(/upload/));
  }
  expectInvalid(await server.call('PUT /v2/nvcf/uploads/x', { body: 'x' }), 'PUT uploads/x', 'uploadId');
});

it('an account has at most 100', async () => {
  const world = await nvcfServer({}, { seed: withoutObjects });
  const answers = await Promise.all(Array.from({ length: 102 }, () => world.acme('POST assets', given)));

  expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
  expectProblem(await world.acme('POST assets', given), 'POST assets', 400, expect.stringContaining('100'));
});

it('over a line, an asset is uploaded to where the answer says', async () => {
  const { url } = await listeningServer();
  const port = Number(new URL(url).port);
  const headers = [`Host: ${new URL(url).host}`, `Authorization: Bearer ${FULL}`, 'Content-Type: application/json'];
  const { body } = await send(port, requestBytes('POST /v2/nvcf/assets', headers, JSON.stringify(given)));
  const uploaded = await fetch(body.uploadUrl, { method: 'PUT', body: new Uint8Array([1, 2, 3]) });
  const downloaded = await fetch(`${url}/v2/nvcf/assets/${body.assetId}/content-redirect`, {
    headers: { authorization: `Bearer ${FULL}` },
  });

  expect(uploaded.status).toBe(200);
  expect(new Uint8Array(await downloaded.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
});

describe('over a line, a content type', async () => {
  const { url } = await listeningServer();
  const port = Number(new URL(url).port);
  const headers = [`Host: ${new URL(url).host}`, `Authorization: Bearer ${FULL}`, 'Content-Type: application/json'];

  it.each([
    ['a line feed', 'text/plain\r\nx-injected: 1'],
    ['a character beyond Latin-1', 'text/\u{1F600}'],
    ['a null character', 'text/\u0000'],
    ['nothing', ''],
  ])('with %s breaks no download: it is refused, or the content comes', async (_what, contentType) => {
    const sent = JSON.stringify({ ...given, contentType });
    const { status, body } = await send(port, requestBytes('POST /v2/nvcf/assets', headers, sent));
    if (status === 400) return;
    await fetch(body.uploadUrl, { method: 'PUT', body: 'hello' });
    const downloaded = await send(port, requestBytes(`GET ${pathOf(body.uploadUrl)}`, headers.slice(0, 1)));

    expect({ status: downloaded.status, text: downloaded.text }).toEqual({ status: 200, text: 'hello' });
    expect(downloaded.headers).not.toHaveProperty('x-injected');
  });
});

describe('the media type of an asset', () => {
  it.each(['text/html\u2028', 'no type', '/', 'a/b/c', 'text/plain\r\nx: y', 'text/plain; x=\u0000', ''])(
    'is refused where it could not be sent: %j',
    async (contentType) => {
      expectInvalid(await acme('POST assets', { ...given, contentType }), 'POST assets', '`contentType`');
    },
  );

  it.each(['image/png', 'text/plain; charset=utf-8', 'application/vnd.acme+json;v="1"'])(
    'is sent as it was given: %s',
    async (contentType) => {
      const { uploadUrl } = await made({ contentType });
      await put(uploadUrl, 'content');

      expect((await take(uploadUrl)).headers['content-type']).toBe(contentType);
    },
  );
});
