import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkTables } from '../../src/core/tables.ts';
import { readDocument } from '../../src/http/openapi.ts';
import type { ServiceDefinition } from '../../src/service.ts';
import { control, type Ports, SERVICES } from '../../src/services/index.ts';
import { ROOT, sourceFiles } from './source-files.ts';

const ALL: readonly ServiceDefinition[] = [control({} as Ports), ...SERVICES];
const NAMES = ALL.map(({ name }) => name);
const text = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The fixed files and folders of a service, in its four places. */
const SHAPE = [
  'src/services/NAME/index.ts',
  'src/services/NAME/tables/index.ts',
  'src/services/NAME/tables/operations.ts',
  'src/services/NAME/operations',
  'src/services/NAME/problem.ts',
  'src/services/NAME/README.md',
  'openapi/NAME/SOURCES.md',
  'fixtures/NAME/README.md',
  'test/services/NAME',
];

describe.each(NAMES)('the service %s', (name) => {
  it.each(SHAPE)('has %s', (path) => {
    expect(existsSync(join(ROOT, path.replace('NAME', name)))).toBe(true);
  });
});

it.each(['src/services', 'openapi', 'fixtures', 'test/services'])('%s holds services and nothing else', (folder) => {
  const folders = readdirSync(join(ROOT, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory());

  expect(folders.map((entry) => entry.name).sort()).toEqual([...NAMES].sort());
});

describe.each(ALL)('the document of $name', (service) => {
  const document = JSON.parse(text(`dist/openapi/${service.name}.json`));

  it('is valid OpenAPI', async () => {
    await expect(readDocument(JSON.stringify(document), 'full')).resolves.toBeDefined();
  });

  it('agrees with the tables, row by row', async () => {
    const { operations } = await readDocument(JSON.stringify(document), 'quick');

    expect(checkTables(service.tables, operations, Object.keys(service.lookups))).toEqual([]);
    expect(Object.keys(service.operations).sort()).toEqual(operations.map(({ id }) => id).sort());
  });

  it('describes every operation, response and field', () => {
    expect(undescribed(document)).toEqual([]);
  });

  it('has the schema of its errors', () => {
    expect(Object.keys(document.components.schemas)).toContain(service.errors.schema);
  });

  it('tells the source of each of its files', () => {
    const files = sourceFiles(`openapi/${service.name}`, '.json').map(({ path }) => path.split('/').at(-1) as string);
    const sources = text(`openapi/${service.name}/SOURCES.md`);

    expect(files.filter((file) => !sources.includes(`\`${file}\``))).toEqual([]);
  });
});

/** Paths of operations, responses and properties of objects that say nothing of themselves. */
function undescribed(document: {
  paths: Record<string, Record<string, { summary?: string; description?: string }>>;
  components: { schemas: Record<string, { description?: string }> };
}): string[] {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
  );
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => ({ name, ...schema }));
  return [
    ...operations.filter(({ summary, description }) => !summary || !description).map(({ name }) => name),
    ...schemas.filter(({ description }) => !description).map(({ name }) => name),
  ];
}
