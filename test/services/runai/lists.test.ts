import { beforeAll, describe, expect, it } from 'vitest';
import { active } from '../../support/cast.ts';
import {
  CLUSTER,
  EDITOR,
  expectRefused,
  RESEARCH,
  RESEARCH_MANAGER,
  RESEARCHER,
  RULES,
  runaiServer,
  TENANT,
  VIEWER,
  VISION,
} from '../../support/runai.ts';
import { withoutCustomRoles } from '../../support/seeds.ts';
import { START } from '../../support/server.ts';

const server = await runaiServer({}, { seed: withoutCustomRoles });
const { admin, done } = server;

/** The groups of the access rules, which are created one second apart. The last rule is deleted. */
const GROUPS = [
  ['Alpha', VIEWER, 'tenant', TENANT],
  ['alpine', RESEARCHER, 'project', VISION],
  ['Beta', VIEWER, 'department', RESEARCH],
  ['beta==two', RESEARCH_MANAGER, 'cluster', CLUSTER],
  ['one,two', EDITOR, 'tenant', TENANT],
] as const;
const NAMES = GROUPS.map(([name]) => name);
const at = (second: number) => new Date(START + second * 1000).toISOString();
const START_OFFSET = at(2).replace('12:00', '14:00').replace('Z', '+02:00');

beforeAll(async () => {
  await done(204, `DELETE ${RULES}/6`);
  for (const [index, [subjectId, roleId, scopeType, scopeId]] of GROUPS.entries()) {
    server.clock.set(START + index * 1000);
    await done(201, `POST ${RULES}`, { subjectType: 'group', subjectId, roleId, scopeType, scopeId });
  }
  server.clock.set(START + 10_000);
  await done(204, `DELETE ${RULES}/${6 + GROUPS.length}`);
});

const requestList = (query: Record<string, string | readonly string[]>, list = RULES) => {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((item) => [name, String(item)] as [string, string]),
  );
  return admin(`GET ${list}?${new URLSearchParams(pairs)}`);
};
/** Lists the groups of the matching access rules, without the deleted rule of the cast. */
const listGroups = async (query: Record<string, string | readonly string[]>) => {
  const { status, body } = await requestList({ subjectType: 'group', includeDeleted: 'true', ...query });
  expect(status, JSON.stringify(body)).toBe(200);
  const names = body.accessRules.map(({ subjectId }: { subjectId: string }) => subjectId);
  return names.filter((name: string) => name !== 'ml-team');
};

describe('filterBy', () => {
  const filters: [filter: string, names: readonly string[]][] = [
    ['subjectId==Alpha', ['Alpha']],
    ['subjectId==alpha', []],
    ['subjectId!=Alpha', ['alpine', 'Beta', 'beta==two', 'one,two']],
    ['subjectId<=Beta', ['Alpha', 'Beta']],
    ['subjectId>=alpine', ['alpine', 'beta==two', 'one,two']],
    ['subjectId=@BET', ['Beta', 'beta==two']],
    ['subjectId!@a', ['one,two']],
    ['subjectId=^al', ['Alpha', 'alpine']],
    ['subjectId=^two', []],
    ['subjectId=$TWO', ['beta==two', 'one,two']],
    ['subjectId=$al', []],
    ['subjectId==beta==two', ['beta==two']],
    ['roleId==7', ['Alpha', 'Beta']],
    ['roleId!=7', ['alpine', 'beta==two', 'one,two']],
    ['roleId<=4', ['beta==two', 'one,two']],
    ['roleId>=5', ['Alpha', 'alpine', 'Beta']],
    ['roleId>=-1', NAMES],
    ['roleId=@7', ['Alpha', 'Beta']],
    ['roleId!@7', ['alpine', 'beta==two', 'one,two']],
    [`createdAt==${at(2)}`, ['Beta']],
    [`createdAt==${START_OFFSET}`, ['Beta']],
    [`createdAt!=${at(2)}`, ['Alpha', 'alpine', 'beta==two', 'one,two']],
    [`createdAt<=${at(1)}`, ['Alpha', 'alpine']],
    [`createdAt>=${at(3)}`, ['beta==two', 'one,two']],
    [`deletedAt>=${at(0)}`, ['one,two']],
    [`deletedAt<=${at(20)}`, ['one,two']],
    [`deletedAt==${at(10)}`, ['one,two']],
    [`deletedAt!=${at(10)}`, ['Alpha', 'alpine', 'Beta', 'beta==two']],
    ['roleId==7,subjectId=^b', ['Beta']],
    [`createdAt>=${at(1)},createdAt<=${at(3)},roleId!=7`, ['alpine', 'beta==two']],
    ['roleId==7,', ['Alpha', 'Beta']],
    ['', NAMES],
  ];

  it.each(filters)('`%s` matches %j', async (filterBy, names) => {
    expect(await listGroups({ filterBy })).toEqual(names);
  });

  const filtersOfOtherFields: [filter: string, names: readonly string[]][] = [
    ['subjectType==group', NAMES],
    ['subjectType==user', []],
    ['roleName==Viewer', ['Alpha', 'Beta']],
    ['roleName=$manager', ['beta==two']],
    [`scopeId==${VISION}`, ['alpine']],
    ['scopeType=^dep', ['Beta']],
    ['scopeName==vision', ['alpine']],
    ['scopeName=@ACME', ['Alpha', 'one,two']],
    ['createdBy==ci-bot', NAMES],
    ['phase!@x,subjectId==Alpha', ['Alpha']],
  ];

  it.each(filtersOfOtherFields)('of another field matches: `%s`', async (filterBy, names) => {
    expect(await listGroups({ filterBy })).toEqual(names);
  });

  it('can be repeated for conditions with a comma in a value', async () => {
    expect(await listGroups({ filterBy: ['subjectId==one,two', 'roleId==3'] })).toEqual(['one,two']);
    expect(await listGroups({ filterBy: ['subjectId==one,two', 'roleId==7'] })).toEqual([]);
  });

  it.each([
    ['custom==true', ['mine']],
    ['custom!=false', ['mine']],
    ['custom==false,enabled==true,name==Viewer', ['Viewer']],
    ['enabled==false', []],
    ['custom=@TRU', ['mine']],
    ['custom>=true', ['mine']],
  ])('compares booleans: `%s`', async (filterBy, names) => {
    const { permissionSets } = await done(200, 'GET authorization/permission-sets');
    await admin('POST /api/v2/authorization/roles', { name: 'mine', permissionSets: permissionSets.slice(0, 1) });
    const { body } = await requestList({ filterBy }, '/api/v2/authorization/roles');

    expect(body.roles.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  const OPERATORS = '== != <= >= =@ !@ =^ =$';
  const invalidFilters: [filter: string, ...messages: string[]][] = [
    ['subjectId==', '`subjectId==` must consist of a field, an operator'],
    ['subjectId', '`subjectId` must consist of a field, an operator', OPERATORS, '`subjectId==...`'],
    [' subjectId==Alpha', '` subjectId==Alpha` must consist of a field, an operator'],
    ['name==Alpha', 'unknown field `name`; the fields are `phase`, `roleName`, `roleId`, ', 'createdBy'],
    ['constructor==Alpha', 'unknown field `constructor`'],
    ['createdAt=^2026', 'field `createdAt` has no operator `=^`; use one of == != <= >='],
    ['roleId==7.5', 'the value of `roleId` must be an integer'],
    ['createdAt>=2026-02-31', 'the value of `createdAt` must be a time such as'],
    ['createdAt>=2026-04-31T00:00:00Z', 'the value of `createdAt` must be a time such as'],
    ['subjectId==Alpha,nothing==1', 'unknown field `nothing`'],
    ['subjectId==one,two', '`two` must consist of a field, an operator', 'separate two filters with a comma'],
    [`${'x'.repeat(500)}==1`, `unknown field \`${'x'.repeat(100)}…\`;`],
  ];

  it.each(invalidFilters)('`%s` is rejected with 400, and the error is named', async (filterBy, ...messages) => {
    const answer = await requestList({ filterBy });

    expectRefused(answer, 400, '`filterBy`', ...messages);
    expect(answer.decision).toBeNull();
    expectRefused(await requestList({ filterBy }, `${RULES}/count`), 400, ...messages);
  });

  it.each([
    ['custom==yes', 'the value of `custom` must be `true` or `false`'],
    ['roleId==1', 'unknown field `roleId`; the fields are `name`, `createdAt`, `createdBy`, `custom`, `enabled`.'],
  ])('`%s` is rejected with 400 in the list of roles', async (filterBy, message) => {
    expectRefused(await requestList({ filterBy }, '/api/v2/authorization/roles'), 400, message);
  });
});

describe('sortBy', () => {
  const orders: [field: string, ascending: readonly string[]][] = [
    ['subjectId', ['Alpha', 'Beta', 'alpine', 'beta==two', 'one,two']],
    ['roleId', ['one,two', 'beta==two', 'alpine', 'Alpha', 'Beta']],
    ['roleName', ['one,two', 'alpine', 'beta==two', 'Alpha', 'Beta']],
    ['scopeId', ['Alpha', 'one,two', 'beta==two', 'Beta', 'alpine']],
    ['scopeType', ['beta==two', 'Beta', 'alpine', 'Alpha', 'one,two']],
    ['scopeName', ['Alpha', 'one,two', 'beta==two', 'Beta', 'alpine']],
    ['createdAt', NAMES],
    ['deletedAt', NAMES],
    ['phase', ['one,two', ...NAMES.slice(0, -1)]],
    ['createdBy', NAMES],
    ['subjectType', NAMES],
  ];

  it.each(orders)('`%s` sorts in ascending order, and equal rules by their creation', async (sortBy, names) => {
    expect(await listGroups({ sortBy })).toEqual(names);
    expect(await listGroups({ sortBy, sortOrder: 'asc' })).toEqual(names);
  });

  it.each([
    ['subjectId', ['one,two', 'beta==two', 'alpine', 'Beta', 'Alpha']],
    ['roleId', ['Alpha', 'Beta', 'alpine', 'beta==two', 'one,two']],
    ['deletedAt', ['one,two', 'Alpha', 'alpine', 'Beta', 'beta==two']],
    ['createdBy', NAMES],
  ])('`%s` sorts in descending order with `sortOrder=desc`', async (sortBy, names) => {
    expect(await listGroups({ sortBy, sortOrder: 'desc' })).toEqual(names);
  });

  it('is optional; the default is the order of creation, which `sortOrder` can reverse', async () => {
    expect(await listGroups({})).toEqual(NAMES);
    expect(await listGroups({ sortOrder: 'desc' })).toEqual([...NAMES].reverse());
  });

  it('applies after the filter and before paging', async () => {
    const query = { filterBy: 'roleId==7,createdBy==ci-bot', sortBy: 'subjectId', sortOrder: 'desc', limit: '1' };

    expect(await listGroups(query)).toEqual(['Beta']);
    expect(await listGroups({ ...query, offset: '1' })).toEqual(['Alpha']);
  });

  it.each([
    ['sortBy', 'tenantId', 'one of `subjectId`, `roleId`, '],
    ['sortOrder', 'up', '`asc`, `desc`'],
  ])('is rejected with 400 and the allowed values for %s=%s', async (name, value, message) => {
    expectRefused(await requestList({ [name]: value }), 400, `\`${name}\``, message);
  });
});

describe('search', () => {
  it.each([
    ['ALP', ['Alpha', 'alpine']],
    ['viewer', ['Alpha', 'Beta']],
    ['vision', ['alpine']],
    ['acme', ['Alpha', 'one,two']],
    ['%', []],
    ['', NAMES],
  ])('`%s` matches the subject, role and scope in any case', async (search, names) => {
    expect(await listGroups({ search })).toEqual(names);
  });

  it('can be combined with filterBy', async () => {
    expect(await listGroups({ search: 'al', filterBy: 'roleId==7' })).toEqual(['Alpha']);
  });
});

describe('a page', () => {
  const total = active.users.length + active.applications.length + active.serviceAccounts.length + GROUPS.length - 1;
  const readCounts = async (query: Record<string, string>) => {
    const { totalRecords, displayRecords, accessRules } = (await requestList(query)).body;
    expect(accessRules).toHaveLength(displayRecords);
    return [totalRecords, displayRecords];
  };

  it.each([
    [{ limit: '2' }, 2],
    [{ offset: '1' }, total - 1],
    [{ limit: '3', offset: String(total - 2) }, 2],
    [{ offset: String(total) }, 0],
  ])('of %j contains the number of its records and of all records', async (query, displayed) => {
    expect(await readCounts(query)).toEqual([total, displayed]);
  });

  it.each([
    ['limit', '0', 'from 1 to 500'],
    ['limit', '501', 'from 1 to 500'],
    ['offset', '-1', 'of at least 0'],
  ])('is rejected with 400 for %s=%s', async (name, value, message) => {
    expectRefused(await requestList({ [name]: value }), 400, `\`${name}\``, message);
  });
});
