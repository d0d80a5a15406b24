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

interface Built {
  readonly paths: Readonly<Record<string, { readonly get?: { readonly parameters?: readonly Parameter[] } }>>;
}

/** A document as it is served: the orders of its lists are the members of their results. */
function served(profile: string): Built {
  return JSON.parse(readFileSync(new URL(`../../../dist/openapi/air.${profile}.json`, import.meta.url), 'utf8'));
}

/** The paths of a profile that are lists, below the prefix, with their orders. */
function ordersOf(profile: string): (readonly [path: string, orders: readonly string[]])[] {
  return Object.entries(served(profile).paths).flatMap(([path, { get }]) => {
    const { schema } = (get?.parameters ?? []).find(({ name }) => name === 'ordering') ?? {};
    return schema?.enum === undefined || path.includes('{')
      ? []
      : [[path.replace('/api/v3/', ''), schema.enum] as const];
  });
}

/** Null, then what is smaller. Times are compared as such. */
function keyOf(value: unknown): [number, number | string] {
  if (value === null || value === undefined) return [0, 0];
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN;
  return [1, Number.isNaN(time) ? (typeof value === 'boolean' ? Number(value) : (value as number | string)) : time];
}

function isSorted(values: readonly unknown[]): boolean {
  const keys = values.map(keyOf);
  return keys.every(([some, key], index) => {
    const [before, other] = keys[index - 1] ?? [0, 0];
    return before < some || (before === some && (before === 0 || other <= key));
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
const folder = new URL('../../../openapi/air/', import.meta.url);
const OTHERS = ['common.json', 'baseline.json'];
const FILES = readdirSync(folder).filter((name) => name.endsWith('.json') && !OTHERS.includes(name));
const documents = FILES.map((name): Document => JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
const schemas: Readonly<Record<string, Schema>> = Object.assign(
  {},
  ...documents.map(({ components }) => components?.schemas ?? {}),
);
const operations = documents.flatMap(({ paths }) => Object.values(paths).flatMap((methods) => Object.values(methods)));

/** What the official client refuses to do without. */
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

describe('the schema of an answer', () => {
  it.each(Object.entries(REQUIRED))('%s requires what the official client needs, and nothing else', (name, members) => {
    expect([...(schemas[name]?.required ?? [])].toSorted()).toEqual(members.split(' ').toSorted());
  });

  it.each(Object.entries(REQUIRED))('%s describes every member that it requires', (name, members) => {
    expect(Object.keys(schemas[name]?.properties ?? {})).toEqual(expect.arrayContaining(members.split(' ')));
  });

  it('has whole numbers, and what is used, in a budget', () => {
    expect([...(schemas['ResourceBudget']?.properties?.['usage']?.required ?? [])].toSorted()).toEqual(
      ['cpu', 'disk_storage', 'image_storage', 'memory', 'userconfigs'].toSorted(),
    );
  });

  it('says how much an image needs at least', () => {
    expect([...(schemas['Image']?.properties?.['minimum_resources']?.required ?? [])].toSorted()).toEqual([
      'cpu',
      'memory',
      'storage',
    ]);
  });

  const pages = Object.entries(schemas).filter(([name]) => name.endsWith('Page'));

  it.each(pages)('%s has a count, its results, and where the next page is, if there is one', (_, page) => {
    expect(page.required).toEqual(expect.arrayContaining(['count', 'results', 'next']));
    expect(page.properties?.['next']?.nullable).toBe(true);
    expect(page.properties?.['previous']?.nullable).toBe(true);
  });
});

describe('a list', async () => {
  const server = await airImagesServer();
  const later = await airImagesServer({ air: 'dsx' });
  const every = SCOPES.map(({ id }) => id);
  const [caller, laterCaller] = [await server.withScopes(every), await later.withScopes(every)];
  beforeAll(async () => {
    await populate(caller);
    await populateLater(later, laterCaller);
    const { body } = await laterCaller('POST simulations/', { name: 'run' });
    await laterCaller(`PATCH simulations/${body.id}/start/`, {});
  });

  const asked = documents.flatMap(({ paths }) =>
    Object.entries(paths).flatMap(([path, { get }]) => {
      if (!get?.operationId?.endsWith('_list') || path.includes('{')) return [];
      const own = (get.parameters ?? []).filter(({ in: place }) => place === 'query');
      if (own.some(({ required }) => required === true)) return [];
      return own
        .filter(({ name = '' }) => !['limit', 'offset', 'ordering', 'search'].includes(name))
        .map((one) => [path.replace('/api/v3/', ''), one.name ?? '', one.schema?.type, isLater(path, one)] as const);
    }),
  );
  const countOf = async (ask: AirCaller, path: string, query = '') => {
    const { status, body } = await ask(`GET ${path}${query}`);
    expect([200, 400], `${path}: ${JSON.stringify(body)}`).toContain(status);
    return status === 400 ? 0 : (body.count as number);
  };

  it('is there for every filter that follows', () => {
    expect(asked.length).toBeGreaterThan(50);
  });

  const earlier = new Map(ordersOf('2.0'));
  // Both ways for the first member, and one way for each other: what turns an order around knows no member. The later
  // version sorts by the same code, so it is asked for what only it has.
  const oneWay = (orders: readonly string[]) => orders.filter((order, at) => at < 2 || !order.startsWith('-'));
  const sorted = [
    ...ordersOf('2.0').map(([path, orders]) => ['2.0', path, oneWay(orders)] as const),
    ...ordersOf('dsx').flatMap(([path, orders]) => {
      const others = orders.filter((order) => earlier.get(path)?.includes(order) !== true);
      return others.length === 0 ? [] : [['dsx', path, oneWay(others)] as const];
    }),
  ];

  it.each(sorted)('of %s: %s is sorted by each member of its results', async (profile, path, orders) => {
    const ask = profile === 'dsx' ? laterCaller : caller;
    for (const order of orders) {
      const separator = path.startsWith('histories') ? '?model=simulation&' : '?';
      const { status, body } = await ask(`GET ${path}${separator}ordering=${order}`);
      if (status === 403) return;
      expect(status, `${order}: ${JSON.stringify(body)}`).toBe(200);
      const values = body.results.map((one: Record<string, unknown>) => one[order.replace('-', '')]);
      expect(isSorted(order.startsWith('-') ? values.toReversed() : values), `${order}: ${values}`).toBe(true);
    }
  });

  it('can be sorted in both versions, by several members and both ways', () => {
    for (const [path, orders] of [...ordersOf('2.0'), ...ordersOf('dsx')]) {
      expect(orders.length, path).toBeGreaterThan(3);
      expect(orders.filter((order) => order.startsWith('-')).length, path).toBe(orders.length / 2);
    }
  });

  it('is sorted by what its version has', () => {
    const [earlier, later] = ['2.0', 'dsx'].map((profile) => new Map(ordersOf(profile)).get('simulations/'));

    expect(earlier).toEqual(expect.arrayContaining(['auto_netq_enabled', '-creator', 'sleep_at']));
    expect(later).not.toContain('auto_netq_enabled');
  });

  it.each(asked)('%s is narrowed by `%s`, as its document says', async (path, name, type, isOfLater) => {
    const ask = isOfLater ? laterCaller : caller;
    const total = await countOf(ask, path);
    expect(total, 'there is nothing to narrow').toBeGreaterThan(0);

    if (type === 'boolean') {
      const [yes, no] = [await countOf(ask, path, `?${name}=true`), await countOf(ask, path, `?${name}=false`)];
      expect(yes + no).toBe(total);
    } else {
      expect(await countOf(ask, path, `?${name}=${type === 'integer' ? 64_999 : NO_ID}`)).toBe(0);
    }
  });
});

/** Lists of the later API. */
const LATER = ['manifests/plugin-images/', 'manifests/os-', 'manifests/platform-', 'publishing/', 'simulations/runs/'];

/** Whether only the later API has the filter. */
function isLater(path: string, { 'x-profiles': profiles }: Parameter): boolean {
  return LATER.some((prefix) => path.startsWith(`/api/v3/${prefix}`)) || profiles?.includes('dsx') === true;
}

/** Makes something for every list that only the later API has. */
async function populateLater(server: AirImagesServer, caller: AirCaller): Promise<void> {
  const ask = async (request: string, body: unknown) => {
    const answer = await caller(request, body);
    expect(answer.status, `${request}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  };
  await ask('POST manifests/plugin-images/', MANIFEST);
  const image = await server.uploaded();
  await ask('POST manifests/os-images/', { image, os_type: 'sonic' });
  await ask('POST manifests/os-templates/', OS_TEMPLATE);
  await ask('POST manifests/platform-information/', PLATFORM);
  await ask(`PATCH images/${image}/request-publish/`, { justification: 'because' });
  const simulation = (await ask('POST simulations/', { name: 'shown' })).id;
  const described = { description: 'A demo', documentation: '# Demo' };
  const demo = (await ask('POST marketplace/demos/', { name: 'demo', tags: ['tag'], simulation, ...described })).id;
  await ask(`PATCH marketplace/demos/${demo}/request-publish/`, { justification: 'because', publisher: 'Acme' });
}

/** Makes something for every list. */
async function populate(caller: AirCaller): Promise<void> {
  const make = async (path: string, body: unknown) => {
    const answer = await caller(`POST ${path}`, body);
    expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(201);
    return answer.body;
  };
  const simulation = (await make('simulations/', { name: 'filled' })).id;
  const ends: string[] = [];
  for (const name of ['n1', 'n2']) {
    const node = (await make('simulations/nodes/', { name, simulation })).id;
    ends.push((await make('simulations/nodes/interfaces/', { name: 'eth0', node })).id);
    const instruction = { name: 'say', node, executor: 'shell', data: { commands: ['true'] } };
    if (name === 'n1') await make('simulations/nodes/instructions/', instruction);
  }
  await make('simulations/nodes/interfaces/services/', { interface: ends[0], node_port: 22 });
  await make('simulations/nodes/interfaces/links/', { interfaces: ends });
  expect((await caller(`PATCH simulations/${simulation}/start/`, {})).status).toBe(200);
  expect((await caller(`PATCH simulations/${simulation}/shutdown/`, {})).status).toBe(200);
  const image = (await make('images/', IMAGE)).id;
  await make('images/shares/', { image, target_org: 'globex' });
  await make('marketplace/demos/', { name: 'demo', tags: ['tag'], simulation });
  await make('marketplace/demos/tags/', { name: 'tag' });
  const at = (hours: number) => new Date(START + hours * 3_600_000).toISOString();
  const times = { event_time: at(48), sim_start_time: at(24), sim_end_time: at(96) };
  await make('trainings/', { name: 'training', parent_simulation: simulation, attendees: [], ...times });
  await make('userconfigs/', { name: 'config', kind: 'cloud-init-user-data', content: '' });
  const public_key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
  await make('users/ssh-keys/', { name: 'key', public_key });
  const fleet = (await make('infra/fleets/', { name: 'fleet' })).id;
  const worker = (await make('infra/workers/', { fleet, fqdn: 'w.test', ip_address: '192.0.2.1' })).id;
  await make(`infra/workers/${worker}/issue-certificate/`, {});
  await make('manifests/', MANIFEST);
}

it('every operation of a resource is in a document', () => {
  const named = new Set(operations.map(({ operationId }) => operationId));

  expect(
    RESOURCES.flatMap(listOperations)
      .map(({ id }) => id)
      .filter((id) => !named.has(id)),
  ).toEqual([]);
});
