import { describe, expect, it } from 'vitest';
import { testServer } from '../../support/server.ts';

describe('the label of a world', async () => {
  const server = await testServer();
  const make = (body: object) => server.call('POST /_mock/worlds', { body });

  it('is in every answer about it', async () => {
    const label = 'clock.test.ts > a key > ends after its lifetime';
    const { status, body } = await make({ id: 'labelled', label });
    expect([status, body.label]).toEqual([201, label]);
    expect((await server.call('GET /_mock/worlds/labelled')).body.label).toBe(label);
    const { worlds } = (await server.call('GET /_mock/worlds')).body;
    expect(worlds.find(({ id }: { id: string }) => id === 'labelled').label).toBe(label);
  });

  it('is null without one, and of the default world', async () => {
    expect((await make({ id: 'plain' })).body.label).toBeNull();
    expect((await server.call('GET /_mock/worlds/default')).body.label).toBeNull();
  });

  it('is not copied with a world', async () => {
    await make({ id: 'source', label: 'of the source' });
    expect((await make({ from: { world: 'source' } })).body.label).toBeNull();
    expect((await make({ from: { world: 'source' }, label: 'mine' })).body.label).toBe('mine');
  });

  it.each([[''], ['x'.repeat(501)], [7], [null], [['a']]])('cannot be %j', async (label) => {
    const { status, body } = await make({ label });
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toMatch(/`label`/);
  });

  it.each(['<script>alert(1)</script>', 'quote " and \\', 'ä 漢字 👩‍🔬', 'two\nlines', 'x'.repeat(500)])(
    'may be %j',
    async (label) => {
      expect((await make({ label })).body.label).toBe(label);
    },
  );
});
