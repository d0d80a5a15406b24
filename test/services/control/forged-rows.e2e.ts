/** Snapshot files whose rows somebody changed: they are refused, or their worlds work. */
import type { HTTPMethods } from 'fastify';
import { describe, expect, it } from 'vitest';
import { loadRowCheck } from '../../../src/app/row-check.ts';
import type { Config } from '../../../src/config/options.ts';
import { Problem } from '../../../src/decisions/problem.ts';
import { RESOURCES } from '../../../src/services/air/tables/index.ts';
import { SEEDS } from '../../../src/store/seed.ts';
import { SnapshotReader } from '../../../src/worlds/snapshot-file.ts';
import { documentsOfServices } from '../../support/list-operations.ts';
import { roundsOf } from '../../support/properties.ts';
import { testServer } from '../../support/server.ts';
import { type FileRow, fileOf, rewritten, rowsIn, uploaded, withRows } from '../../support/snapshot-files.ts';

const server = await testServer();
const file = await fileOf(server);
const rows = rowsIn(file);
const check = await loadRowCheck();
const [first, second] = file.split('\n');

// One for all rows, because the second line has the seed, which takes as long to read as a hundred rows.
const reader = new SnapshotReader(check, Number.POSITIVE_INFINITY, () => {});
reader.read(Buffer.from(`${first}\n${second}\n`));

/** Is a row refused where it stands in a file? */
function isRefused(row: object): boolean {
  try {
    reader.read(Buffer.from(`${JSON.stringify({ row })}\n`));
    return false;
  } catch (thrown) {
    if (thrown instanceof Problem) return true;
    throw thrown;
  }
}

/** Those of the built-in world, the oldest of each. */
const COLLECTIONS = new Map(rows.toReversed().map((row) => [row.collection, row]));

type Changed = readonly [place: string, value: unknown];

const FORGED: readonly unknown[] = [null, 5, 'x', [], {}];
const MAX_DEPTH = 5;

/** A value with one of its members removed or replaced, and where that is. */
function* changesOf(value: unknown, place: string, depth = 0): Generator<Changed> {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  const isList = Array.isArray(value);
  // The entries of a list are alike.
  const names = isList ? Object.keys(value).slice(0, 1) : Object.keys(value);
  for (const name of names) {
    const member = (value as Record<string, unknown>)[name];
    const within = (next: unknown) => (isList ? [next, ...value.slice(1)] : { ...value, [name]: next });
    const { [name]: _, ...others } = value as Record<string, unknown>;
    yield [`${place}.${name} removed`, isList ? value.slice(1) : others];
    for (const forged of FORGED) {
      if (JSON.stringify(forged) === JSON.stringify(member)) continue;
      yield [`${place}.${name} = ${JSON.stringify(forged)}`, within(forged)];
    }
    for (const [at, next] of changesOf(member, `${place}.${name}`, depth + 1)) yield [at, within(next)];
  }
}

/** Their members can be left out in a seed, too. */
const OPEN: readonly unknown[] = ['nvcf.cluster-groups {}', 'nvcf.gpu-quotas {}', 'nvcf.instance-types {}'];

describe('a snapshot file with a forged body', () => {
  it.for(
    [...COLLECTIONS].flatMap(([name, row]) =>
      [null, {}]
        .map((body) => [name, JSON.stringify(body), row] as const)
        .filter(([, body]) => !OPEN.includes(`${name} ${body}`)),
    ),
  )('of %s, %s, is refused with the line, the object and what was expected', async ([name, body, row]) => {
    const isAsBefore = name === 'oauth.revoked' && body === 'null';
    const forged = withRows(file, (all) =>
      all.map((one) => (one.id === row.id && one.collection === name ? { ...one, body: JSON.parse(body) } : one)),
    );
    const { status, body: answer } = await uploaded(server, forged);
    if (isAsBefore) return;

    expect([status, answer.detail]).toEqual([
      400,
      expect.stringMatching(
        /^The snapshot file is damaged. Line \d+ has the object `[^`]+` of `[^`]+`, but its `body[^`]*` .*expected/,
      ),
    ]);
    expect(answer.detail).toContain(
      `Line ${rows.indexOf(row) + 3} has the object \`${row.id.slice(0, 100)}\` of \`${name}\``,
    );
  });
});

type Target = readonly [path: string, token: string | undefined];

/** What the parameters of paths are in the built-in world. */
const GIVEN = { org: 'acme', realm: 'acme', service: 'air', key: 'browserSessionTimeout' };

/** By collection: the values of a row that are parameters of paths. */
const PARAMETERS: Readonly<Record<string, (row: FileRow) => Readonly<Record<string, string | undefined>>>> = {
  'nvcf.functions': ({ id, parent, aliases }) => ({
    functionId: String(parent),
    versionId: id,
    deploymentId: aliases[0],
  }),
  'nvcf.assets': ({ id, aliases }) => ({ assetId: id, uploadId: aliases[0] }),
  'nvcf.invocations': ({ id }) => ({ requestId: id }),
  'nvcf.registry-credentials': ({ id }) => ({ registryCredentialId: id }),
  'nvcf.telemetries': ({ id }) => ({ telemetryId: id }),
  'nvct.tasks': ({ id }) => ({ taskId: id }),
  'ngc.keys': ({ id }) => ({ keyId: id }),
  identities: ({ id, owner }) => ({ [IDS[owner] ?? '']: id }),
  'access-keys': ({ id }) => ({ accessKeyId: id }),
  'runai.roles': ({ id }) => ({ roleId: id, roleIdPath: id }),
  'runai.access-rules': ({ id }) => ({ accessRuleId: id }),
  'runai.clusters': ({ id }) => ({ clusterUuid: id }),
  'runai.departments': ({ id }) => ({ departmentId: id }),
  'runai.projects': ({ id }) => ({ projectId: id }),
};
const IDS: Readonly<Record<string, string>> = {
  user: 'userId',
  application: 'appId',
  'service-account': 'serviceAccountId',
};

/** A server, and all that can be read in a world of it. */
async function readable(config: Partial<Config>) {
  const server = await testServer(config, { offDocument: 'off' });
  const { body } = await server.call('GET /_mock/cast');
  const of = (name: string) => body.ngc.keys.find((one: { readonly name: string }) => one.name === name).key;
  const tokens: Readonly<Record<string, string>> = {
    ...{
      runai: body.runai.users[0].bearer,
      air: of('air-admin'),
      nvcf: of('owner'),
      nvct: of('nvct-cli'),
      ngc: of('owner'),
    },
  };
  const versions = Object.entries(config).map(([service, version]) => `${service}.${version}`);
  const reads = documentsOfServices()
    .filter(({ name }) => !name.includes('.') || versions.includes(name))
    .flatMap(({ operations }) => operations.filter(({ method }) => method === 'GET'))
    // They last.
    .filter(({ path }) => !/events$|stream$/.test(path));
  const targets = (
    given: Readonly<Record<string, string | undefined>>,
    isNeeded: (path: string) => boolean,
  ): Target[] =>
    reads.flatMap(({ service, path }) => {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name));
      if (!isNeeded(path) || !names.every((name) => given[name] !== undefined)) return [];
      const filled = path.replace(/\{(\w+)\}/g, (_, name) => given[name] ?? '');
      const query = filled.endsWith('/histories/') ? `?model=simulation&object_id=${SIMULATION?.id}` : '';
      return [[filled + query, tokens[service]] as const];
    });
  const lists = targets(GIVEN, () => true);
  const targetsOf = (row: FileRow): Target[] => {
    const base = AIR_PATHS.get(row.collection);
    if (base !== undefined) return targets({ id: row.id }, (path) => path.startsWith(base) && path !== base);
    const own = PARAMETERS[row.collection]?.(row) ?? {};
    return targets({ ...GIVEN, ...own }, (path) => Object.keys(own).some((name) => path.includes(`{${name}}`)));
  };
  return { server, lists, targetsOf };
}

type Readable = Awaited<ReturnType<typeof readable>>;

const AIR_PATHS = new Map(RESOURCES.map(({ name, path }) => [`air.${name}`, path.split('{')[0] ?? '']));
const SIMULATION = COLLECTIONS.get('air.simulations');

async function statusOf({ server }: Readable, request: string, token?: string, payload?: object): Promise<number> {
  const [method, url] = request.split(' ') as [HTTPMethods, string];
  const headers = { host: 'localhost:6625', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const { statusCode } = await server.app.inject({ method, url, headers, ...(payload !== undefined && { payload }) });
  return statusCode;
}

/** Reads everything in a world that is made from a file. @returns the requests that failed inside */
async function failuresOf(at: Readable, changed: string, single: readonly FileRow[]): Promise<readonly string[]> {
  const { server, lists, targetsOf } = at;
  const { status, body } = await uploaded(server, changed);
  if (status !== 201) return [`not accepted: ${body.detail}`];
  const failures: string[] = [];
  const ask = async (request: string, token?: string, payload?: object) => {
    const status = await statusOf(at, request, token, payload);
    if (status === 500) failures.push(request);
  };
  await ask('POST /_mock/worlds', undefined, { id: 'forged', from: { snapshot: body.id }, credentials: 'cast' });
  const targets = [...lists, ...single.flatMap(targetsOf)];
  for (const [path, token] of targets) await ask(`GET /w/forged${path}`, token);
  await ask('POST /w/forged/_mock/clock/advance', undefined, { by: '1d' });
  await ask('POST /_mock/worlds', undefined, { id: 'copy', from: { world: 'forged' } });
  await ask('GET /w/copy/_mock/cast');
  await ask('POST /w/forged/_mock/reset');
  for (const world of ['forged', 'copy']) await server.call(`DELETE /_mock/worlds/${world}`);
  await server.call(`DELETE /_mock/snapshots/${body.id}`);
  return failures;
}

/** Rows without which a caller has no rights; a change of one could hide a change of another row. */
const OF_CALLERS = /^(seed|settings|identities|access-keys|runai\.(access-rules|roles)|ngc\..*)$/;

/** Several rows whose id is `x` are refused for that alone. */
function hasItsId({ collection, id }: FileRow, changed: FileRow): boolean {
  return changed.collection === collection && changed.id === id;
}

/** The work of one request after another, of which any but a nightly run does a share. */
function shareOf<Its>(all: readonly Its[]): readonly Its[] {
  const step = Math.ceil(all.length / roundsOf(all.length, SHARE));
  return all.filter((_, index) => index % step === 0);
}
const SHARE = 0.005;

describe('a snapshot file with a forged member', async () => {
  const servers = [
    await readable({ air: '2.0', nvcf: 'open-source', runai: '2.24' }),
    await readable({ air: 'dsx', nvcf: 'documented', runai: '3.0' }),
  ] as const;
  const failures = async (
    changed: readonly { readonly name: string; readonly file: () => string; readonly of?: readonly FileRow[] }[],
  ) => {
    const found: string[] = [];
    for (const [index, { name, file, of = [] }] of shareOf(changed).entries()) {
      const failed = await failuresOf(servers[index % 2] ?? servers[0], file(), of);
      if (failed.length > 0) found.push(`${name}: ${failed.join(', ')}`);
    }
    return found;
  };
  const accepted = rows.map((row) =>
    [...changesOf(row, '')].filter(
      ([, changed]) => hasItsId(row, changed as FileRow) && !isRefused(changed as FileRow),
    ),
  );
  const isOfCaller = ({ collection }: FileRow) => OF_CALLERS.test(collection);

  it('is refused, unless its world works', async () => {
    const ofOthers = accepted.map((all, index) => (isOfCaller(rows[index] as FileRow) ? [] : all));
    // Each file has one change of each row.
    const rounds = Array.from({ length: Math.max(...ofOthers.map(({ length }) => length)) }, (_, round) => ({
      name: `change ${round} of each row`,
      file: () =>
        withRows(file, (all) => all.map((row, index) => (ofOthers[index]?.[round]?.[1] as FileRow | undefined) ?? row)),
      of: rows.filter((_, index) => ofOthers[index]?.[round] !== undefined),
    }));

    expect(rounds.length).toBeGreaterThan(50);
    expect(await failures(rounds)).toEqual([]);
  }, 600_000);

  it('of those who call is refused, unless its world works', async () => {
    const changed = rows.flatMap((row, index) =>
      !isOfCaller(row) || row.collection === SEEDS.name
        ? []
        : (accepted[index] ?? []).map(([place, value]) => ({
            name: `${row.collection} ${row.id}${place}`,
            file: () => withRows(file, (all) => all.map((one, at) => (at === index ? (value as FileRow) : one))),
            of: [row],
          })),
    );

    expect(changed.length).toBeGreaterThan(100);
    expect(await failures(changed)).toEqual([]);
  }, 600_000);

  it('of a seed is refused, unless its world works, also after a reset', async () => {
    const [, snapshot = ''] = file.split('\n');
    const { text } = JSON.parse(snapshot).snapshot.made.seed;
    const changed = [...changesOf(JSON.parse(text), '')].map(([place, value]) => {
      const next = snapshot.replace(JSON.stringify(text), () => JSON.stringify(JSON.stringify(value)));
      return { name: place, file: () => rewritten(file, ([head = '', , ...others]) => [head, next, ...others]) };
    });

    expect(changed.length).toBeGreaterThan(1000);
    expect((await failures(changed)).filter((failed) => !failed.includes('Line 2 has a seed'))).toEqual([]);
  }, 600_000);

  it('that lacks rows is refused, unless its world works', async () => {
    const without = (name: string, isMissing: (row: FileRow) => boolean) => ({
      name,
      file: () => withRows(file, (all) => all.filter((row) => !isMissing(row))),
    });
    const [seed, ...collections] = [...COLLECTIONS.keys()].toReversed();
    const found = await failures([
      ...collections.map((name) => without(name, ({ collection }) => collection === name)),
      ...rows
        .filter(({ collection }) => collection !== SEEDS.name)
        .map((row) =>
          without(
            `${row.collection} ${row.id}`,
            ({ collection, id }) => collection === row.collection && id === row.id,
          ),
        ),
    ]);
    const unseeded = await uploaded(server, without('', ({ collection }) => collection === seed).file());

    expect(found).toEqual([]);
    expect([seed, unseeded.status, unseeded.body.detail]).toEqual([
      SEEDS.name,
      400,
      expect.stringContaining('It has no seed.'),
    ]);
  }, 600_000);
});
