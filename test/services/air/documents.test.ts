import { beforeAll, describe, expect, it } from 'vitest';
import { NO_ID } from '../../support/air-images.ts';
import { stagedAir } from '../../support/air-requests.ts';
import { type Parameter, readDocument } from '../../support/documents.ts';
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

  it.each(filters)('%s is filtered by `%s` as documented', async (path, name, type, profile) => {
    const total = await countOf(profile, path);
    expect(total, 'the list is empty').toBeGreaterThan(0);
    const countWith = (value: unknown) => countOf(profile, `${path}?${name}=${value}`);

    if (type === 'boolean') expect((await countWith(true)) + (await countWith(false))).toBe(total);
    else expect(await countWith(type === 'integer' ? 64_999 : NO_ID)).toBe(0);
  });
});
