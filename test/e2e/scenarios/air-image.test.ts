import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { listeningServer } from '../../support/listening.ts';
import { castKey } from '../../support/ngc-cast.ts';

const server = await listeningServer();

/** Sends a request as the official client does: with a trailing slash, and a JSON body of `{}` by default. */
async function call(name: string, request: string, body?: unknown) {
  const [method = 'GET', path] = request.split(' ');
  const response = await fetch(`${server.url}/api/v3/${path}`, {
    method,
    headers: { authorization: `Bearer ${castKey(name).key}`, 'content-type': 'application/json' },
    ...(method !== 'GET' && { body: JSON.stringify(body ?? {}) }),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into bodies of every form
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as any };
}

async function put(url: string, bytes: Uint8Array<ArrayBuffer>) {
  const response = await fetch(url, { method: 'PUT', body: bytes });
  return { status: response.status, etag: response.headers.get('etag') ?? '', text: await response.text() };
}

/** Reads the part size from the response to a started upload. */
async function readPartSize(id: string): Promise<number> {
  const probe = await call('air-admin', `PATCH images/${id}/start-upload/`, { hash: '0'.repeat(64), size: 1 });
  await call('air-admin', `PATCH images/${id}/abort-upload/`);
  return probe.body.chunk_size;
}

it('an image is uploaded in four parts, shared with another organisation, and claimed there', async () => {
  const image = { name: 'four-parts', version: '1.0', default_username: 'cumulus', default_password: 'secret' };
  const created = await call('air-admin', 'POST images/', image);
  expect(created).toMatchObject({ status: 201, body: { upload_status: 'READY' } });
  const { id } = created.body;

  const bytes = randomBytes(3 * (await readPartSize(id)) + 12_345);
  const hash = createHash('sha256').update(bytes).digest('hex');
  const started = await call('air-admin', `PATCH images/${id}/start-upload/`, { hash, size: bytes.length });
  expect(started.status).toBe(200);
  const { part_urls, chunk_size } = started.body as {
    part_urls: { part_number: number; url: string }[];
    chunk_size: number;
  };
  expect(part_urls).toHaveLength(4);

  const parts = [];
  for (const [index, { part_number, url }] of part_urls.entries()) {
    const chunk = Uint8Array.from(bytes.subarray(index * chunk_size, (index + 1) * chunk_size));
    const { status, etag, text } = await put(url, chunk);
    expect({ status, text }).toEqual({ status: 200, text: '' });
    expect(etag).not.toBe('');
    parts.push({ part_number, etag });
  }

  const early = await call('air-admin', `PATCH images/${id}/complete-upload/`, { parts: parts.slice(0, 3) });
  expect(early.status).toBe(400);
  const complete = await call('air-admin', `PATCH images/${id}/complete-upload/`, { parts });
  expect(complete).toMatchObject({ status: 200, body: { upload_status: 'COMPLETE', size: bytes.length, hash } });
  const late = await put(part_urls[0]?.url ?? '', Uint8Array.from([1]));
  expect(late.status).toBe(404);

  const shared = await call('air-admin', 'POST images/shares/', { image: id, target_org: 'globex' });
  expect(shared).toMatchObject({ status: 201, body: { state: 'ACTIVE', claimed_by: '' } });
  const code = shared.body.id;
  expect((await call('globex-air', `GET images/${id}/`)).status).toBe(404);
  expect((await call('air-admin', 'POST images/claim-image-share/', { image_share: code })).status).toBe(404);

  const claimed = await call('globex-air', 'POST images/claim-image-share/', { image_share: code, name: 'ours' });
  expect(claimed).toMatchObject({
    status: 201,
    body: {
      name: 'ours',
      version: '1.0',
      upload_status: 'COMPLETE',
      hash,
      size: bytes.length,
      is_owned_by_client: true,
    },
  });
  expect((await call('globex-air', 'POST images/claim-image-share/', { image_share: code })).status).toBe(400);
  expect((await call('air-admin', `GET images/shares/${code}/`)).body).toMatchObject({
    state: 'CLAIMED',
    claimed_by: 'globex-air@globex.test',
  });

  expect((await call('air-admin', `DELETE images/${id}/`)).status).toBe(204);
  expect((await call('globex-air', `GET images/${claimed.body.id}/`)).body).toMatchObject({ name: 'ours', hash });
});

it('a part that is too large is rejected over the socket, and the upload can continue', async () => {
  const { body } = await call('air-admin', 'POST images/', {
    name: 'resumed',
    version: '1.0',
    default_username: 'cumulus',
    default_password: 'secret',
  });
  const bytes = Uint8Array.from(Buffer.from('what was meant'));
  const hash = createHash('sha256').update(bytes).digest('hex');
  const started = await call('air-admin', `PATCH images/${body.id}/start-upload/`, { hash, size: bytes.length });
  const [{ url }] = started.body.part_urls;

  expect((await put(url, Uint8Array.from(Buffer.alloc(bytes.length + 1)))).status).toBe(413);
  expect((await put(url, bytes.slice(1))).status).toBe(400);
  const { etag } = await put(url, bytes);
  const done = await call('air-admin', `PATCH images/${body.id}/complete-upload/`, {
    parts: [{ part_number: 1, etag }],
  });
  expect(done).toMatchObject({ status: 200, body: { upload_status: 'COMPLETE', hash } });
});
