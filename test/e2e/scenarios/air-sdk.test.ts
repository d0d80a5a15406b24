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

  it('deletes an object with `{}` as the body', async () => {
    const { body } = await send('POST simulations/', { name: 'short-lived' });
    expect((await send(`DELETE simulations/${body.id}/`, {})).status).toBe(204);
  });
});
