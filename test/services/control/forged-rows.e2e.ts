/** Snapshot files with forged rows are rejected, or their worlds return no 500. */
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

// Shared by all rows, because the second line has the seed, which is slow to read.
const reader = new SnapshotReader(check, Number.POSITIVE_INFINITY, () => {});
reader.read(Buffer.from(`${first}\n${second}\n`));

/** Returns whether the reader of snapshot files rejects a row. */
function isRefused(row: object): boolean {
  try {
    reader.read(Buffer.from(`${JSON.stringify({ row })}\n`));
    return false;
  } catch (thrown) {
    if (thrown instanceof Problem) return true;
    throw thrown;
  }
}

/** The oldest row of each collection of the built-in world. */
const COLLECTIONS = new Map(rows.toReversed().map((row) => [row.collection, row]));

type Changed = readonly [place: string, value: unknown];

const FORGED: readonly unknown[] = [null, 5, 'x', [], {}];
const MAX_DEPTH = 5;

/** Yields copies of a value with a member removed or replaced, and the path of that member. */
function* generateChanges(value: unknown, place: string, depth = 0): Generator<Changed> {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  const isList = Array.isArray(value);
  // The entries of a list are alike.
  const names = isList ? Object.keys(value).slice(0, 1) : Object.keys(value);
  for (const name of names) {
    const member = (value as Record<string, unknown>)[name];
    const replaceMember = (next: unknown) => (isList ? [next, ...value.slice(1)] : { ...value, [name]: next });
    const { [name]: _, ...others } = value as Record<string, unknown>;
    yield [`${place}.${name} removed`, isList ? value.slice(1) : others];
    for (const forged of FORGED) {
      if (JSON.stringify(forged) === JSON.stringify(member)) continue;
      yield [`${place}.${name} = ${JSON.stringify(forged)}`, replaceMember(forged)];
    }
    for (const [path, next] of generateChanges(member, `${place}.${name}`, depth + 1))
      yield [path, replaceMember(next)];
  }
}

/** Bodies of these collections may be empty, because a seed can omit their members. */
const OPEN: readonly unknown[] = ['nvcf.cluster-groups {}', 'nvcf.gpu-quotas {}', 'nvcf.instance-types {}'];

describe('a snapshot file with a forged body', () => {
  it.for(
    [...COLLECTIONS].flatMap(([name, row]) =>
      [null, {}]
        .map((body) => [name, JSON.stringify(body), row] as const)
        .filter(([, body]) => !OPEN.includes(`${name} ${body}`)),
    ),
  )('of %s, %s, is rejected with its line, its object and the expected value', async ([name, body, row]) => {
    const isAsBefore = name === 'oauth.revoked' && body === 'null';
    const forged = withRows(file, (all) =>
      all.map((other) =>
        other.id === row.id && other.collection === name ? { ...other, body: JSON.parse(body) } : other,
      ),
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

/** Path parameters of the built-in world. */
const PATH_PARAMETERS = { org: 'acme', realm: 'acme', service: 'air', key: 'browserSessionTimeout' };

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

/** Starts a server and lists everything that can be read in its worlds. */
async function startReadable(config: Partial<Config>) {
  const server = await testServer(config, { offDocument: 'off' });
  const { body } = await server.call('GET /_mock/cast');
  const findKey = (name: string) => body.ngc.keys.find((key: { readonly name: string }) => key.name === name).key;
  const tokens: Readonly<Record<string, string>> = {
    runai: body.runai.users[0].bearer,
    air: findKey('air-admin'),
    nvcf: findKey('owner'),
    nvct: findKey('nvct-cli'),
    ngc: findKey('owner'),
  };
  const versions = Object.entries(config).map(([service, version]) => `${service}.${version}`);
  const reads = documentsOfServices()
    .filter(({ name }) => !name.includes('.') || versions.includes(name))
    .flatMap(({ operations }) => operations.filter(({ method }) => method === 'GET'))
    // Streams do not end.
    .filter(({ path }) => !/events$|stream$/.test(path));
  const buildTargets = (
    parameters: Readonly<Record<string, string | undefined>>,
    isNeeded: (path: string) => boolean,
  ): Target[] =>
    reads.flatMap(({ service, path }) => {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name));
      if (!isNeeded(path) || !names.every((name) => parameters[name] !== undefined)) return [];
      const filled = path.replace(/\{(\w+)\}/g, (_, name) => parameters[name] ?? '');
      const query = filled.endsWith('/histories/') ? `?model=simulation&object_id=${SIMULATION?.id}` : '';
      return [[filled + query, tokens[service]] as const];
    });
  const lists = buildTargets(PATH_PARAMETERS, () => true);
  const buildRowTargets = (row: FileRow): Target[] => {
    const base = AIR_PATHS.get(row.collection);
    if (base !== undefined) return buildTargets({ id: row.id }, (path) => path.startsWith(base) && path !== base);
    const own = PARAMETERS[row.collection]?.(row) ?? {};
    return buildTargets({ ...PATH_PARAMETERS, ...own }, (path) =>
      Object.keys(own).some((name) => path.includes(`{${name}}`)),
    );
  };
  return { server, lists, buildRowTargets };
}

type Readable = Awaited<ReturnType<typeof startReadable>>;

const AIR_PATHS = new Map(RESOURCES.map(({ name, path }) => [`air.${name}`, path.split('{')[0] ?? '']));
const SIMULATION = COLLECTIONS.get('air.simulations');

async function readStatus({ server }: Readable, request: string, token?: string, payload?: object): Promise<number> {
  const [method, url] = request.split(' ') as [HTTPMethods, string];
  const headers = { host: 'localhost:6625', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  const { statusCode } = await server.app.inject({ method, url, headers, ...(payload !== undefined && { payload }) });
  return statusCode;
}

/** Reads everything in a world that is created from a file. @returns the requests with status 500 */
async function listFailures(at: Readable, changed: string, single: readonly FileRow[]): Promise<readonly string[]> {
  const { server, lists, buildRowTargets } = at;
  const { status, body } = await uploaded(server, changed);
  if (status !== 201) return [`not accepted: ${body.detail}`];
  const failures: string[] = [];
  const tryRequest = async (request: string, token?: string, payload?: object) => {
    const status = await readStatus(at, request, token, payload);
    if (status === 500) failures.push(request);
  };
  await tryRequest('POST /_mock/worlds', undefined, { id: 'forged', from: { snapshot: body.id }, credentials: 'cast' });
  const targets = [...lists, ...single.flatMap(buildRowTargets)];
  for (const [path, token] of targets) await tryRequest(`GET /w/forged${path}`, token);
  await tryRequest('POST /w/forged/_mock/clock/advance', undefined, { by: '1d' });
  await tryRequest('POST /_mock/worlds', undefined, { id: 'copy', from: { world: 'forged' } });
  await tryRequest('GET /w/copy/_mock/cast');
  await tryRequest('POST /w/forged/_mock/reset');
  for (const world of ['forged', 'copy']) await server.call(`DELETE /_mock/worlds/${world}`);
  await server.call(`DELETE /_mock/snapshots/${body.id}`);
  return failures;
}

/** Rows that give a caller its rights; a change of such a row could hide a change of another. */
const CALLER_COLLECTIONS = /^(seed|settings|identities|access-keys|runai\.(access-rules|roles)|ngc\..*)$/;

/** A row must keep its id, because several rows with the id `x` are rejected as duplicates. */
function hasItsId({ collection, id }: FileRow, changed: FileRow): boolean {
  return changed.collection === collection && changed.id === id;
}

/** Selects all rounds in a nightly run, and otherwise an even share of them. */
function selectShare<Round>(all: readonly Round[]): readonly Round[] {
  const step = Math.ceil(all.length / roundsOf(all.length, SHARE));
  return all.filter((_, index) => index % step === 0);
}
const SHARE = 0.005;

describe('a snapshot file with a forged member', async () => {
  const servers = [
    await startReadable({ air: '2.0', nvcf: 'open-source', runai: '2.24' }),
    await startReadable({ air: 'dsx', nvcf: 'documented', runai: '3.0' }),
  ] as const;
  const findFailures = async (
    changed: readonly { readonly name: string; readonly file: () => string; readonly of?: readonly FileRow[] }[],
  ) => {
    const failures: string[] = [];
    for (const [index, { name, file, of = [] }] of selectShare(changed).entries()) {
      const failed = await listFailures(servers[index % 2] ?? servers[0], file(), of);
      if (failed.length > 0) failures.push(`${name}: ${failed.join(', ')}`);
    }
    return failures;
  };
  const accepted = rows.map((row) =>
    [...generateChanges(row, '')].filter(
      ([, changed]) => hasItsId(row, changed as FileRow) && !isRefused(changed as FileRow),
    ),
  );
  const isOfCaller = ({ collection }: FileRow) => CALLER_COLLECTIONS.test(collection);

  it('is rejected, or its world returns no 500', async () => {
    const ofOthers = accepted.map((all, index) => (isOfCaller(rows[index] as FileRow) ? [] : all));
    // Each file has one change of each row.
    const rounds = Array.from({ length: Math.max(...ofOthers.map(({ length }) => length)) }, (_, round) => ({
      name: `change ${round} of each row`,
      file: () =>
        withRows(file, (all) => all.map((row, index) => (ofOthers[index]?.[round]?.[1] as FileRow | undefined) ?? row)),
      of: rows.filter((_, index) => ofOthers[index]?.[round] !== undefined),
    }));

    expect(rounds.length).toBeGreaterThan(50);
    expect(await findFailures(rounds)).toEqual([]);
  }, 600_000);

  it('of a caller is rejected, or its world returns no 500', async () => {
    const changed = rows.flatMap((row, index) =>
      !isOfCaller(row) || row.collection === SEEDS.name
        ? []
        : (accepted[index] ?? []).map(([place, value]) => ({
            name: `${row.collection} ${row.id}${place}`,
            file: () =>
              withRows(file, (all) => all.map((other, position) => (position === index ? (value as FileRow) : other))),
            of: [row],
          })),
    );

    expect(changed.length).toBeGreaterThan(100);
    expect(await findFailures(changed)).toEqual([]);
  }, 600_000);

  it('of the seed is rejected, or its world returns no 500, even after a reset', async () => {
    const [, snapshot = ''] = file.split('\n');
    const { text } = JSON.parse(snapshot).snapshot.made.seed;
    const changed = [...generateChanges(JSON.parse(text), '')].map(([place, value]) => {
      const next = snapshot.replace(JSON.stringify(text), () => JSON.stringify(JSON.stringify(value)));
      return { name: place, file: () => rewritten(file, ([head = '', , ...others]) => [head, next, ...others]) };
    });

    expect(changed.length).toBeGreaterThan(1000);
    expect((await findFailures(changed)).filter((failed) => !failed.includes('Line 2 has a seed'))).toEqual([]);
  }, 600_000);

  it('that is missing rows is rejected, or its world returns no 500', async () => {
    const removeRows = (name: string, isMissing: (row: FileRow) => boolean) => ({
      name,
      file: () => withRows(file, (all) => all.filter((row) => !isMissing(row))),
    });
    const [seed, ...collections] = [...COLLECTIONS.keys()].toReversed();
    const failures = await findFailures([
      ...collections.map((name) => removeRows(name, ({ collection }) => collection === name)),
      ...rows
        .filter(({ collection }) => collection !== SEEDS.name)
        .map((row) =>
          removeRows(
            `${row.collection} ${row.id}`,
            ({ collection, id }) => collection === row.collection && id === row.id,
          ),
        ),
    ]);
    const unseeded = await uploaded(server, removeRows('', ({ collection }) => collection === seed).file());

    expect(failures).toEqual([]);
    expect([seed, unseeded.status, unseeded.body.detail]).toEqual([
      SEEDS.name,
      400,
      expect.stringContaining('It has no seed.'),
    ]);
  }, 600_000);
});
