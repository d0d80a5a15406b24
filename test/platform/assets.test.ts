import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  findInstalledManifest,
  listDocumentNames,
  readDocumentText,
  readFixture,
  readPackageVersion,
  readPreparedDocument,
  readThemeFile,
  SWAGGER_UI,
} from '../../src/platform/assets.ts';

const inPackage = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

it('documents are had by name, those of versions in place of the one that has them', async () => {
  const names = await listDocumentNames();

  expect(names).toContain('control');
  expect(names.filter((name) => name.startsWith('air'))).toEqual(
    expect.arrayContaining([expect.stringMatching(/^air\./)]),
  );
  expect(names).not.toContain('air');
  for (const name of names) expect(JSON.parse(await readDocumentText(name)).openapi).toBe('3.0.3');
});

it('what a server reads of a document are its operations, and later their schemas', async () => {
  const { operations, schemas } = await readPreparedDocument('control');
  const ids = JSON.parse(operations).operations.map(({ operationId }: { operationId: string }) => operationId);

  expect(ids.length).toBeGreaterThan(0);
  const paths: Record<string, Record<string, { operationId: string }>> = JSON.parse(await schemas()).paths;
  const described = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
  expect(described.sort()).toEqual(ids.sort());
});

it('fixtures, the files of pages and the version are those of the package', async () => {
  expect(await readFixture('ngc', 'cast.json')).toEqual(JSON.parse(inPackage('fixtures/ngc/cast.json')));
  expect(readFileSync(`${SWAGGER_UI}/swagger-ui.css`, 'utf8')).toContain('.swagger-ui');
  expect((await readThemeFile('theme.js')).toString()).toBe(inPackage('src/http/docs/theme.js'));
  expect(await readPackageVersion()).toBe(JSON.parse(inPackage('package.json')).version);
});

it('what is installed beside the package says what it is', () => {
  expect(findInstalledManifest('typescript')).toMatchObject({ name: 'typescript' });
  expect(findInstalledManifest('no-such-package')).toBeNull();
});
