import { describe, expect, it } from 'vitest';
import { airImagesServer, UUID } from '../../support/air-images.ts';

const server = await airImagesServer();
const { acme, globex } = server;
const readBudget = async (caller = acme) => {
  const { status, body } = await caller('GET resource-budgets/');
  expect(status).toBe(200);
  return body.results[0];
};
const readUsage = async () => (await readBudget()).usage;

describe('the resource budget', () => {
  it('is listed once, for the organisation of the caller', async () => {
    const { body } = await acme('GET resource-budgets/');

    expect(body).toMatchObject({ count: 1, next: null, previous: null });
    expect(body.results).toEqual([
      {
        id: expect.stringMatching(UUID),
        created: expect.any(String),
        modified: expect.any(String),
        org_display_name: 'acme',
        org_nca_id: 'nca-acme-0001',
        org_id: expect.stringMatching(UUID),
        ngc_org_name: 'acme',
        cpu: 300,
        memory: 307_200,
        disk_storage_total: expect.any(Number),
        disk_storage_per_node: expect.any(Number),
        image_storage: expect.any(Number),
        userconfigs: expect.any(Number),
        usage: {
          cpu: 29,
          memory: 29_696,
          disk_storage: 290,
          image_storage: expect.any(Number),
          userconfigs: 33,
        },
      },
    ]);
    expect((await acme(`GET resource-budgets/${body.results[0].id}/`)).body).toEqual(body.results[0]);
  });

  it('contains the usage of the nodes', async () => {
    const before = await readUsage();
    const { body: simulation } = await acme('POST simulations/', { name: 'uses-much' });
    const body = { name: 'n1', simulation: simulation.id, cpu: 3, memory: 2048, storage: 30 };
    const { body: node } = await acme('POST simulations/nodes/', body);
    expect(await readUsage()).toEqual({
      ...before,
      cpu: before.cpu + 3,
      memory: before.memory + 2048,
      disk_storage: before.disk_storage + 30,
    });

    await acme(`PATCH simulations/nodes/${node.id}/`, { cpu: 5 });
    expect((await readUsage()).cpu).toBe(before.cpu + 5);
    await acme(`DELETE simulations/${simulation.id}/`, {});
    expect(await readUsage()).toEqual(before);
  });

  it('contains the storage of the images', async () => {
    const before = await readUsage();
    const bytes = Buffer.alloc(2048);
    const id = await server.uploaded({}, bytes);
    // Storage is rounded up to whole GB.
    expect((await readUsage()).image_storage).toBe(Math.max(1, before.image_storage));
    await acme(`DELETE images/${id}/`, {});
    expect((await readUsage()).image_storage).toBe(before.image_storage);
  });

  it('is independent of other organisations', async () => {
    const before = await readUsage();
    await globex('POST userconfigs/', { name: 'theirs', kind: 'cloud-init-user-data', content: 'long' });

    expect(await readUsage()).toEqual(before);
    expect((await readBudget(globex)).usage.userconfigs).toBe(4);
  });
});
