import { describe, expect, it } from 'vitest';
import {
  airImagesServer,
  expectRefusal,
  IMAGE,
  NO_ID,
  NOT_FOUND,
  NOT_PERMITTED,
  sha256,
  UUID,
} from '../../support/air-images.ts';
import { START } from '../../support/server.ts';

const DAY = 86_400_000;
const server = await airImagesServer();
const { acme, globex } = server;
const BYTES = Buffer.from('shared bytes');
const IMAGE_OF_GLOBEX = '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0003';
const image = await server.uploaded({ name: 'to-share', version: '3' }, BYTES);
const toIso = (time: number) => new Date(time).toISOString();

const createShare = async (overrides: object = {}) => {
  const { status, body } = await acme('POST images/shares/', { image, target_org: 'globex', ...overrides });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const claim = (image_share: string, overrides: object = {}) =>
  globex('POST images/claim-image-share/', { image_share, ...overrides });

/** Runs a function at another time of the server. */
async function runAt<Result>(moment: number, run: () => Promise<Result>): Promise<Result> {
  server.clock.set(moment);
  try {
    return await run();
  } finally {
    server.clock.set(START);
  }
}

describe('a share', () => {
  it('is active for a day by default', async () => {
    const body = await createShare();

    expect(body).toEqual({
      id: expect.stringMatching(UUID),
      created: expect.any(String),
      modified: expect.any(String),
      image,
      image_name: 'to-share',
      image_version: '3',
      source_org_display_name: 'acme',
      target_org_display_name: 'globex',
      target_org: 'globex',
      expires_at: expect.any(String),
      claimed_by: '',
      state: 'ACTIVE',
    });
    expect(Date.parse(body.expires_at)).toBe(START + DAY);
    expect((await acme(`GET images/shares/${body.id}/`)).body).toEqual(body);
  });

  it('is active until `expires_at`', async () => {
    expect(Date.parse((await createShare({ expires_at: toIso(START + 60_000) })).expires_at)).toBe(START + 60_000);
  });

  it.each([
    ['image', IMAGE_OF_GLOBEX],
    ['target_org', 'nobody'],
    ['target_org', 'acme'],
    ['expires_at', toIso(START)],
  ])('is rejected with a `%s` of %j', async (member, value) => {
    const body = { image, target_org: 'globex', [member]: value };

    expectRefusal(await acme('POST images/shares/', body), 400, new RegExp(`\`${member}\``));
  });

  it('of a public image of another organisation is rejected', async () => {
    const body = { image: '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0001', target_org: 'acme' };
    const answer = await globex('POST images/shares/', body);

    expectRefusal(answer, 403, NOT_PERMITTED);
    expect(answer.decision).toMatchObject({ effect: 'deny', reason: 'not_owner' });
  });

  it('expires at its expiry time', async () => {
    const { id } = await createShare();
    const readStateAt = async (moment: number) =>
      (await runAt(moment, () => acme(`GET images/shares/${id}/`))).body.state as string;

    expect(await readStateAt(START + DAY - 1)).toBe('ACTIVE');
    expect(await readStateAt(START + DAY)).toBe('EXPIRED');
    expectRefusal(await runAt(START + DAY, () => claim(id)), 400, /`EXPIRED`/);
    expect((await runAt(START + DAY - 1, () => claim(id))).status).toBe(201);
  });

  it('is deleted with its image', async () => {
    const deleted = await server.uploaded();
    const { id } = await createShare({ image: deleted });
    expect((await acme(`DELETE images/${deleted}/`, {})).status).toBe(204);

    expectRefusal(await acme(`GET images/shares/${id}/`), 404, NOT_FOUND);
    expectRefusal(await claim(id), 404, NOT_FOUND);
  });
});

describe('claiming a share', () => {
  it('creates an image of the target organisation', async () => {
    const { id } = await createShare();
    const { status, body } = await claim(id);

    expect(status).toBe(201);
    expect(body).toMatchObject({
      name: 'to-share',
      version: '3',
      default_username: IMAGE.default_username,
      creator: 'globex-air@globex.test',
      is_owned_by_client: true,
      published: false,
      upload_status: 'COMPLETE',
      size: BYTES.length,
      hash: sha256(BYTES),
    });
    expect(body.id).not.toBe(image);
    expect((await globex(`GET images/${body.id}/`)).body).toEqual(body);
    expectRefusal(await acme(`GET images/${body.id}/`), 404, NOT_FOUND);
    expectRefusal(await globex(`GET images/${image}/`), 404, NOT_FOUND);
    expect((await globex(`PATCH images/${body.id}/`, { notes: 'ours' })).status).toBe(200);
    expect((await globex(`DELETE images/${body.id}/`, {})).status).toBe(204);
    expect((await acme(`GET images/${image}/`)).status).toBe(200);
  });

  it('accepts another name and version', async () => {
    expect((await claim((await createShare()).id, { name: 'ours', version: '4' })).body).toMatchObject({
      name: 'ours',
      version: '4',
    });
  });

  it('succeeds once, and is visible to the organisation that shared the image', async () => {
    const { id } = await createShare();
    const answers = await Promise.all([claim(id), claim(id), claim(id)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 400, 400]);

    expectRefusal(await claim(id), 400, /`CLAIMED`/);
    expect((await acme(`GET images/shares/${id}/`)).body).toMatchObject({
      state: 'CLAIMED',
      claimed_by: 'globex-air@globex.test',
    });
  });

  it('is rejected for the organisation that shared the image', async () => {
    const { id } = await createShare();

    expectRefusal(await acme('POST images/claim-image-share/', { image_share: id }), 404, NOT_FOUND);
    expect((await claim(id)).status).toBe(201);
  });

  it('is rejected with an unknown code', async () => {
    expectRefusal(await claim(NO_ID), 404, NOT_FOUND);
  });
});
