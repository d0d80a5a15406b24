import { describe, expect, it } from 'vitest';
import { airImagesServer, expectRefusal, NO_ID, NOT_FOUND, UUID } from '../../support/air-images.ts';
import { OS_TEMPLATE, PLATFORM } from '../../support/air-requests.ts';

describe('what makes an image a node of a hardware model', async () => {
  const server = await airImagesServer({ air: 'dsx' });
  const writer = await server.withScopes(['air:image_read', 'air:image_write']);
  const elsewhere = await server.withScopes(['air:image_read', 'air:image_write'], 'globex');
  const operator = await server.withScopes(['air:admin', 'air:image_read'], 'globex');
  const made = async (path: string, body: object) => {
    const answer = await writer(`POST ${path}`, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body;
  };

  describe('a manifest of an OS image', () => {
    const PATH = 'manifests/os-images/';
    const pins = { SN3700: { platform_information_version: '1.2', os_template_version: '5.9' } };

    it('is made for an image, changed but for its image and system, and deleted', async () => {
      const image = await server.uploaded();
      const body = await made(PATH, { image, os_type: 'cumulus-linux', platforms: pins, capabilities: { vsock: {} } });
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

    it('needs an image of the organisation whose upload is complete', async () => {
      const given = { image: await server.image(), os_type: 'sonic' };
      expectRefusal(await writer(`POST ${PATH}`, given), 400, /`image`.*`READY`.*`COMPLETE`/);
      expectRefusal(await writer(`POST ${PATH}`, { ...given, image: NO_ID }), 400, /`image`/);
      expectRefusal(await elsewhere(`POST ${PATH}`, { ...given, image: await server.uploaded() }), 400, /`image`/);
    });

    it.each([
      ['capabilities', { telepathy: {} }],
      ['os_template_partition', ''],
      ['platforms', { SN3700: {} }],
      ['os_type', ''],
    ])('has no `%s` of %j', async (member, value) => {
      const given = { image: await server.uploaded(), os_type: 'sonic', [member]: value };
      expectRefusal(await writer(`POST ${PATH}`, given), 400, new RegExp(member));
    });

    it('is gone with its image', async () => {
      const image = await server.uploaded();
      const { id } = await made(PATH, { image, os_type: 'sonic' });
      await server.acme(`DELETE images/${image}/`, {});
      expectRefusal(await writer(`GET ${PATH}${id}/`), 404, NOT_FOUND);
    });
  });

  describe('an OS template', () => {
    const PATH = 'manifests/os-templates/';

    it('has files with their defaults, and belongs to its organisation', async () => {
      const body = await made(PATH, OS_TEMPLATE);
      expect(body).toMatchObject({
        os_type: 'staged',
        org: 'acme',
        render: { '/etc/issue': { content: 'hello', owner: 'root', group: 'root', mode: '0644' } },
        generate: {},
        vars: [],
      });
      expectRefusal(await elsewhere(`GET ${PATH}${body.id}/`), 404, NOT_FOUND);
      expect((await operator(`GET ${PATH}${body.id}/`)).body).toEqual(body);
      expect((await elsewhere(`GET ${PATH}`)).body.count).toBe(0);
      expect((await operator(`GET ${PATH}`)).body.count).toBeGreaterThan(0);
      expect((await writer(`DELETE ${PATH}${body.id}/`, {})).status).toBe(204);
    });

    it.each(['etc/issue', '/etc/../passwd', '/etc/./issue', '/etc//issue', '/etc/', '/', ''])(
      'has no file at `%s`',
      async (path) => {
        const given = { ...OS_TEMPLATE, render: { [path]: { content: '' } } };
        expectRefusal(await writer(`POST ${PATH}`, given), 400, /`render`.*absolute path/);
      },
    );

    it.each([[{}], [{ '/etc/issue': {} }], [{ '/etc/issue': { content: '', mode: '999' } }]])(
      'has no files %j',
      async (render) => {
        expectRefusal(await writer(`POST ${PATH}`, { ...OS_TEMPLATE, render }), 400, /render/);
      },
    );

    it('cannot be changed', async () => {
      const { id } = await made(PATH, OS_TEMPLATE);
      expect((await writer(`PATCH ${PATH}${id}/`, { os_type: 'other' })).status).toBe(405);
    });
  });

  describe('platform information', () => {
    const PATH = 'manifests/platform-information/';

    it('is made, found by its model, and deleted', async () => {
      const body = await made(PATH, PLATFORM);
      expect(body).toMatchObject({ ...PLATFORM, emulation_type: null, vars: {}, minimum_resources: null });
      expect((await writer(`GET ${PATH}?model=SN0000`)).body.results).toEqual([body]);
      expect((await writer(`GET ${PATH}?search=SN00`)).body.count).toBe(1);
      expect((await writer(`DELETE ${PATH}${body.id}/`, {})).status).toBe(204);
    });

    it.each([
      ['both', { emulation_type: 'NIC' }],
      ['neither', { os_type: null }],
    ])('is for a system or for a kind of emulation, not for %s', async (_, given) => {
      expectRefusal(await writer(`POST ${PATH}`, { ...PLATFORM, ...given }), 400, /`os_type` and `emulation_type`/);
    });

    it.each([{ default_split: '4' }, { split_options: ['1', '8'] }, { default_split: '__proto__' }])(
      'has ports for every way to split them: %j',
      async (given) => {
        const ports_config = { ...PLATFORM.ports_config, ...given };
        expectRefusal(await writer(`POST ${PATH}`, { ...PLATFORM, ports_config }), 400, /`ports_config`.*`port_map`/);
      },
    );
  });
});

describe('the placement group of a node', async () => {
  const server = await airImagesServer({ air: 'dsx' });
  const { acme } = server;
  const node = async (given: object = {}) => {
    const simulation = (await acme('POST simulations/', { name: 'grouped' })).body.id;
    return (await acme('POST simulations/nodes/', { name: 'n1', simulation, ...given })).body;
  };

  it('is empty, or what was given without the spaces around it', async () => {
    expect((await node()).placement_group).toBe('');
    const { id, placement_group } = await node({ placement_group: ' rack-a ' });
    expect(placement_group).toBe('rack-a');
    expect((await acme(`PATCH simulations/nodes/${id}/`, { placement_group: '' })).body.placement_group).toBe('');
  });

  it('has at most 64 characters, and is never null', async () => {
    const { id } = await node({ placement_group: ` ${'x'.repeat(64)} ` });
    for (const placement_group of ['x'.repeat(65), null]) {
      expectRefusal(await acme(`PATCH simulations/nodes/${id}/`, { placement_group }), 400, /`placement_group`/);
    }
  });

  it('changes only in a simulation that is inactive and has no checkpoints', async () => {
    const { id, simulation } = await node();
    await acme(`PATCH simulations/${simulation}/start/`, {});
    const change = { placement_group: 'rack-a' };
    expectRefusal(await acme(`PATCH simulations/nodes/${id}/`, change), 400, /`ACTIVE`.*`INACTIVE`/);
    expect((await acme(`PATCH simulations/nodes/${id}/`, { name: 'n2' })).status).toBe(200);
    await acme(`PATCH simulations/${simulation}/shutdown/`, {});
    expectRefusal(await acme(`PATCH simulations/nodes/${id}/`, change), 400, /checkpoints/);
  });

  it('goes with a clone, as the management interfaces do', async () => {
    const management_interfaces = { eth0: { ip: '192.0.2.1', mac_address: null }, eth1: { ip: null } };
    const { simulation } = await node({ placement_group: 'rack-a', management_interfaces });
    const copy = (await acme('POST simulations/clone/', { simulation })).body.id;

    expect((await acme(`GET simulations/nodes/?simulation=${copy}`)).body.results).toMatchObject([
      { placement_group: 'rack-a', management_interfaces },
    ]);
  });
});
