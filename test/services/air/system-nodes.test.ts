import { describe, expect, it } from 'vitest';
import { airImagesServer } from '../../support/air-images.ts';

const server = await airImagesServer();
const { acme, globex } = server;
const UBUNTU = '9e1f4a63-7d5c-4b8a-9f34-5a0b8c2d0001';
const PATH = 'systems/nodes/';

describe('a system node', () => {
  it('is visible to every organisation', async () => {
    const { status, body } = await acme(`GET ${PATH}${UBUNTU}/`);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: UBUNTU,
      name: 'ubuntu-server',
      category: 'SERVER',
      image: '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0001',
      cpu: expect.any(Number),
      memory: expect.any(Number),
      storage: expect.any(Number),
    });
    expect((await globex(`GET ${PATH}${UBUNTU}/`)).body).toEqual(body);
    expect((await globex(`GET ${PATH}`)).body).toMatchObject({
      count: 2,
      results: [body, { name: 'spare-server' }],
    });
  });
});
