import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  DOCS,
  findInstalledManifest,
  listDocumentNames,
  readDocsFile,
  readDocumentText,
  readFixture,
  readPackageVersion,
  readPreparedDocument,
} from '../../src/lib/assets.ts';

const readPackageFile = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('documents are read by name, with one document for each version', async () => {
  const names = await listDocumentNames();

  expect(names).toContain('control');
  expect(names.filter((name) => name.startsWith('air'))).toEqual(
    expect.arrayContaining([expect.stringMatching(/^air\./)]),
  );
  expect(names).not.toContain('air');
  for (const name of names) expect(JSON.parse(await readDocumentText(name)).openapi).toBe('3.0.3');
});

it('a prepared document has the operations, and their schemas on demand', async () => {
  const { operations, schemas } = await readPreparedDocument('control');
  const ids = JSON.parse(operations).operations.map(({ operationId }: { operationId: string }) => operationId);

  expect(ids.length).toBeGreaterThan(0);
  const paths: Record<string, Record<string, { operationId: string }>> = JSON.parse(await schemas()).paths;
  const described = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
  expect(described.sort()).toEqual(ids.sort());
});

it('fixtures, page files and the version are read from the package', async () => {
  expect(await readFixture('ngc', 'cast.json')).toEqual(JSON.parse(readPackageFile('fixtures/ngc/cast.json')));
  expect(readFileSync(`${DOCS}swagger-ui.css`, 'utf8')).toContain('.swagger-ui');
  expect((await readDocsFile('theme.js')).toString()).toBe(readPackageFile('src/http/docs/theme.js'));
  expect(await readPackageVersion()).toBe(JSON.parse(readPackageFile('package.json')).version);
});

it('findInstalledManifest returns the manifest of an installed package, or null', () => {
  expect(findInstalledManifest('typescript')).toMatchObject({ name: 'typescript' });
  expect(findInstalledManifest('no-such-package')).toBeNull();
});
