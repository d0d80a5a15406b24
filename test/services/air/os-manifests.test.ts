import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, NO_ID, NOT_FOUND, UUID } from '../../support/air-images.ts';
import { OS_TEMPLATE, PLATFORM } from '../../support/air-requests.ts';

describe('manifests of hardware models', async () => {
  const server = await airImagesServer({ air: 'dsx' });
  const writer = await server.withScopes(['air:image_read', 'air:image_write']);
  const globexWriter = await server.withScopes(['air:image_read', 'air:image_write'], 'globex');
  const operator = await server.withScopes(['air:admin', 'air:image_read'], 'globex');
  const create = async (path: string, body: object) => {
    const answer = await writer(`POST ${path}`, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body;
  };

  describe('a manifest of an OS image', () => {
    const PATH = 'manifests/os-images/';
    const pins = { SN3700: { platform_information_version: '1.2', os_template_version: '5.9' } };

    it('is created, updated except for its image and OS type, and deleted', async () => {
      const image = await server.uploaded();
      const body = await create(PATH, {
        image,
        os_type: 'cumulus-linux',
        platforms: pins,
        capabilities: { vsock: {} },
      });
      expect(body).toMatchObject({
        id: expect.stringMatching(UUID),
        image,
        platforms: pins,
        capabilities: { vsock: {} },
        os_template_partition: null,
        creator: expect.stringContaining('@acme'),
      });
      const changed = await writer(`PATCH ${PATH}${body.id}/`, {
        os_template_partition: '/dev/sdb1',
        os_type: 'sonic',
        image: NO_ID,
      });
      expect(changed.body).toMatchObject({ os_template_partition: '/dev/sdb1', os_type: 'cumulus-linux', image });
      expect((await writer(`GET ${PATH}?os_type=cumulus-linux&image=${image}`)).body.count).toBe(1);
      expect((await writer(`DELETE ${PATH}${body.id}/`, {})).status).toBe(204);
      expectRefusal(await writer(`GET ${PATH}${body.id}/`), 404, NOT_FOUND);
    });

    it('requires an image of the organisation with a complete upload', async () => {
      const body = { image: await server.image(), os_type: 'sonic' };
      expectRefusal(await writer(`POST ${PATH}`, body), 400, /`image`.*`READY`.*`COMPLETE`/);
      expectRefusal(await writer(`POST ${PATH}`, { ...body, image: NO_ID }), 400, /`image`/);
      expectRefusal(await globexWriter(`POST ${PATH}`, { ...body, image: await server.uploaded() }), 400, /`image`/);
    });

    it('is deleted with its image', async () => {
      const image = await server.uploaded();
      const { id } = await create(PATH, { image, os_type: 'sonic' });
      await server.acme(`DELETE images/${image}/`, {});
      expectRefusal(await writer(`GET ${PATH}${id}/`), 404, NOT_FOUND);
    });
  });

  describe('an OS template', () => {
    const PATH = 'manifests/os-templates/';

    it('has files with default attributes, and is visible to its organisation and to operators', async () => {
      const body = await create(PATH, OS_TEMPLATE);
      expect(body).toMatchObject({
        os_type: 'staged',
        org: 'acme',
        render: { '/etc/issue': { content: 'hello', owner: 'root', group: 'root', mode: '0644' } },
        generate: {},
        vars: [],
      });
      expectRefusal(await globexWriter(`GET ${PATH}${body.id}/`), 404, NOT_FOUND);
      expect((await operator(`GET ${PATH}${body.id}/`)).body).toEqual(body);
      expect((await globexWriter(`GET ${PATH}`)).body.count).toBe(0);
      expect((await operator(`GET ${PATH}`)).body.count).toBeGreaterThan(0);
      expect((await writer(`DELETE ${PATH}${body.id}/`, {})).status).toBe(204);
    });

    it.each(['etc/issue', '/etc/../passwd', '/etc/./issue', '/etc//issue', '/etc/', '/', ''])(
      'is rejected with a file at `%s`',
      async (path) => {
        const body = { ...OS_TEMPLATE, render: { [path]: { content: '' } } };
        expectRefusal(await writer(`POST ${PATH}`, body), 400, /`render`.*absolute path/);
      },
    );
  });

  describe('platform information', () => {
    const PATH = 'manifests/platform-information/';

    it('is created, filtered by model and deleted', async () => {
      const body = await create(PATH, PLATFORM);
      expect(body).toMatchObject({ ...PLATFORM, emulation_type: null, vars: {}, minimum_resources: null });
      expect((await writer(`GET ${PATH}?model=SN0000`)).body.results).toEqual([body]);
      expect((await writer(`GET ${PATH}?search=SN00`)).body.count).toBe(1);
      expect((await writer(`DELETE ${PATH}${body.id}/`, {})).status).toBe(204);
    });

    it.each([
      ['both', { emulation_type: 'NIC' }],
      ['neither', { os_type: null }],
    ])('requires either an OS type or an emulation type, not %s', async (_, overrides) => {
      expectRefusal(await writer(`POST ${PATH}`, { ...PLATFORM, ...overrides }), 400, /`os_type` and `emulation_type`/);
    });

    it.each([{ default_split: '4' }, { split_options: ['1', '8'] }, { default_split: '__proto__' }])(
      'requires ports for every split option: %j',
      async (overrides) => {
        const ports_config = { ...PLATFORM.ports_config, ...overrides };
        expectRefusal(await writer(`POST ${PATH}`, { ...PLATFORM, ports_config }), 400, /`ports_config`.*`port_map`/);
      },
    );
  });
});
