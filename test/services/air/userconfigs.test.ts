import { describe, expect, it } from 'vitest';
import { airImagesServer, UUID } from '../../support/air-images.ts';

const server = await airImagesServer();
const { acme } = server;
const ORDER = { name: 'set-up', kind: 'cloud-init-user-data', content: '#cloud-config\n' };
const createConfig = async (overrides: object = {}) => {
  const { status, body } = await acme('POST userconfigs/', { ...ORDER, ...overrides });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const readUsage = async () => (await acme('GET resource-budgets/')).body.results[0].usage.userconfigs as number;

describe('a user config', () => {
  it('is returned with its content, unlike in lists', async () => {
    const body = await createConfig();
    const { content: _, ...item } = body;

    expect(body).toEqual({ ...ORDER, id: expect.stringMatching(UUID) });
    expect((await acme(`GET userconfigs/${body.id}/`)).body).toEqual(body);
    expect((await acme('GET userconfigs/')).body.results).toContainEqual(item);
  });

  it('counts in the budget with its size in bytes until it is deleted', async () => {
    const before = await readUsage();
    const { id } = await createConfig({ content: 'ä€' });
    expect(await readUsage()).toBe(before + 5);
    await acme(`PATCH userconfigs/${id}/`, { content: 'ab' });
    expect(await readUsage()).toBe(before + 2);
    await acme(`DELETE userconfigs/${id}/`, {});
    expect(await readUsage()).toBe(before);
  });

  it('is updated in its name and content only', async () => {
    const before = await createConfig();
    const { status, body } = await acme(`PATCH userconfigs/${before.id}/`, { name: 'other' });

    expect({ status, body }).toEqual({ status: 200, body: { ...before, name: 'other' } });
    // The SDK cannot change the kind, and sends null for unchanged members.
    const unchanged = await acme(`PATCH userconfigs/${before.id}/`, { kind: 'other', name: null, content: null });
    expect(unchanged.body).toEqual(body);
    expect((await acme(`GET userconfigs/${before.id}/`)).body).toEqual(body);
  });
});
