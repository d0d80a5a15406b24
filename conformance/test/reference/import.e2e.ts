/** The import of a new version in a copy of this project. */
import { execFile } from 'node:child_process';
import { access, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder } from '../../../test/support/folder.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** The timeout, which is long because the machine may be busy. */
const TIMEOUT_MS = 180_000;

interface Result {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
beforeAll(async () => {
  folder = await emptyFolder();
  const parts = 'openapi scripts src generated fixtures conformance package.json tsconfig.json'.split(' ');
  for (const part of parts) await cp(join(ROOT, part), join(folder, part), { recursive: true });
  await mkdir(join(folder, 'test/services'), { recursive: true });
  await rm(join(folder, 'conformance/published/nak.json'));
  // Replaces the project's configuration, which builds first.
  await writeFile(join(folder, 'vitest.config.mjs'), 'export default {};');
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}, TIMEOUT_MS);

/** Runs a script of the copy, and returns its result even if it fails. */
function runScript(...args: string[]): Promise<Result> {
  return run(process.execPath, args, { cwd: folder, timeout: TIMEOUT_MS }).catch((thrown: Result) => thrown);
}

const importVersion = (spec: string, service = 'runai', version = '3.1') =>
  runScript('scripts/import.mjs', '--spec', spec, '--service', service, '--version', version);

/** Runs the test that an import wrote, and returns the status of each title. */
async function runImportedTest(): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await runScript(
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    ...['run', 'test/services/runai/import-3.1.test.ts', '--root', folder, '--reporter=json'],
  );
  const { testResults } = JSON.parse(stdout) as {
    testResults: { assertionResults: { title: string; status: string }[] }[];
  };
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  return new Map(all.map(({ title, status }) => [title, status]));
}

/** Writes the served document with an added, a changed, a removed, and a differently described operation. */
async function writeChangedDocument(): Promise<string> {
  const document = JSON.parse(await readFile(join(ROOT, 'dist/openapi/runai.3.0.json'), 'utf8'));
  const schema = { $ref: '#/components/schemas/Quota' };
  const answer = { description: 'the quota', content: { 'application/json': { schema } } };
  document.paths['/api/v1/quotas'] = { get: { operationId: 'getQuota', responses: { 200: answer } } };
  document.components.schemas.Quota = { type: 'object', properties: { gpus: { type: 'number' } } };
  document.paths['/api/v1/users/{userId}'].get.parameters = [
    ...(document.paths['/api/v1/users/{userId}'].get.parameters ?? []),
    { name: 'verbose', in: 'query', schema: { type: 'boolean' } },
  ];
  document.paths['/api/v1/users'].get.summary = 'Other words';
  delete document.paths['/api/v1/users/{userId}'].delete;
  const file = join(folder, 'spec.json');
  await writeFile(file, JSON.stringify(document));
  return file;
}

describe('npm run import', { timeout: TIMEOUT_MS }, () => {
  const invalidArguments: [what: string, text: string | null, args: string[], message: RegExp][] = [
    ['a missing file', null, [], /^spec\.yaml cannot be read: ENOENT\.$/],
    ['neither JSON nor YAML', '{', [], /^spec\.yaml is neither JSON nor YAML: .*$/],
    ['an unknown service', 'openapi: 3.0.3\npaths: {}', ['runia'], /^Unknown service `runia`; expected one of .*runai/],
    ['an existing version', 'openapi: 3.0.3\npaths: {}', ['runai', '3.0'], /^runai already has a version 3\.0\.$/],
    ['a service without versions', 'openapi: 3.0.3\npaths: {}', ['ngc'], /^ngc has only one version\./],
    ['a version that is a path', 'openapi: 3.0.3\npaths: {}', ['runai', '../3'], /^The version `\.\.\/3` is not valid/],
  ];

  it.each(invalidArguments)('exits with 2 and a single line for %s', async (_what, text, args, message) => {
    const file = await emptyFolder();
    if (text !== null) await writeFile(join(file, 'spec.yaml'), text);
    const { code, stdout, stderr } = await importVersion(join(file, 'spec.yaml'), ...args);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.trim().replace(`${file}/`, '')).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('writes nothing if any of its files exists', async () => {
    const spec = await writeChangedDocument();
    const rows = 'src/services/runai/tables/import-3.2.ts';
    await writeFile(join(folder, rows), 'mine');
    const { code, stderr } = await importVersion(spec, 'runai', '3.2');

    expect([code, stderr.trim()]).toEqual([2, `${rows} already exists. Delete it to import again.`]);
    expect(await readFile(join(folder, rows), 'utf8')).toBe('mine');
    await expect(readFile(join(folder, 'openapi/runai/import-3.2.json'))).rejects.toThrow('ENOENT');
  });

  it('writes new operations, and prints the changes', async () => {
    const spec = await writeChangedDocument();
    const { stdout, code } = await importVersion(spec);
    const rows = await readFile(join(folder, 'src/services/runai/tables/import-3.1.ts'), 'utf8');
    const fragment = JSON.parse(await readFile(join(folder, 'openapi/runai/import-3.1.json'), 'utf8'));

    expect(code).toBeUndefined();
    expect(stdout.trim().split('\n')).toEqual([
      'runai 3.1, compared with 3.0:',
      '  added    GET /api/v1/quotas',
      '  changed  GET /api/v1/users/{userId}: query verbose: parameter',
      '  removed  DELETE /api/v1/users/{userId}',
      'Wrote openapi/runai/import-3.1.json',
      'Wrote src/services/runai/tables/import-3.1.ts',
      'Wrote test/services/runai/import-3.1.json',
      'Wrote test/services/runai/import-3.1.test.ts',
    ]);
    for (const [, path = ''] of rows.matchAll(/ from '(.*)'/g))
      await access(join(folder, 'src/services/runai/tables', path));
    expect(rows).toMatch(/certainty: 'unknown',\s+rows: \['get_quota'\]/);
    expect(fragment.paths['/api/v1/quotas'].get).toMatchObject({ operationId: 'get_quota', 'x-profiles': ['3.1'] });
    expect(fragment.components.schemas).toHaveProperty('Quota');
  });

  it('writes tests that fail until rules are decided', async () => {
    const results = await runImportedTest();

    expect(results.get('has a decided rule for GET /api/v1/quotas')).toBe('failed');
    expect(results.get('has GET /api/v1/users/{userId} as in the document of the vendor')).toBe('failed');
    expect(results.get('is served without DELETE /api/v1/users/{userId}')).toBe('failed');
    // The fragment is already part of the document.
    expect(results.get('has GET /api/v1/quotas as in the document of the vendor')).toBe('passed');
  });
});

/** Writes sources of a service with an operation and these members of its response. */
async function writeSources(members: string, path = '/v1/keys'): Promise<string> {
  const sources = await emptyFolder();
  const controller = `@RestController class Keys { @GetMapping("${path}") Key list() { return null; } }`;
  await writeFile(join(sources, 'Keys.java'), controller);
  await writeFile(join(sources, 'Key.java'), `record Key(${members}) {}`);
  return sources;
}

describe('npm run import -- --reference', { timeout: TIMEOUT_MS }, () => {
  const importReference = (from: string, name = 'nak') =>
    runScript('scripts/import.mjs', '--reference', name, '--from', from);

  it('exits with 2 for an incomplete clone', async () => {
    const clone = await emptyFolder();
    await mkdir(join(clone, 'src/control-plane-services/api-keys'), { recursive: true });
    const { code, stderr } = await importReference(clone);

    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('src/libraries/java is missing. Give a complete clone'),
    ]);
  });

  it('writes the document of a vendor, and prints the changes', async () => {
    const first = await importReference(await writeSources('String id'));
    const more = await importReference(await writeSources('@NotNull String id, String note'));
    const moved = await importReference(await writeSources('@NotNull String id, String note', '/v2/keys'));
    const written = JSON.parse(await readFile(join(folder, 'conformance/published/nak.json'), 'utf8'));

    expect(first.stdout.split('\n')).toEqual([
      'nak, operations: 1; added: 1; removed: 0; other changes: 0',
      '  added    GET /v1/keys',
      expect.stringMatching(/^differences from the served document: \d+; not in openapi\/nak\/baseline\.json: \d+$/),
      'Wrote conformance/published/nak.json',
      '',
    ]);
    expect(more.stdout.split('\n').slice(0, -3)).toEqual([
      'nak, operations: 1; added: 0; removed: 0; other changes: 2',
      '  widens:',
      '    GET /v1/keys 200 body id: required: only in the document',
      '    GET /v1/keys 200 body note: field: only in the document',
    ]);
    expect(moved.stdout.split('\n').slice(0, 3)).toEqual([
      'nak, operations: 1; added: 1; removed: 1; other changes: 0',
      '  added    GET /v2/keys',
      '  removed  GET /v1/keys',
    ]);
    expect(written.components.schemas.Key.required).toEqual(['id']);
  });

  it.each([
    [
      'an unknown reference',
      'nvaie',
      '.',
      'Unknown reference `nvaie`; expected one of air.2.0, nak, nvcf, nvct, runai.2.24.',
    ],
    ['a missing path', 'nak', './none', './none does not exist.'],
    ['a folder without sources', 'nak', './fixtures', './fixtures has no Java sources.'],
  ])('exits with 2 and a single line for %s', async (_what, name, from, message) => {
    const { code, stdout, stderr } = await importReference(from, name);

    expect([code, stdout, stderr.trim()]).toEqual([2, '', message]);
  });
});
