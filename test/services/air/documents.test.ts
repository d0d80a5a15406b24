import { beforeAll, describe, expect, it } from 'vitest';
import { NO_ID } from '../../support/air-images.ts';
import { stagedAir } from '../../support/air-requests.ts';
import { type Parameter, readDocument, type Schema } from '../../support/documents.ts';
import { testServer } from '../../support/server.ts';

const DOCUMENTS = { '2.0': readDocument('air.2.0'), dsx: readDocument('air.dsx') };
type Profile = keyof typeof DOCUMENTS;

/** The lists of a profile that require no parameter, as paths below the prefix, with the parameters of their query. */
function listsOf(profile: Profile): (readonly [path: string, query: readonly Parameter[]])[] {
  return DOCUMENTS[profile].operations
    .filter(({ id, path }) => id.endsWith('_list') && !path.includes('{'))
    .map(({ path, parameters }) => {
      return [path.replace('/api/v3/', ''), parameters.filter(({ in: place }) => place === 'query')] as const;
    });
}

/** The lists of a profile with their orders, which are the members of their results. */
function ordersOf(profile: Profile): (readonly [path: string, orders: readonly string[]])[] {
  return listsOf(profile).flatMap(([path, query]) => {
    const orders = query.find(({ name }) => name === 'ordering')?.schema.enum;
    return orders === undefined ? [] : [[path, orders as readonly string[]] as const];
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

const schemas: Readonly<Record<string, Schema>> = Object.assign(
  {},
  ...Object.values(DOCUMENTS).map(({ whole }) => (whole as { components: { schemas: object } }).components.schemas),
);

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
  const staged = {
    '2.0': await stagedAir(await testServer(), '2.0'),
    dsx: await stagedAir(await testServer({ air: 'dsx' }), 'dsx'),
  };
  const read = (profile: Profile, list: string) =>
    staged[profile].ask(`GET /api/v3/${list}`, {}, staged[profile].admin);

  beforeAll(async () => {
    for (const profile of ['2.0', 'dsx'] as const) {
      const ids = DOCUMENTS[profile].operations.map(({ id }) => id);
      const objects = ids.filter((id) => ids.includes(id.replace(/_get$/, '_list')) && id.endsWith('_get'));
      for (const id of objects) await staged[profile].fill(id);
    }
  });

  /** The filters of 2.0, and those that only dsx has. */
  const filtersOf = (profile: Profile) =>
    listsOf(profile).flatMap(([path, query]) =>
      query.some(({ required }) => required === true)
        ? []
        : query
            .filter(({ name }) => !['limit', 'offset', 'ordering', 'search'].includes(name))
            .map(({ name, schema }) => [path, name, schema.type, profile] as const),
    );
  const ofOld = filtersOf('2.0');
  const filters = [
    ...ofOld,
    ...filtersOf('dsx').filter(([path, name]) => !ofOld.some((old) => old[0] === path && old[1] === name)),
  ];
  const countOf = async (profile: Profile, list: string) => {
    const { status, body } = await read(profile, list);
    expect([200, 400], `${list}: ${JSON.stringify(body)}`).toContain(status);
    return status === 400 ? 0 : (body.count as number);
  };

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
    for (const order of orders) {
      const separator = path.startsWith('histories') ? '?model=simulation&' : '?';
      const { status, body } = await read(profile, `${path}${separator}ordering=${order}`);
      expect(status, `${order}: ${JSON.stringify(body)}`).toBe(200);
      const values = body.results.map((item: Record<string, unknown>) => item[order.replace('-', '')]);
      expect(isSorted(order.startsWith('-') ? values.toReversed() : values), `${order}: ${values}`).toBe(true);
    }
  });

  it('is sorted only by members of its version', () => {
    const [old, dsxOrders] = (['2.0', 'dsx'] as const).map((profile) => new Map(ordersOf(profile)).get('simulations/'));

    expect(old).toEqual(expect.arrayContaining(['auto_netq_enabled', '-creator', 'sleep_at']));
    expect(dsxOrders).not.toContain('auto_netq_enabled');
  });

  it.each(filters)('%s is filtered by `%s` as documented', async (path, name, type, profile) => {
    const total = await countOf(profile, path);
    expect(total, 'the list is empty').toBeGreaterThan(0);
    const countWith = (value: unknown) => countOf(profile, `${path}?${name}=${value}`);

    if (type === 'boolean') expect((await countWith(true)) + (await countWith(false))).toBe(total);
    else expect(await countWith(type === 'integer' ? 64_999 : NO_ID)).toBe(0);
  });
});
