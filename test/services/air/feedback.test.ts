import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, NOT_PERMITTED } from '../../support/air-images.ts';

describe('feedback', async () => {
  const dsx = await airImagesServer({ air: 'dsx' });

  it('is accepted with any scope', async () => {
    const anyScope = await dsx.withScopes(['air:image_sharing']);

    expect((await anyScope('POST users/feedback/', { comments: 'good' })).status).toBe(200);
  });

  it('requires `comments`', async () => {
    expectRefusal(await dsx.acme('POST users/feedback/', {}), 400, /`comments`/);
    expectRefusal(await dsx.acme('POST users/feedback/', { comments: '' }), 400, /`comments`/);
  });

  it('is rejected without a scope and without a key', async () => {
    const noScope = await dsx.withScopes([]);

    expectRefusal(await noScope('POST users/feedback/', { comments: 'good' }), 403, NOT_PERMITTED);
    expectRefusal(
      await dsx.call('POST /api/v3/users/feedback/', { body: { comments: 'good' } }),
      403,
      /^Authentication credentials were not provided\.$/,
    );
  });

  it('returns 404 in 2.0', async () => {
    const server = await airImagesServer();

    expect((await server.acme('POST users/feedback/', { comments: 'good' })).status).toBe(404);
  });
});
