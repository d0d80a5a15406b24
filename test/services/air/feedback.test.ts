import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, NOT_PERMITTED } from '../../support/air-images.ts';

describe('feedback', async () => {
  const later = await airImagesServer({ air: 'dsx' });

  it('is taken from any key with a scope', async () => {
    const any = await later.withScopes(['air:image_sharing']);

    expect((await any('POST users/feedback/', { comments: 'good' })).status).toBe(200);
  });

  it('has something to say', async () => {
    expectRefusal(await later.acme('POST users/feedback/', {}), 400, /`comments`/);
    expectRefusal(await later.acme('POST users/feedback/', { comments: '' }), 400, /`comments`/);
  });

  it('is not taken from a key without any scope, nor without a key', async () => {
    const none = await later.withScopes([]);

    expectRefusal(await none('POST users/feedback/', { comments: 'good' }), 403, NOT_PERMITTED);
    expectRefusal(
      await later.call('POST /api/v3/users/feedback/', { body: { comments: 'good' } }),
      403,
      /^Authentication credentials were not provided\.$/,
    );
  });

  it('is only in the later API', async () => {
    const server = await airImagesServer();

    expect((await server.acme('POST users/feedback/', { comments: 'good' })).status).toBe(404);
  });
});
