import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  airImagesServer,
  chunksOf,
  expectRefusal,
  NO_ID,
  type SentPart,
  type StartedUpload,
  sha256,
  UUID,
} from '../../support/air-images.ts';
import { failuresOf } from '../../support/contract.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import { START } from '../../support/server.ts';

const server = await airImagesServer();
const { acme, image, start, put } = server;
const SMALL = Buffer.from('a small image');
const { chunk_size: CHUNK } = await start(await image(), SMALL);
const LARGE = Buffer.alloc(CHUNK * 2 + 5, 'large');

const statusOf = async (id: string) => (await acme(`GET images/${id}/`)).body.upload_status;
const completeUpload = (id: string, parts: unknown) => acme(`PATCH images/${id}/complete-upload/`, { parts });
const urlOf = ({ part_urls }: StartedUpload, number: number) => part_urls[number - 1]?.url ?? '';

/** Uploads the parts with these numbers, and returns them as a completion lists them. */
async function send(started: StartedUpload, bytes: Buffer, numbers?: readonly number[]): Promise<SentPart[]> {
  const chunks = chunksOf(bytes, started);
  const sent: SentPart[] = [];
  for (const number of numbers ?? chunks.map((_, index) => index + 1)) {
    const { status, etag, body } = await put(urlOf(started, number), chunks[number - 1] as Buffer);
    expect(status, body).toBe(200);
    sent.push({ part_number: number, etag });
  }
  return sent;
}

/** Starts a large upload and sends every part. */
async function uploadLarge() {
  const id = await image();
  const started = await start(id, LARGE);
  return { id, started, parts: await send(started, LARGE) };
}

describe('starting an upload', () => {
  it('makes every part update `modified` of the image, also in sorted lists', async () => {
    const id = await image();
    const started = await start(id, LARGE);
    server.clock.set(START + 60_000);
    await image();
    server.clock.set(START + 120_000);
    await send(started, LARGE, [1]);
    const { results } = (await acme('GET images/?ordering=-modified&limit=1')).body;
    server.clock.set(START);

    expect(results.map((item: { readonly id: string }) => item.id)).toEqual([id]);
  });

  it('returns the URL of each part and the size of a part', async () => {
    const id = await image();
    const { status, body } = await acme(`PATCH images/${id}/start-upload/`, {
      hash: sha256(LARGE),
      size: LARGE.length,
    });

    expect(status).toBe(200);
    expect(body).toEqual({ upload_id: expect.stringMatching(UUID), part_urls: expect.any(Array), chunk_size: CHUNK });
    expect(body.part_urls.map(({ part_number }: SentPart) => part_number)).toEqual([1, 2, 3]);
    for (const { url } of body.part_urls) {
      expect(url).toMatch(/^http:\/\/localhost:6625\/api\/v3\/uploads\/[^/]+\/[123]$/);
    }
    expect(await statusOf(id)).toBe('UPLOADING');
  });

  it.each([
    [CHUNK, 1],
    [CHUNK + 1, 2],
  ])('of %i bytes returns %i parts', async (size, count) => {
    const { body } = await acme(`PATCH images/${await image()}/start-upload/`, { hash: sha256(SMALL), size });

    expect(body.part_urls).toHaveLength(count);
  });

  it('is rejected while another upload is running, which continues', async () => {
    const id = await image();
    const started = await start(id, SMALL);
    const second = await acme(`PATCH images/${id}/start-upload/`, { hash: sha256(SMALL), size: 5 });

    expectRefusal(second, 400, /`UPLOADING`/);
    expect((await completeUpload(id, await send(started, SMALL))).status).toBe(200);
  });
});

describe('a part', () => {
  it('is accepted without a key and returns a quoted ETag', async () => {
    const started = await start(await image(), SMALL);
    const { status, etag, body } = await put(urlOf(started, 1), SMALL);

    expect({ status, body }).toEqual({ status: 200, body: '' });
    expect(etag).toMatch(/^"[^"]+"$/);
  });

  it('has an ETag that depends only on its bytes', async () => {
    const { parts, started } = await uploadLarge();
    const [first, second, last] = parts.map(({ etag }) => etag);

    expect(first).not.toBe(last);
    expect(await send(started, LARGE, [1])).toEqual([{ part_number: 1, etag: first }]);
    expect(second).toMatch(/^"/);
  });

  it.each([
    ['too small', 1, CHUNK - 1],
    ['too large', 1, CHUNK + 1],
    ['the last part and too small', 3, 4],
    ['the last part and too large', 3, 6],
  ])('is rejected if it is %s', async (_, number, size) => {
    const started = await start(await image(), LARGE);
    const { status, etag, body } = await put(urlOf(started, number), Buffer.alloc(size));
    const { detail } = JSON.parse(body);

    expect(status).toBe(size > CHUNK || size === 6 ? 413 : 400);
    expect(etag).toBe('');
    expect(detail).toMatch(/\d+ bytes/);
  });

  it.each([
    ['a part beyond the last', (url: string) => url.replace(/1$/, '2')],
    ['part 0', (url: string) => url.replace(/1$/, '0')],
    ['a part in exponential notation', (url: string) => url.replace(/1$/, '1e0')],
    ['a part that is not a number', (url: string) => url.replace(/1$/, 'one')],
    ['another upload', (url: string) => url.replace(/\.[^/]+/, `.${NO_ID}`)],
    ['another image', (url: string) => url.replace(/uploads\/[^.]+/, `uploads/${NO_ID}`)],
    ['an unknown upload', (url: string) => url.replace(/uploads\/[^/]+/, 'uploads/nothing')],
  ])('returns 404 if it is %s', async (_, changePath) => {
    const path = new URL(urlOf(await start(await image(), SMALL), 1)).pathname;
    const { status, body } = await put(`http://localhost:6625${changePath(path)}`, SMALL);

    expect(status).toBe(404);
    expect(JSON.parse(body)).toEqual({ detail: expect.any(String), request_id: expect.stringMatching(UUID) });
  });

  it.each([
    ['completed', async (id: string, parts: SentPart[]) => completeUpload(id, parts)],
    ['aborted', async (id: string) => acme(`PATCH images/${id}/abort-upload/`, {})],
    ['cleared', async (id: string) => acme(`PATCH images/${id}/clear-upload/`, {})],
    ['deleted', async (id: string) => acme(`DELETE images/${id}/`, {})],
  ])('returns 404 once the upload is %s', async (_, endUpload) => {
    const id = await image();
    const started = await start(id, SMALL);
    await endUpload(id, await send(started, SMALL));

    expect((await put(urlOf(started, 1), SMALL)).status).toBe(404);
  });

  it('can be sent in any order and in parallel', async () => {
    const id = await image();
    const started = await start(id, LARGE);
    const chunks = chunksOf(LARGE, started);
    const etags = await Promise.all(
      [3, 1, 2].map(async (number) => {
        const { etag } = await put(urlOf(started, number), chunks[number - 1] as Buffer);
        return { part_number: number, etag };
      }),
    );
    const parts = etags.toSorted((first, second) => first.part_number - second.part_number);

    expect((await completeUpload(id, parts)).body).toMatchObject({ upload_status: 'COMPLETE' });
  });

  it('that is sent twice replaces the first', async () => {
    const id = await image();
    const started = await start(id, LARGE);
    const wrongPart = await put(urlOf(started, 3), Buffer.from('wrong'));
    const parts = await send(started, LARGE);

    expectRefusal(
      await completeUpload(id, [...parts.slice(0, 2), { part_number: 3, etag: wrongPart.etag }]),
      400,
      /\[2\]/,
    );
    expect((await completeUpload(id, parts)).status).toBe(200);
  });
});

describe('completing an upload', () => {
  it('sets the size, hash and upload time of the image', async () => {
    const { id, parts } = await uploadLarge();
    server.clock.set(START + 60_000);
    const { status, body } = await completeUpload(id, parts);
    server.clock.set(START);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      upload_status: 'COMPLETE',
      size: LARGE.length,
      hash: sha256(LARGE),
      is_owned_by_client: true,
    });
    expect(Date.parse(body.last_uploaded_at)).toBe(START + 60_000);
    expect((await acme(`GET images/${id}/`)).body).toEqual(body);
  });

  it('accepts ETags with and without quotes', async () => {
    const { id, parts } = await uploadLarge();
    const mixed = parts.map(({ part_number, etag }, index) => ({
      part_number,
      etag: index === 1 ? etag : etag.replaceAll('"', ''),
    }));

    expect((await completeUpload(id, mixed)).status).toBe(200);
  });

  it('accepts a hash in upper case', async () => {
    const id = await image();
    const started = await start(id, SMALL, sha256(SMALL).toUpperCase());

    expect((await completeUpload(id, await send(started, SMALL))).body.upload_status).toBe('COMPLETE');
  });

  it('names the missing part and succeeds once it is sent', async () => {
    const id = await image();
    const started = await start(id, LARGE);
    const [first, last] = await send(started, LARGE, [1, 3]);
    const guess = { part_number: 2, etag: first?.etag ?? '' };

    expectRefusal(await completeUpload(id, [first, guess, last]), 400, /`parts\[1\]`: part 2 /);
    expect(await statusOf(id)).toBe('UPLOADING');
    const [second] = await send(started, LARGE, [2]);
    expect((await completeUpload(id, [first, second, last])).body.upload_status).toBe('COMPLETE');
  });

  it('is rejected with wrong parts, and can be repeated with the correct parts', async () => {
    const { id, parts } = await uploadLarge();
    const [a, b, c] = parts as [SentPart, SentPart, SentPart];
    const invalid: readonly (readonly [title: string, parts: readonly unknown[], detail: RegExp])[] = [
      ['too few', [a, b], /`parts`.* 2 .*3/],
      ['too many', [...parts, { part_number: 4, etag: 'x' }], /`parts`.* 4 .*3/],
      ['in another order', [b, a, c], /parts\[0\]\.part_number.*1/],
      ['named twice', [a, b, b], /parts\[2\]\.part_number.*3/],
      ['with a wrong ETag', [a, { ...b, etag: '"nothing"' }, c], /parts\[1\]\.etag/],
    ];
    const failures = await failuresOf(
      invalid.map(([title, sent, detail]) => [title, { sent, detail }] as const),
      async ({ sent, detail }) => {
        expectRefusal(await completeUpload(id, sent), 400, detail);
        expect(await statusOf(id)).toBe('UPLOADING');
      },
    );

    expect(failures).toEqual([]);
    expect((await completeUpload(id, parts)).body.upload_status).toBe('COMPLETE');
  });

  it('is rejected if the bytes of a single part do not match the hash', async () => {
    const id = await image();
    const started = await start(id, SMALL);
    const bytes = Buffer.from('another image'.slice(0, SMALL.length));
    const { etag } = await put(urlOf(started, 1), bytes);

    expectRefusal(await completeUpload(id, [{ part_number: 1, etag }]), 400, /`hash`/);
    expect(await statusOf(id)).toBe('UPLOADING');
    expect((await completeUpload(id, await send(started, SMALL))).body).toMatchObject({
      upload_status: 'COMPLETE',
      hash: sha256(SMALL),
    });
  });

  it('is rejected before the upload starts and after it has completed', async () => {
    const id = await image();
    expectRefusal(await completeUpload(id, [{ part_number: 1, etag: 'x' }]), 400, /`READY`.*`UPLOADING`/);
    const parts = await send(await start(id, SMALL), SMALL);
    expect((await completeUpload(id, parts)).status).toBe(200);
    expectRefusal(await completeUpload(id, parts), 400, /`COMPLETE`.*`UPLOADING`/);
  });

  it('succeeds once if it is requested several times in parallel', async () => {
    const id = await image();
    const parts = await send(await start(id, SMALL), SMALL);
    const answers = await Promise.all([1, 2, 3].map(() => completeUpload(id, parts)));

    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400]);
  });
});

describe('aborting an upload', () => {
  it('returns the image to `READY` for another upload', async () => {
    const id = await image();
    await start(id, LARGE);
    const { status, body } = await acme(`PATCH images/${id}/abort-upload/`, {});

    expect({ status, body }).toEqual({ status: 204, body: undefined });
    expect(await statusOf(id)).toBe('READY');
    expectRefusal(await acme(`PATCH images/${id}/abort-upload/`, {}), 400, /`READY`.*`UPLOADING`/);
    expect((await completeUpload(id, await send(await start(id, SMALL), SMALL))).status).toBe(200);
  });

  it('discards the parts of the aborted upload', async () => {
    const id = await image();
    const [part] = await send(await start(id, SMALL), SMALL);
    await acme(`PATCH images/${id}/abort-upload/`, {});
    await start(id, SMALL);

    expectRefusal(await completeUpload(id, [part]), 400, /`parts\[0\]`/);
  });
});

describe('clearing an upload', () => {
  it('resets the size, hash and status of the image', async () => {
    const id = await server.uploaded({}, SMALL);
    const { status, body } = await acme(`PATCH images/${id}/clear-upload/`, {});

    expect(status).toBe(200);
    expect(body).toMatchObject({ id, upload_status: 'READY', size: 0, hash: '', last_uploaded_at: null });
    expect((await acme(`GET images/${id}/`)).body).toEqual(body);
    expect((await completeUpload(id, await send(await start(id, SMALL), SMALL))).status).toBe(200);
  });
});

it.runIf(hasDriver)('the data folder contains no uploaded bytes', async () => {
  const folder = await emptyFolder();
  const world = await airImagesServer({ data: join(folder, 'world.db') });
  const mark = 'these bytes are in no file';
  await world.uploaded({}, Buffer.from(mark));

  const files = await readdir(folder);
  expect(files).not.toEqual([]);
  for (const file of files) expect((await readFile(join(folder, file))).includes(mark), file).toBe(false);
});
