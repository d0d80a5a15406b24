import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { listOperations } from '../../../src/services/air/actions.ts';
import { RESOURCES, SCOPES } from '../../../src/services/air/tables/index.ts';
import { type AirCaller, type AirImagesServer, airImagesServer, IMAGE, NO_ID } from '../../support/air-images.ts';
import { OS_TEMPLATE, PLATFORM } from '../../support/air-requests.ts';
import { START } from '../../support/server.ts';

interface Schema {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema & { readonly nullable?: boolean }>>;
}

interface Parameter {
  readonly name?: string;
  readonly in?: string;
  readonly required?: boolean;
  readonly schema?: { readonly type?: string; readonly enum?: readonly string[] };
  readonly 'x-profiles'?: readonly string[];
}

interface BuiltDocument {
  readonly paths: Readonly<Record<string, { readonly get?: { readonly parameters?: readonly Parameter[] } }>>;
}

/** A built document; the orders of its lists are the members of their results. */
function readBuilt(profile: string): BuiltDocument {
  return JSON.parse(readFileSync(new URL(`../../../dist/openapi/air.${profile}.json`, import.meta.url), 'utf8'));
}

/** The lists of a profile, as paths below the prefix, with their orders. */
function ordersOf(profile: string): (readonly [path: string, orders: readonly string[]])[] {
  return Object.entries(readBuilt(profile).paths).flatMap(([path, { get }]) => {
    const { schema } = (get?.parameters ?? []).find(({ name }) => name === 'ordering') ?? {};
    return schema?.enum === undefined || path.includes('{')
      ? []
      : [[path.replace('/api/v3/', ''), schema.enum] as const];
  });
}

/** Sort key with null first. Times are compared as times. */
function sortKeyOf(value: unknown): [number, number | string] {
  if (value === null || value === undefined) return [0, 0];
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
  return [1, Number.isNaN(time) ? (typeof value === 'boolean' ? Number(value) : (value as number | string)) : time];
}

function isSorted(values: readonly unknown[]): boolean {
  const keys = values.map(sortKeyOf);
  return keys.every(([rank, key], index) => {
    const [previousRank, previousKey] = keys[index - 1] ?? [0, 0];
    return previousRank < rank || (previousRank === rank && (previousRank === 0 || previousKey <= key));
  });
}

interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly operationId?: string; readonly parameters?: readonly Parameter[] }>>
    >
  >;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

const MANIFEST = {
  docker_run_parameters: {},
  emulation_type: 'switch',
  platform_information: {},
  simulator_image: '8d0e3f52-6c4b-4a79-8e23-4f9a7b1c0001',
  simulator_resources: {},
};
const FOLDER = new URL('../../../openapi/air/', import.meta.url);
const SHARED_FILES = ['common.json', 'baseline.json'];
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.json') && !SHARED_FILES.includes(name));
const documents = FILES.map((name): Document => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')));
const schemas: Readonly<Record<string, Schema>> = Object.assign(
  {},
  ...documents.map(({ components }) => components?.schemas ?? {}),
);
const operations = documents.flatMap(({ paths }) => Object.values(paths).flatMap((methods) => Object.values(methods)));

/** The members without which the official SDK fails. */
const REQUIRED = {
  Simulation: 'id name created modified state creator',
  Image:
    'id name version created modified published includes_air_agent cpu_arch default_username default_password emulation_type emulation_version provider minimum_resources is_owned_by_client upload_status size hash',
  ImageShare:
    'id created modified image image_name image_version source_org_display_name target_org_display_name target_org expires_at claimed_by state',
  MarketplaceDemo: 'id name demo created modified creator tags like_count liked_by_client published',
  MarketplaceDemoTag: 'id name created modified',
  Training:
    'id name created modified creator org training_simulation training_simulation_name training_simulation_state event_time ngc_group_id sim_start_time sim_end_time',
  Node: 'id created modified name simulation image category state status_from_worker cpu memory storage pos_x pos_y advanced',
  Interface: 'id name created modified node interface_type mac_address outbound',
  Link: 'id created modified interfaces',
  Service: 'id name node_port service_type created modified interface',
  NodeInstruction: 'id name node data created modified state run_again_on_rebuild',
  Checkpoint: 'id name favorite created modified run state',
  ZtpScript: 'created modified content',
  UserConfig: 'id name kind',
  SshKey: 'id created name fingerprint',
  ResourceBudget:
    'id created modified org_display_name org_nca_id org_id ngc_org_name cpu memory disk_storage_total disk_storage_per_node image_storage userconfigs usage',
  SystemNode: 'id created modified name image memory storage cpu category',
  History: 'object_id model created actor description category',
  Fleet: 'id created modified name',
  Worker: 'id created modified fqdn fleet cpu memory storage available cpu_arch ip_address',
} as const;

describe('the schema of a response', () => {
  it.each(Object.entries(REQUIRED))('%s requires exactly the members that the official SDK needs', (name, members) => {
    expect([...(schemas[name]?.required ?? [])].toSorted()).toEqual(members.split(' ').toSorted());
  });

  it.each(Object.entries(REQUIRED))('%s describes every required member', (name, members) => {
    expect(Object.keys(schemas[name]?.properties ?? {})).toEqual(expect.arrayContaining(members.split(' ')));
  });

  it('ResourceBudget requires the usage', () => {
    expect([...(schemas['ResourceBudget']?.properties?.['usage']?.required ?? [])].toSorted()).toEqual(
      ['cpu', 'disk_storage', 'image_storage', 'memory', 'userconfigs'].toSorted(),
    );
  });

  it('Image requires the minimum resources', () => {
    expect([...(schemas['Image']?.properties?.['minimum_resources']?.required ?? [])].toSorted()).toEqual([
      'cpu',
      'memory',
      'storage',
    ]);
  });

  const pages = Object.entries(schemas).filter(([name]) => name.endsWith('Page'));

  it.each(pages)('%s has a count, the results and nullable links', (_, page) => {
    expect(page.required).toEqual(expect.arrayContaining(['count', 'results', 'next']));
    expect(page.properties?.['next']?.nullable).toBe(true);
    expect(page.properties?.['previous']?.nullable).toBe(true);
  });
});

describe('a list', async () => {
  const server = await airImagesServer();
  const dsx = await airImagesServer({ air: 'dsx' });
  const scopes = SCOPES.map(({ id }) => id);
  const [caller, dsxCaller] = [await server.withScopes(scopes), await dsx.withScopes(scopes)];
  beforeAll(async () => {
    await populate(caller);
    await populateDsx(dsx, dsxCaller);
    const { body } = await dsxCaller('POST simulations/', { name: 'run' });
    await dsxCaller(`PATCH simulations/${body.id}/start/`, {});
  });

  const filters = documents.flatMap(({ paths }) =>
    Object.entries(paths).flatMap(([path, { get }]) => {
      if (!get?.operationId?.endsWith('_list') || path.includes('{')) return [];
      const queryParameters = (get.parameters ?? []).filter(({ in: place }) => place === 'query');
      if (queryParameters.some(({ required }) => required === true)) return [];
      return queryParameters
        .filter(({ name = '' }) => !['limit', 'offset', 'ordering', 'search'].includes(name))
        .map(
          (parameter) =>
            [
              path.replace('/api/v3/', ''),
              parameter.name ?? '',
              parameter.schema?.type,
              isInDsxOnly(path, parameter),
            ] as const,
        );
    }),
  );
  const countOf = async (send: AirCaller, path: string, query = '') => {
    const { status, body } = await send(`GET ${path}${query}`);
    expect([200, 400], `${path}: ${JSON.stringify(body)}`).toContain(status);
    return status === 400 ? 0 : (body.count as number);
  };

  it('has documented filters', () => {
    expect(filters.length).toBeGreaterThan(50);
  });

  const ordersOf2_0 = new Map(ordersOf('2.0'));
  // Both directions of the first member and one direction of each other, because the direction does not depend on the
  // member. dsx has the same sorting code, so only its additional members are tested.
  const selectOrders = (orders: readonly string[]) =>
    orders.filter((order, index) => index < 2 || !order.startsWith('-'));
  const sortedLists = [
    ...ordersOf('2.0').map(([path, orders]) => ['2.0', path, selectOrders(orders)] as const),
    ...ordersOf('dsx').flatMap(([path, orders]) => {
      const dsxOnly = orders.filter((order) => ordersOf2_0.get(path)?.includes(order) !== true);
      return dsxOnly.length === 0 ? [] : [['dsx', path, selectOrders(dsxOnly)] as const];
    }),
  ];

  it.each(sortedLists)('of %s: %s is sorted by each member of its results', async (profile, path, orders) => {
    const send = profile === 'dsx' ? dsxCaller : caller;
    for (const order of orders) {
      const separator = path.startsWith('histories') ? '?model=simulation&' : '?';
      const { status, body } = await send(`GET ${path}${separator}ordering=${order}`);
      if (status === 403) return;
      expect(status, `${order}: ${JSON.stringify(body)}`).toBe(200);
      const values = body.results.map((item: Record<string, unknown>) => item[order.replace('-', '')]);
      expect(isSorted(order.startsWith('-') ? values.toReversed() : values), `${order}: ${values}`).toBe(true);
    }
  });

  it('is sorted by several members in both directions, in both versions', () => {
    for (const [path, orders] of [...ordersOf('2.0'), ...ordersOf('dsx')]) {
      expect(orders.length, path).toBeGreaterThan(3);
      expect(orders.filter((order) => order.startsWith('-')).length, path).toBe(orders.length / 2);
    }
  });

  it('is sorted only by members of its version', () => {
    const [old, dsxOrders] = ['2.0', 'dsx'].map((profile) => new Map(ordersOf(profile)).get('simulations/'));

    expect(old).toEqual(expect.arrayContaining(['auto_netq_enabled', '-creator', 'sleep_at']));
    expect(dsxOrders).not.toContain('auto_netq_enabled');
  });

  it.each(filters)('%s is filtered by `%s` as documented', async (path, name, type, isDsxOnly) => {
    const send = isDsxOnly ? dsxCaller : caller;
    const total = await countOf(send, path);
    expect(total, 'the list is empty').toBeGreaterThan(0);

    if (type === 'boolean') {
      const [yes, no] = [await countOf(send, path, `?${name}=true`), await countOf(send, path, `?${name}=false`)];
      expect(yes + no).toBe(total);
    } else {
      expect(await countOf(send, path, `?${name}=${type === 'integer' ? 64_999 : NO_ID}`)).toBe(0);
    }
  });
});

/** Lists that only dsx has. */
const DSX_LISTS = [
  'manifests/plugin-images/',
  'manifests/os-',
  'manifests/platform-',
  'publishing/',
  'simulations/runs/',
];

/** Whether only dsx has the filter. */
function isInDsxOnly(path: string, { 'x-profiles': profiles }: Parameter): boolean {
  return DSX_LISTS.some((prefix) => path.startsWith(`/api/v3/${prefix}`)) || profiles?.includes('dsx') === true;
}

/** Creates an object for every list that only dsx has. */
async function populateDsx(server: AirImagesServer, caller: AirCaller): Promise<void> {
  const send = async (request: string, body: unknown) => {
    const answer = await caller(request, body);
    expect(answer.status, `${request}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  };
  await send('POST manifests/plugin-images/', MANIFEST);
  const image = await server.uploaded();
  await send('POST manifests/os-images/', { image, os_type: 'sonic' });
  await send('POST manifests/os-templates/', OS_TEMPLATE);
  await send('POST manifests/platform-information/', PLATFORM);
  await send(`PATCH images/${image}/request-publish/`, { justification: 'because' });
  const simulation = (await send('POST simulations/', { name: 'shown' })).id;
  const described = { description: 'A demo', documentation: '# Demo' };
  const demo = (await send('POST marketplace/demos/', { name: 'demo', tags: ['tag'], simulation, ...described })).id;
  await send(`PATCH marketplace/demos/${demo}/request-publish/`, { justification: 'because', publisher: 'Acme' });
}

/** Creates an object for every list of 2.0. */
async function populate(caller: AirCaller): Promise<void> {
  const create = async (path: string, body: unknown) => {
    const answer = await caller(`POST ${path}`, body);
    expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(201);
    return answer.body;
  };
  const simulation = (await create('simulations/', { name: 'filled' })).id;
  const ends: string[] = [];
  for (const name of ['n1', 'n2']) {
    const node = (await create('simulations/nodes/', { name, simulation })).id;
    ends.push((await create('simulations/nodes/interfaces/', { name: 'eth0', node })).id);
    const instruction = { name: 'say', node, executor: 'shell', data: { commands: ['true'] } };
    if (name === 'n1') await create('simulations/nodes/instructions/', instruction);
  }
  await create('simulations/nodes/interfaces/services/', { interface: ends[0], node_port: 22 });
  await create('simulations/nodes/interfaces/links/', { interfaces: ends });
  expect((await caller(`PATCH simulations/${simulation}/start/`, {})).status).toBe(200);
  expect((await caller(`PATCH simulations/${simulation}/shutdown/`, {})).status).toBe(200);
  const image = (await create('images/', IMAGE)).id;
  await create('images/shares/', { image, target_org: 'globex' });
  await create('marketplace/demos/', { name: 'demo', tags: ['tag'], simulation });
  await create('marketplace/demos/tags/', { name: 'tag' });
  const at = (hours: number) => new Date(START + hours * 3_600_000).toISOString();
  const times = { event_time: at(48), sim_start_time: at(24), sim_end_time: at(96) };
  await create('trainings/', { name: 'training', parent_simulation: simulation, attendees: [], ...times });
  await create('userconfigs/', { name: 'config', kind: 'cloud-init-user-data', content: '' });
  const public_key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
  await create('users/ssh-keys/', { name: 'key', public_key });
  const fleet = (await create('infra/fleets/', { name: 'fleet' })).id;
  const worker = (await create('infra/workers/', { fleet, fqdn: 'w.test', ip_address: '192.0.2.1' })).id;
  await create(`infra/workers/${worker}/issue-certificate/`, {});
  await create('manifests/', MANIFEST);
}

it('every operation of a resource is documented', () => {
  const documented = new Set(operations.map(({ operationId }) => operationId));

  expect(
    RESOURCES.flatMap(listOperations)
      .map(({ id }) => id)
      .filter((id) => !documented.has(id)),
  ).toEqual([]);
});
