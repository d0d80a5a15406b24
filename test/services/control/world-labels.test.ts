import { describe, expect, it } from 'vitest';
import { testServer } from '../../support/server.ts';

describe('the label of a world', async () => {
  const server = await testServer();
  const createWorld = (body: object) => server.call('POST /_mock/worlds', { body });

  it('is in every answer about the world', async () => {
    const label = 'clock.test.ts > a key > ends after its lifetime';
    const { status, body } = await createWorld({ id: 'labelled', label });
    expect([status, body.label]).toEqual([201, label]);
    expect((await server.call('GET /_mock/worlds/labelled')).body.label).toBe(label);
    const { worlds } = (await server.call('GET /_mock/worlds')).body;
    expect(worlds.find(({ id }: { id: string }) => id === 'labelled').label).toBe(label);
  });

  it('is null by default and for the default world', async () => {
    expect((await createWorld({ id: 'plain' })).body.label).toBeNull();
    expect((await server.call('GET /_mock/worlds/default')).body.label).toBeNull();
  });

  it('is not part of a copy of the world', async () => {
    await createWorld({ id: 'source', label: 'of the source' });
    expect((await createWorld({ from: { world: 'source' } })).body.label).toBeNull();
    expect((await createWorld({ from: { world: 'source' }, label: 'mine' })).body.label).toBe('mine');
  });

  it.each(['<script>alert(1)</script>', 'quote " and \\', 'ä 漢字 👩‍🔬', 'two\nlines', 'x'.repeat(500)])(
    'may be %j',
    async (label) => {
      expect((await createWorld({ label })).body.label).toBe(label);
    },
  );
});
