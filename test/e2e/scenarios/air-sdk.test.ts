/**
 * Air's SDK (NVIDIA/nv-air-sdk), versions 1.3.1 and 1.9.0 (commit 031ed8b), as Python's requests sends its calls: compact
 * JSON, a slash at the end, a body with every DELETE. An object is built only if its members without a default are there.
 */
import { describe, expect, it } from 'vitest';
import { UUID } from '../../support/air-images.ts';
import { type AirProfile, stagedAir } from '../../support/air-requests.ts';
import { overHttp } from '../../support/over-http.ts';
import { testServer } from '../../support/server.ts';

const RECORD =
  'id created modified requested_by requested_at requesting_org requesting_org_display_name requesting_org_ngc_org_name reviewed_by reviewed_at status publicly_published prefer_public justification allowed_orgs_request_text allowed_orgs denial_reason';
const IMAGE =
  'id name created modified published includes_air_agent cpu_arch default_username default_password version emulation_type emulation_version provider minimum_resources is_owned_by_client upload_status size hash';
const MANIFEST =
  'id org_name docker_run_parameters emulation_type platform_information simulator_image simulator_resources';

const TRAINING =
  'id name created modified creator org training_simulation training_simulation_name training_simulation_state event_time ngc_group_id sim_start_time sim_end_time attendees workbenches_created';

/** The required members of the models of the SDK, by their list endpoint. */
const COMMON = {
  'simulations/': 'id name created modified state creator',
  'simulations/nodes/':
    'id created modified name simulation image category state status_from_worker cpu memory storage pos_x pos_y advanced',
  'simulations/nodes/interfaces/': 'id name created modified node interface_type mac_address outbound',
  'simulations/nodes/interfaces/links/': 'id created modified interfaces',
  'simulations/nodes/interfaces/services/': 'id name node_port service_type created modified interface',
  'simulations/nodes/instructions/': 'id name node data created modified state run_again_on_rebuild',
  'simulations/runs/checkpoints/': 'id name favorite created modified run state',
  'userconfigs/': 'id name kind',
  'images/shares/':
    'id created modified image image_name image_version source_org_display_name target_org_display_name target_org expires_at claimed_by state',
  'marketplace/demos/tags/': 'id name created modified',
  'resource-budgets/':
    'id created modified org_display_name org_nca_id org_id ngc_org_name cpu memory disk_storage_total disk_storage_per_node image_storage userconfigs usage',
  'users/ssh-keys/': 'id created name fingerprint',
  'systems/nodes/': 'id created modified name image memory storage cpu category',
  'infra/fleets/': 'id created modified name',
  'infra/workers/': 'id created modified fqdn fleet cpu memory storage available cpu_arch ip_address',
  'infra/workers/certificates/': 'id worker worker_fqdn usable expires fingerprint revoked',
  'histories/?model=simulation': 'object_id model created actor description category',
};

const VERSIONS: readonly { readonly sdk: string; readonly air: AirProfile; readonly lists: Record<string, string> }[] =
  [
    {
      sdk: '1.3.1',
      air: '2.0',
      lists: {
        ...COMMON,
        'images/': IMAGE,
        'marketplace/demos/': 'id name demo created modified creator tags like_count liked_by_client published',
        'manifests/': MANIFEST,
      },
    },
    {
      sdk: '1.9.0',
      air: 'dsx',
      lists: {
        ...COMMON,
        'images/': `${IMAGE} publicly_published`,
        'marketplace/demos/':
          'id name demo created modified creator tags published publicly_published demo_simulation_state expected_resource_usage publisher featured provision_count',
        'marketplace/demos/tags/': 'id name is_public created modified',
        'publishing/image-publish-access-records/': `image image_name image_version ${RECORD}`,
        'publishing/marketplace-demo-publish-access-records/': `marketplace_demo marketplace_demo_name ${RECORD}`,
        'manifests/plugin-images/': MANIFEST,
        'manifests/os-images/': 'id created modified image os_type platforms capabilities',
        'manifests/os-templates/': 'id created modified os_type os_template_version org render',
        'manifests/platform-information/':
          'id created modified model platform_information_version port_map ports_config',
      },
    },
  ];

const SSH_KEY = {
  name: 'laptop',
  public_key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB laptop',
};

const MADE = {
  docker_run_parameters: {},
  emulation_type: 'NIC',
  platform_information: {},
  simulator_image: '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0001',
  simulator_resources: {},
};

describe.each(VERSIONS)('air_sdk $sdk', async ({ sdk, air, lists }) => {
  const server = await testServer({ air }, {}, overHttp);
  const { admin } = await stagedAir(server, air);
  const headers = { 'user-agent': `air-sdk/${sdk}`, 'x-air-sdk-version': sdk };
  const send = (request: string, body?: unknown) => {
    const [method, path] = request.split(' ');
    return server.call(`${method} /api/v3/${path}`, {
      token: admin,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  };
  await send(`POST ${air === 'dsx' ? 'manifests/plugin-images/' : 'manifests/'}`, MADE);
  await send('POST users/ssh-keys/', SSH_KEY);
  await send('POST simulations/', { name: 'with a history' });

  it.each(Object.entries(lists))('builds every object of %s', async (path, members) => {
    const { status, body } = await send(`GET ${path}${path.includes('?') ? '&' : '?'}limit=200`);
    expect(status).toBe(200);
    expect(body.results.length).toBeGreaterThan(0);
    for (const one of body.results) {
      for (const member of members.split(' ')) expect(Object.keys(one), `${path} ${one.id}`).toContain(member);
      if ('id' in one) expect(one.id).toMatch(UUID);
    }
  });

  it('follows the absolute `next` URL of a list', async () => {
    const { body } = await send('GET simulations/?limit=2');
    expect(body.next).toMatch(/^http.*limit=2/);
    const { pathname, search } = new URL(body.next);
    expect((await send(`GET ${pathname.replace('/api/v3/', '')}${search}`)).status).toBe(200);
  });

  it('creates, changes and deletes a training', async () => {
    const hoursFromNow = (count: number) => new Date(Date.now() + count * 3_600_000).toISOString();
    const times = { event_time: hoursFromNow(168), sim_start_time: hoursFromNow(163), sim_end_time: hoursFromNow(192) };
    const parent = (await send('POST simulations/', { name: 'template' })).body.id;
    const given = { name: 'network-101', parent_simulation: parent, attendees: ['ann@acme.test'], ...times };
    const { status, body } = await send('POST trainings/', given);
    expect(status, JSON.stringify(body)).toBe(201);
    const members = `${TRAINING} ${air === 'dsx' ? 'display_name attendee_details' : ''}`.trim();
    for (const member of members.split(' ')) expect(Object.keys(body)).toContain(member);
    const path = `trainings/${body.id}/`;
    expect((await send(`PATCH ${path}attendees/add/`, { attendees: ['bob@acme.test'] })).status).toBe(204);
    expect((await send(`GET ${path}external-user-group/`)).body.name).toBe('network-101');
    expect((await send(`DELETE ${path}`, {})).status).toBe(204);
  });

  it('adds, reads, changes and deletes a ZTP script', async () => {
    const path = `simulations/${(await send('POST simulations/', { name: 'scripted' })).body.id}/ztp-script/`;
    expect((await send(`POST ${path}`, { content: '#!/bin/sh' })).status).toBe(201);
    expect(Object.keys((await send(`GET ${path}`)).body).toSorted()).toEqual(['content', 'created', 'modified']);
    expect((await send(`PATCH ${path}`, { content: '#!/bin/bash' })).body.content).toBe('#!/bin/bash');
    expect((await send(`DELETE ${path}`, {})).status).toBe(204);
  });

  it('deletes an object with `{}` as the body', async () => {
    const { body } = await send('POST simulations/', { name: 'short-lived' });
    expect((await send(`DELETE simulations/${body.id}/`, {})).status).toBe(204);
  });
});

describe('air_sdk 1.9.0 with the current API', async () => {
  const server = await testServer({ air: 'dsx' }, {}, overHttp);
  const { admin } = await stagedAir(server, 'dsx');
  const send = (request: string, body?: unknown) => {
    const [method, path] = request.split(' ');
    return server.call(`${method} /api/v3/${path}`, { token: admin, ...(body !== undefined && { body }) });
  };

  it('places nodes at once, and reads the history of each', async () => {
    const simulation = (await send('POST simulations/', { name: 'placed' })).body.id;
    const node = await send('POST simulations/nodes/', { simulation, name: 'compute-1', placement_group: 'rack-a' });
    expect([node.status, node.body.placement_group]).toEqual([201, 'rack-a']);
    for (const path of [`simulations/${simulation}`, `simulations/nodes/${node.body.id}`]) {
      const { body } = await send(`GET ${path}/history/?limit=200`);
      expect(Object.keys(body.results[0]).toSorted()).toEqual(
        ['actor', 'created', 'description', 'labels', 'model', 'object_id', 'severity'].toSorted(),
      );
      expect((await send(`GET ${path}/history-filters/`)).body).toMatchObject({
        actors: [expect.any(String)],
        severities: ['INFO'],
      });
    }
  });

  it('does not receive members of NetQ, and cannot set them', async () => {
    const { body } = await send('POST simulations/', { name: 'plain' });
    const [listed] = (await send('GET simulations/?name=plain')).body.results;
    for (const one of [body, listed]) expect(Object.keys(one).filter((name) => name.includes('netq'))).toEqual([]);
  });

  it('reads the commands of a shell instruction', async () => {
    const { body } = await send('GET simulations/nodes/instructions/');
    expect(body.results[0].data).toEqual({ executor: 'shell', commands: [expect.any(String)] });
  });

  it('reads the documentation of a demo on its simulation', async () => {
    const [demo] = (await send('GET marketplace/demos/')).body.results;
    expect((await send(`PATCH marketplace/demos/${demo.id}/`, { documentation: 'Read me' })).status).toBe(200);
    const { body } = await send(`POST marketplace/demos/${demo.id}/provision/`, {});
    expect(body.documentation).toBe('Read me');
  });

  it('exports services and instructions, and imports the result, as in its notebook', async () => {
    const services = [{ name: 'SSH', service_type: 'SSH', node: 'server1', interface: 'eth0', port: 22 }];
    const instructions = [{ node: 'server1', executor: 'shell', data: 'echo "hello"', run_again_on_rebuild: true }];
    const nodes = { server1: { os: 'generic/ubuntu2204', placement_group: 'rack-a' } };
    const content = { nodes, oob: false, services, instructions };
    const { id } = (await send('POST simulations/import/', { format: 'JSON', name: 'with-more', content })).body;

    const query = 'topology_format=JSON&include_instructions=REPEATABLE&include_services=True';
    const exported = (await send(`GET simulations/${id}/export/?${query}`)).body;
    expect(exported.content).toMatchObject(content);
    expect((await send('POST simulations/import/', exported)).status).toBe(201);
  });

  it('publishes an image by request and review, as in its notebook', async () => {
    const [image] = (await send('GET images/?name=acme-switch')).body.results;
    const asked = await send(`PATCH images/${image.id}/request-publish/`, {
      justification: 'Ready',
      prefer_public: true,
    });
    const record = asked.body.publish_access_record_id;
    const [pending] = (await send('GET publishing/image-publish-access-records/?status=PENDING&limit=200')).body
      .results;
    expect(pending.status).toBe('PENDING');
    const approved = await send(`PATCH publishing/image-publish-access-records/${record}/approve/`, {
      publicly_published: true,
    });
    expect([approved.status, approved.body.status]).toEqual([200, 'APPROVED']);
    const back = await send(`PATCH images/${image.id}/unpublish/`, {});
    expect([back.status, back.body.published]).toEqual([200, false]);
  });

  it('attaches the manifest of an OS image to an uploaded image', async () => {
    const [image] = (await send('GET images/?name=spare-image')).body.results;
    const spec = {
      os_type: 'cumulus',
      platforms: { SN4280: { platform_information_version: '1', os_template_version: '1' } },
    };
    const { status, body } = await send('POST manifests/os-images/', { image: image.id, ...spec });
    expect([status, body.platforms]).toEqual([201, spec.platforms]);
    expect((await send(`PATCH manifests/os-images/${body.id}/`, { os_template_partition: '/dev/sdb1' })).status).toBe(
      200,
    );
    expect((await send(`DELETE manifests/os-images/${body.id}/`, {})).status).toBe(204);
  });
});
