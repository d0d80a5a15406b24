import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLineLog } from '../../../src/diagnostics/log.ts';
import { createManualClock } from '../../../src/time/clock.ts';
import { listeningServer } from '../../support/listening.ts';
import { rowsOfStore } from '../../support/nouns.ts';
import { ACME, expectInvalid, expectProblem, FULL, NOBODY, nvcfServer } from '../../support/nvcf-client.ts';
import { withoutObjects } from '../../support/seeds.ts';
import { type Answer, openServer, START, type TestServer } from '../../support/server.ts';
import { openLine, requestBytes, send } from '../../support/wire.ts';

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
/** The headers that the upload URL of `given` signs. */
const SIGNED = { 'content-type': given.contentType, 'x-amz-meta-nvcf-asset-description': given.description };
const put = (url: string, payload: string | Buffer, headers: Record<string, string> = SIGNED, on = server) =>
  on.app.inject({ method: 'PUT', url: pathOf(url), payload, headers: { host: 'localhost:6625', ...headers } });
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

    const uploaded = await put(uploadUrl, content);
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

  it('is uploaded anew, and then has the new content alone', async () => {
    const { assetId, uploadUrl } = await made();
    for (const content of ['first and longer', '{ broken', 'last']) {
      expect((await put(uploadUrl, content)).statusCode).toBe(200);
    }

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

    expectRefusal(await server.call(request), 404, 'NoSuchKey', /Upload it first/);
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

const answerOf = ({ statusCode: status, headers, body }: Awaited<ReturnType<typeof put>>) => ({
  status,
  headers,
  body,
});

/** An error of S3. @param message its text */
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

it('an upload that nobody has is not found', async () => {
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
    return answerOf(await put(uploadUrl, content, Object.fromEntries(sent) as Record<string, string>));
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
  ])('refuses %s, and a hint says what it signs', async (_what, headers, hint) => {
    const asset = await made();
    const answer = await upload(asset, headers);

    expectRefusal(answer, 403, 'SignatureDoesNotMatch', MISMATCH);
    expect(answer.headers['x-mock-hint']).toMatch(hint);
    expect((await take(asset.uploadUrl)).statusCode).toBe(404);
  });

  it('refuses an `Authorization` header, whose value is not repeated', async () => {
    const answer = await upload(await made(), { authorization: `Bearer ${FULL}` });

    expectRefusal(answer, 400, 'InvalidArgument', /^Only one auth mechanism allowed; only the X-Amz-Algorithm query/);
    expect(answer.headers['x-mock-hint']).toMatch(/without an `Authorization` header/);
    expect(answer.body).not.toContain(FULL);
  });

  it('refuses a key as the content type, which no hint repeats', async () => {
    const answer = await upload(await made(), { 'content-type': `image/${FULL}` });
    const { body } = await server.call('GET /_mock/requests?limit=1');

    expectRefusal(answer, 403, 'SignatureDoesNotMatch', MISMATCH);
    expect(answer.headers['x-mock-hint']).toMatch(/^Header `content-type` is `image\/sha256:/);
    expect(JSON.stringify(body)).toContain('upload_refused');
    expect(JSON.stringify(body)).not.toContain(FULL);
  });

  it('takes a description with other whitespace, and one beyond ASCII as UTF-8 or Latin-1', async () => {
    const spaced = await made({ description: ' two   words ' });
    expect((await upload(spaced, { [DESCRIPTION]: 'two words' })).status).toBe(200);

    const accented = await made({ description: 'é' });
    for (const sent of ['\u00e9', '\u00c3\u00a9']) {
      expect((await upload(accented, { [DESCRIPTION]: sent })).status).toBe(200);
    }
  });

  it('takes an empty description without its header, which few clients can send', async () => {
    expect((await upload(await made({ description: '' }), { [DESCRIPTION]: undefined })).status).toBe(200);
  });

  it('expires after 35 minutes of the world', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const { body } = await world.acme('POST assets', given);
    world.clock.set(START + 35 * 60_000);
    expect((await put(body.uploadUrl, 'in time', SIGNED, world)).statusCode).toBe(200);

    world.clock.set(START + 35 * 60_000 + 1);
    const late = answerOf(await put(body.uploadUrl, 'late', SIGNED, world));
    expectRefusal(late, 403, 'AccessDenied', /^Request has expired$/);
    expect(late.headers['x-mock-hint']).toMatch(/35 minutes/);
    const { headers: redirect } = await world.acme(`GET assets/${body.assetId}/content-redirect`);
    const url = pathOf(String(redirect['location']));
    expect((await world.app.inject({ method: 'GET', url, headers: { host: 'localhost:6625' } })).body).toBe('in time');
  });

  it('names a refusal in the log', async () => {
    const lines: string[] = [];
    const log = createLineLog('info', false, { now: () => START }, (line) => void lines.push(line));
    const world = await nvcfServer({}, { log: () => log });
    const { body } = await world.acme('POST assets', given);
    lines.length = 0;
    await put(body.uploadUrl, 'x', {}, world);

    expect(lines).toEqual([expect.stringMatching(/403 PUT .*Header `content-type` is missing/)]);
  });

  it('keeps its refusal in the journal, and the content out of it', async () => {
    const asset = await made();
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
  /** Pieces of different places differ. */
  const PATTERN = Buffer.from(Array.from({ length: 997 }, (_, at) => (at * 37) % 256));
  const contentOf = (length: number) => Buffer.alloc(length, PATTERN);
  const rowsOf = (world: TestServer) => rowsOfStore(world.worlds.default.store);

  it('has up to 25 MiB, in rows of at most 1 MiB', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const { body } = await world.acme('POST assets', given);
    const content = contentOf(25 * MIB);
    let turns = 0;
    let isOver = false;
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    count();
    expect((await put(body.uploadUrl, content, SIGNED, world)).statusCode).toBe(200);
    isOver = true;

    // Each piece is stored in a turn of its own, so other requests are answered in between.
    expect(turns).toBeGreaterThan(30);
    const sizes = (await rowsOf(world)).map((row) => JSON.stringify(row).length);
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

  it('is refused beyond them, and leaves nothing', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const { body } = await world.acme('POST assets', given);
    await put(body.uploadUrl, 'before', SIGNED, world);
    const before = await rowsOf(world);
    const answer = answerOf(await put(body.uploadUrl, contentOf(25 * MIB + 1), SIGNED, world));

    expectRefusal(answer, 413, 'EntityTooLarge', /26214400 bytes/);
    expect(await rowsOf(world)).toEqual(before);
  });

  it('is replaced and deleted with all of its rows', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const empty = (await rowsOf(world)).length;
    const { body } = await world.acme('POST assets', given);
    await put(body.uploadUrl, contentOf(3 * MIB), SIGNED, world);
    await put(body.uploadUrl, 'small', SIGNED, world);
    expect((await rowsOf(world)).length).toBe(empty + 2);

    await put(body.uploadUrl, contentOf(3 * MIB), SIGNED, world);
    expect((await world.acme(`DELETE assets/${body.assetId}`)).status).toBe(204);
    expect((await rowsOf(world)).length).toBe(empty);
  });

  it('counts as state: with too little memory it is refused, and leaves nothing', async () => {
    const world = await nvcfServer({ maxState: 16 }, { seed: withoutObjects });
    const { body } = await world.acme('POST assets', given);
    const before = (await rowsOf(world)).length;
    const { statusCode } = await put(body.uploadUrl, contentOf(20 * MIB), SIGNED, world);

    expect(statusCode).toBe(507);
    expect((await rowsOf(world)).length).toBe(before);
  });

  it('is as it was in a restored snapshot, and in a world made from it', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const { body } = await world.acme('POST assets', given);
    const content = contentOf(2 * MIB);
    await put(body.uploadUrl, content, SIGNED, world);
    const snapshot = (await world.call('POST /_mock/snapshots', { body: { name: 'with-asset' } })).body.id;
    await world.call('POST /_mock/worlds', { body: { id: 'copy', from: { snapshot } } });
    await put(body.uploadUrl, 'another', SIGNED, world);
    const downloaded = async (prefix = '') => {
      const url = `${prefix}${pathOf(body.uploadUrl)}`;
      return (await world.app.inject({ method: 'GET', url, headers: { host: 'localhost:6625' } })).rawPayload;
    };

    expect((await downloaded('/w/copy')).equals(content)).toBe(true);
    expect((await downloaded()).toString()).toBe('another');
    await world.call(`POST /_mock/snapshots/${snapshot}/restore`);
    expect((await downloaded()).equals(content)).toBe(true);
    await world.call('POST /_mock/reset');
    expect((await downloaded()).toString()).toContain('NoSuchKey');
  });

  it('is there after a restart, as it was sent over a line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'assets-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const config = { data: join(folder, 'mock.db') };
    const content = contentOf(3 * MIB);
    const first = await openServer(config, { clock: createManualClock(START) });
    const { body } = await first.call('POST /v2/nvcf/assets', { token: FULL, body: given });
    const { url } = await first.listen('127.0.0.1', 0);
    const sent = { method: 'PUT', headers: SIGNED, body: content };
    expect((await fetch(`${url}${pathOf(body.uploadUrl)}`, sent)).status).toBe(200);
    await first.close();

    const second = await openServer(config, { clock: createManualClock(START) });
    onTestFinished(() => second.close());
    const downloaded = await fetch(`${(await second.listen('127.0.0.1', 0)).url}${pathOf(body.uploadUrl)}`);
    expect(Buffer.from(await downloaded.arrayBuffer()).equals(content)).toBe(true);
  });

  it('leaves nothing where its client leaves', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const { body } = await world.acme('POST assets', given);
    const before = await rowsOf(world);
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
    line.send(contentOf(5 * MIB));
    await vi.waitFor(async () => expect((await rowsOf(world)).length).toBeGreaterThan(before.length + 3), 10_000);
    line.drop();

    await vi.waitFor(async () => expect(await rowsOf(world)).toEqual(before), 10_000);
  });

  it('is whole whichever of two uploads at once ends last', async () => {
    const world = await nvcfServer({}, { seed: withoutObjects });
    const { body } = await world.acme('POST assets', given);
    const contents = [contentOf(3 * MIB), contentOf(2 * MIB).reverse(), Buffer.from('small')];
    const rows = (await rowsOf(world)).length;
    await Promise.all(contents.map((content) => put(body.uploadUrl, content, SIGNED, world)));
    const url = pathOf(body.uploadUrl);
    const { rawPayload } = await world.app.inject({ method: 'GET', url, headers: { host: 'localhost:6625' } });

    expect(contents.some((content) => rawPayload.equals(content))).toBe(true);
    expect((await rowsOf(world)).length).toBe(rows + Math.ceil(rawPayload.length / (240 * 1024)));
  });
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
  const uploaded = await fetch(body.uploadUrl, { method: 'PUT', body: new Uint8Array([1, 2, 3]), headers: SIGNED });
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
    await fetch(body.uploadUrl, { method: 'PUT', body: 'hello', headers: { ...SIGNED, 'content-type': contentType } });
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
      await put(uploadUrl, 'content', { ...SIGNED, 'content-type': contentType });

      expect((await take(uploadUrl)).headers['content-type']).toBe(contentType);
    },
  );
});
