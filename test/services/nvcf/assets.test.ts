import { describe, expect, it } from 'vitest';
import { createLineLog } from '../../../src/lib/log.ts';
import { listeningServer } from '../../support/listening.ts';
import { rowsOfStore } from '../../support/nouns.ts';
import { ACME, expectInvalid, expectProblem, FULL, NOBODY, nvcfServer } from '../../support/nvcf-client.ts';
import { withoutObjects } from '../../support/seeds.ts';
import { type Answer, START, type TestServer } from '../../support/server.ts';
import { openLine, requestBytes, send } from '../../support/wire.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const server = await nvcfServer({}, { seed: withoutObjects });
const { acme, globex } = server;
const ASSET = { contentType: 'image/png', description: 'a picture' };

const createAsset = async (more: object = {}, caller = acme) => {
  const { status, body } = await caller('POST assets', { ...ASSET, ...more });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as { assetId: string; uploadUrl: string };
};
const pathOf = (url: string) => new URL(url).pathname;
/** The headers that are part of the signature of the upload URL of `ASSET`. */
const SIGNED = { 'content-type': ASSET.contentType, 'x-amz-meta-nvcf-asset-description': ASSET.description };
const put = (url: string, payload: string | Buffer, headers: Record<string, string> = SIGNED, on = server) =>
  on.app.inject({ method: 'PUT', url: pathOf(url), payload, headers: { host: 'localhost:6625', ...headers } });
const download = (url: string) =>
  server.app.inject({ method: 'GET', url: pathOf(url), headers: { host: 'localhost:6625' } });
const notFound = (assetId: string, account = ACME) => `Asset id '${assetId}': Not found in account '${account}'`;

describe('an asset', () => {
  it('is created, uploaded, listed and downloaded', async () => {
    const content = Buffer.from([137, 80, 0, 255, 10]);
    const { status, body } = await acme('POST assets', { ...ASSET, color: 'red' });
    const { assetId, uploadUrl } = body;
    expect(status).toBe(200);
    expect(body).toEqual({ ...ASSET, assetId: expect.stringMatching(UUID), uploadUrl: expect.any(String) });
    expect(new URL(uploadUrl).origin).toBe('http://localhost:6625');

    const uploaded = await put(uploadUrl, content);
    expect({ status: uploaded.statusCode, body: uploaded.body }).toEqual({ status: 200, body: '' });

    const asset = { assetId, ...ASSET, createdAt: new Date(START).toISOString() };
    expect((await acme(`GET assets/${assetId}`)).body).toEqual({ asset });
    expect((await acme('GET assets')).body).toEqual({ assets: [asset] });

    const redirect = await acme(`GET assets/${assetId}/content-redirect`);
    expect({ status: redirect.status, body: redirect.body }).toEqual({ status: 302, body: undefined });
    const downloaded = await download(String(redirect.headers['location']));
    expect(downloaded.statusCode).toBe(200);
    expect(downloaded.headers['content-type']).toBe('image/png');
    expect(downloaded.rawPayload.equals(content)).toBe(true);
  });

  it('is replaced by another upload', async () => {
    const { assetId, uploadUrl } = await createAsset();
    for (const content of ['first and longer', '{ broken', 'last']) {
      expect((await put(uploadUrl, content)).statusCode).toBe(200);
    }

    const { headers } = await acme(`GET assets/${assetId}/content-redirect`);
    expect((await download(String(headers['location']))).body).toBe('last');
  });

  it('can be empty', async () => {
    const { assetId, uploadUrl } = await createAsset();
    expect((await put(uploadUrl, '')).statusCode).toBe(200);

    const { headers } = await acme(`GET assets/${assetId}/content-redirect`);
    expect(await download(String(headers['location']))).toMatchObject({ statusCode: 200, body: '' });
  });

  it('cannot be downloaded before its upload', async () => {
    const { assetId } = await createAsset();
    const { headers } = await acme(`GET assets/${assetId}/content-redirect`);
    const request = `GET ${pathOf(String(headers['location']))}`;

    expectRefusal(await server.call(request), 404, 'NoSuchKey', /Upload it first/);
  });

  it('is deleted with 204, together with its content', async () => {
    const { assetId, uploadUrl } = await createAsset();
    await put(uploadUrl, 'hello');
    const request = `DELETE assets/${assetId}`;
    const { status, body } = await acme(request);

    expect({ status, body }).toEqual({ status: 204, body: undefined });
    for (const followUp of [request, `GET assets/${assetId}`, `GET assets/${assetId}/content-redirect`]) {
      expectProblem(await acme(followUp), followUp, 404, notFound(assetId));
    }
    expect((await download(uploadUrl)).statusCode).toBe(404);
    expect((await put(uploadUrl, 'again')).statusCode).toBe(404);
  });

  it.each([['GET assets/{id}'], ['GET assets/{id}/content-redirect'], ['DELETE assets/{id}']])(
    '%s returns 404 for an asset of another account and for an unknown id',
    async (template) => {
      const { assetId } = await createAsset();
      const request = template.replace('{id}', assetId);
      const unknown = template.replace('{id}', NOBODY);

      expectProblem(await globex(request), request, 404, notFound(assetId, 'nca-globex-0002'));
      expectProblem(await acme(unknown), unknown, 404, notFound(NOBODY));
      expect((await acme(`GET assets/${assetId}`)).status).toBe(200);
    },
  );
});

const toAnswer = ({ statusCode: status, headers, body }: Awaited<ReturnType<typeof put>>) => ({
  status,
  headers,
  body,
});

/** Expects an error in the format of S3. */
function expectRefusal(
  { status, headers, body }: Pick<Answer, 'status' | 'headers' | 'body'>,
  expected: number,
  code: string,
  message: RegExp,
) {
  expect({ status, type: headers['content-type'] }).toEqual({ status: expected, type: 'application/xml' });
  expect(body).toMatch(
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error>.*<RequestId>[0-9A-F]{16}<\/RequestId><\/Error>$/,
  );
  expect(body).toContain(`<Code>${code}</Code>`);
  expect(/<Message>(.*)<\/Message>/.exec(body)?.[1]).toMatch(message);
}

it('an unknown upload id is not found', async () => {
  for (const request of [`GET uploads/${NOBODY}`, `PUT uploads/${NOBODY}`]) {
    const answer = await server.call(request.replace(' ', ' /v2/nvcf/'), { body: 'x' });
    expectRefusal(answer, 404, 'NoSuchKey', /upload/);
  }
  expectInvalid(await server.call('PUT /v2/nvcf/uploads/x', { body: 'x' }), 'PUT uploads/x', 'uploadId');
});

describe('an upload URL', () => {
  const DESCRIPTION = 'x-amz-meta-nvcf-asset-description';
  const MISMATCH =
    /^The request signature we calculated does not match the signature you provided\. Check your key and signing method\.$/;
  const upload = async (
    { uploadUrl }: { readonly uploadUrl: string },
    headers: Record<string, string | undefined> = {},
    content = 'content',
  ) => {
    const sent = Object.entries({ ...SIGNED, ...headers }).filter(([, value]) => value !== undefined);
    return toAnswer(await put(uploadUrl, content, Object.fromEntries(sent) as Record<string, string>));
  };

  it.each([
    [
      'another content type',
      { 'content-type': 'image/jpeg' },
      /`content-type` is `image\/jpeg`.*`content-type: image\/png`/,
    ],
    ['a parameter of the content type', { 'content-type': 'image/png; a=b' }, /`content-type`/],
    ['no content type', { 'content-type': undefined }, /`content-type` is missing/],
    ['another description', { [DESCRIPTION]: 'another' }, /`x-amz-meta-nvcf-asset-description` differs/],
    ['no description', { [DESCRIPTION]: undefined }, /`x-amz-meta-nvcf-asset-description` is missing/],
  ])('rejects %s, with the signed header in the hint', async (_what, headers, hint) => {
    const asset = await createAsset();
    const answer = await upload(asset, headers);

    expectRefusal(answer, 403, 'SignatureDoesNotMatch', MISMATCH);
    expect(answer.headers['x-mock-hint']).toMatch(hint);
    expect((await download(asset.uploadUrl)).statusCode).toBe(404);
  });

  it('rejects an `Authorization` header without repeating it', async () => {
    const answer = await upload(await createAsset(), { authorization: `Bearer ${FULL}` });

    expectRefusal(answer, 400, 'InvalidArgument', /^Only one auth mechanism allowed; only the X-Amz-Algorithm query/);
    expect(answer.headers['x-mock-hint']).toMatch(/without an `Authorization` header/);
    expect(answer.body).not.toContain(FULL);
  });

  it('rejects a key in the content type without repeating it', async () => {
    const answer = await upload(await createAsset(), { 'content-type': `image/${FULL}` });
    const { body } = await server.call('GET /_mock/requests?limit=1');

    expectRefusal(answer, 403, 'SignatureDoesNotMatch', MISMATCH);
    expect(answer.headers['x-mock-hint']).toMatch(/^Header `content-type` is `image\/sha256:/);
    expect(JSON.stringify(body)).toContain('upload_refused');
    expect(JSON.stringify(body)).not.toContain(FULL);
  });

  it('accepts a description with other whitespace, or in UTF-8 or Latin-1', async () => {
    const spaced = await createAsset({ description: ' two   words ' });
    expect((await upload(spaced, { [DESCRIPTION]: 'two words' })).status).toBe(200);

    const accented = await createAsset({ description: 'é' });
    for (const sent of ['\u00e9', '\u00c3\u00a9']) {
      expect((await upload(accented, { [DESCRIPTION]: sent })).status).toBe(200);
    }
  });

  it('accepts a missing header for an empty description, because few clients can send it', async () => {
    expect((await upload(await createAsset({ description: '' }), { [DESCRIPTION]: undefined })).status).toBe(200);
  });

  it('expires after 35 minutes', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const { body } = await world.acme('POST assets', ASSET);
    world.clock.set(START + 35 * 60_000);
    expect((await put(body.uploadUrl, 'in time', SIGNED, world)).statusCode).toBe(200);

    world.clock.set(START + 35 * 60_000 + 1);
    const rejected = toAnswer(await put(body.uploadUrl, 'late', SIGNED, world));
    expectRefusal(rejected, 403, 'AccessDenied', /^Request has expired$/);
    expect(rejected.headers['x-mock-hint']).toMatch(/35 minutes/);
    const { headers: redirect } = await world.acme(`GET assets/${body.assetId}/content-redirect`);
    const url = pathOf(String(redirect['location']));
    expect((await world.app.inject({ method: 'GET', url, headers: { host: 'localhost:6625' } })).body).toBe('in time');
  });

  it('logs the reason of a rejected upload', async () => {
    const lines: string[] = [];
    const log = createLineLog('info', false, { now: () => START }, (line) => void lines.push(line));
    const world = await nvcfServer({}, { log: () => log });
    const { body } = await world.acme('POST assets', ASSET);
    lines.length = 0;
    await put(body.uploadUrl, 'x', {}, world);

    expect(lines).toEqual([expect.stringMatching(/403 PUT .*Header `content-type` is missing/)]);
  });

  it('records the reason of a rejected upload, but never the content', async () => {
    const asset = await createAsset();
    await upload(asset, { 'content-type': undefined }, 'content-of-the-upload');
    await upload(asset, {}, 'content-of-the-upload');
    const { requests } = (await server.call('GET /_mock/requests?limit=2')).body;

    expect(requests.map(({ status }: { status: number }) => status)).toEqual([200, 403]);
    expect(requests[1].explanation).toMatch(/`content-type` is missing/);
    expect(JSON.stringify(requests)).not.toContain('content-of-the-upload');
  });
});

describe('a large asset', () => {
  const MIB = 1024 * 1024;
  /** A pattern that makes the chunks of a content differ. */
  const PATTERN = Buffer.from(Array.from({ length: 997 }, (_, at) => (at * 37) % 256));
  const createContent = (length: number) => Buffer.alloc(length, PATTERN);
  const readRows = (world: TestServer) => rowsOfStore(world.worlds.default.store);

  it('is stored with up to 25 MiB, in rows of at most 1 MiB', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const { body } = await world.acme('POST assets', ASSET);
    const content = createContent(25 * MIB);
    let turns = 0;
    let isOver = false;
    const countTurns = () => {
      turns += 1;
      if (!isOver) setImmediate(countTurns);
    };
    countTurns();
    expect((await put(body.uploadUrl, content, SIGNED, world)).statusCode).toBe(200);
    isOver = true;

    // Each chunk is stored in a separate turn of the event loop, so other requests are answered in between.
    expect(turns).toBeGreaterThan(30);
    const sizes = (await readRows(world)).map((row) => JSON.stringify(row).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(MIB);
    const url = pathOf(body.uploadUrl);
    const downloaded = await world.app.inject({ method: 'GET', url, headers: { host: 'localhost:6625' } });
    expect(downloaded.headers).toMatchObject({
      'content-length': String(content.length),
      'content-type': 'image/png',
      'content-security-policy': 'sandbox',
      'content-disposition': 'attachment',
    });
    expect(downloaded.rawPayload.equals(content)).toBe(true);
  });

  it('is rejected beyond 25 MiB, and stores nothing', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const { body } = await world.acme('POST assets', ASSET);
    await put(body.uploadUrl, 'before', SIGNED, world);
    const before = await readRows(world);
    const answer = toAnswer(await put(body.uploadUrl, createContent(25 * MIB + 1), SIGNED, world));

    expectRefusal(answer, 413, 'EntityTooLarge', /26214400 bytes/);
    expect(await readRows(world)).toEqual(before);
  });

  it('is replaced and deleted with all of its rows', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const empty = (await readRows(world)).length;
    const { body } = await world.acme('POST assets', ASSET);
    await put(body.uploadUrl, createContent(3 * MIB), SIGNED, world);
    await put(body.uploadUrl, 'small', SIGNED, world);
    expect((await readRows(world)).length).toBe(empty + 2);

    await put(body.uploadUrl, createContent(3 * MIB), SIGNED, world);
    expect((await world.acme(`DELETE assets/${body.assetId}`)).status).toBe(204);
    expect((await readRows(world)).length).toBe(empty);
  });

  it('is rejected with 507 beyond the limit of the state, and stores nothing', async () => {
    const world = await nvcfServer({ maxState: 16 }, { seed: withoutObjects });
    const { body } = await world.acme('POST assets', ASSET);
    const before = (await readRows(world)).length;
    const { statusCode } = await put(body.uploadUrl, createContent(20 * MIB), SIGNED, world);

    expect(statusCode).toBe(507);
    expect((await readRows(world)).length).toBe(before);
  });

  it('stores nothing if the client disconnects', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const { body } = await world.acme('POST assets', ASSET);
    const before = await readRows(world);
    const { port } = await world.listen('127.0.0.1', 0);
    const line = await openLine(port);
    const headers = Object.entries(SIGNED).map(([name, value]) => `${name}: ${value}`);
    const head = [
      `PUT ${pathOf(body.uploadUrl)} HTTP/1.1`,
      'Host: localhost',
      `Content-Length: ${9 * MIB}`,
      ...headers,
    ];
    line.send(`${head.join('\r\n')}\r\n\r\n`);
    line.send(createContent(5 * MIB));
    await expect.poll(async () => (await readRows(world)).length).toBeGreaterThan(before.length + 3);
    line.drop();

    await expect.poll(() => readRows(world)).toEqual(before);
  });

  it('is the complete content of one of several concurrent uploads', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const { body } = await world.acme('POST assets', ASSET);
    const contents = [createContent(3 * MIB), createContent(2 * MIB).reverse(), Buffer.from('small')];
    const rows = (await readRows(world)).length;
    await Promise.all(contents.map((content) => put(body.uploadUrl, content, SIGNED, world)));
    const url = pathOf(body.uploadUrl);
    const { rawPayload } = await world.app.inject({ method: 'GET', url, headers: { host: 'localhost:6625' } });

    expect(contents.some((content) => rawPayload.equals(content))).toBe(true);
    expect((await readRows(world)).length).toBe(rows + Math.ceil(rawPayload.length / (240 * 1024)));
  });
});

it('an account has at most 100 assets', async () => {
  const world = await nvcfServer({}, { seed: withoutObjects });
  const answers = await Promise.all(Array.from({ length: 102 }, () => world.acme('POST assets', ASSET)));

  expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
  expectProblem(await world.acme('POST assets', ASSET), 'POST assets', 400, expect.stringContaining('100'));
});

it('an asset is uploaded to its upload URL over HTTP', async () => {
  const { url } = await listeningServer();
  const port = Number(new URL(url).port);
  const headers = [`Host: ${new URL(url).host}`, `Authorization: Bearer ${FULL}`, 'Content-Type: application/json'];
  const { body } = await send(port, requestBytes('POST /v2/nvcf/assets', headers, JSON.stringify(ASSET)));
  const uploaded = await fetch(body.uploadUrl, { method: 'PUT', body: new Uint8Array([1, 2, 3]), headers: SIGNED });
  const downloaded = await fetch(`${url}/v2/nvcf/assets/${body.assetId}/content-redirect`, {
    headers: { authorization: `Bearer ${FULL}` },
  });

  expect(uploaded.status).toBe(200);
  expect(new Uint8Array(await downloaded.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
});

describe('the content type of an asset', () => {
  it.each(['text/html\u2028', 'no type', '/', 'a/b/c', 'text/plain\r\nx: y', 'text/plain; x=\u0000', ''])(
    'is rejected if it is not a valid header: %j',
    async (contentType) => {
      expectInvalid(await acme('POST assets', { ...ASSET, contentType }), 'POST assets', '`contentType`');
    },
  );

  it.each(['image/png', 'text/plain; charset=utf-8', 'application/vnd.acme+json;v="1"'])(
    'is returned unchanged with a download: %s',
    async (contentType) => {
      const { uploadUrl } = await createAsset({ contentType });
      await put(uploadUrl, 'content', { ...SIGNED, 'content-type': contentType });

      expect((await download(uploadUrl)).headers['content-type']).toBe(contentType);
    },
  );
});
