import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, it } from 'vitest';
import { linksOf } from '../../support/links.ts';
import { ROOT, sourceFiles } from './source-files.ts';

const readText = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const FOLDERS = ['docs', 'src', 'conformance', 'console', 'openapi', 'fixtures', 'clients', 'examples', 'bench'];
const PAGES = [
  ...readdirSync(ROOT)
    .filter((name) => name.endsWith('.md'))
    .map((path) => ({ path, text: readText(path) })),
  ...[...FOLDERS, 'test'].flatMap((folder) => sourceFiles(folder, '.md')),
];
const LINKS = PAGES.flatMap(({ path: page, text }) =>
  linksOf(text).map(({ path, anchor, from }) => ({
    page,
    anchor,
    from,
    target: path === '' ? page : posix.normalize(posix.join(from === 'page' ? posix.dirname(page) : '', path)),
  })),
);

/** Lists the anchors of a page, as GitHub and npm create them. */
function listAnchors(page: string): string[] {
  const headings = [...page.replace(/^```.*?^```$/gms, '').matchAll(/^#{1,6} (.*)$/gm)];
  return headings.map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

it('every link of a page leads to a file and a heading that exist', () => {
  const isBroken = ({ target, anchor }: (typeof LINKS)[number]) =>
    !existsSync(join(ROOT, target)) || (anchor !== '' && !listAnchors(readText(target)).includes(anchor));

  expect(LINKS.length).toBeGreaterThan(150);
  expect(LINKS.filter(isBroken)).toEqual([]);
});

it('every page of the documentation has a link from another page', () => {
  const linked = LINKS.filter(({ page, target }) => page !== target).map(({ target }) => target);
  const pages = sourceFiles('docs', '.md').map(({ path }) => path);

  expect(pages.filter((path) => !linked.includes(path))).toEqual([]);
});

it('pages of the package link to pages for maintainers by URL, because the package lacks them', () => {
  const forMaintainers = /^(?:docs\/maintaining|test|bench|conformance|console)\/|^CONTRIBUTING\.md$/;
  const fromPackage = LINKS.filter(({ page, target }) => forMaintainers.test(target) && !forMaintainers.test(page));

  expect(fromPackage.length).toBeGreaterThan(5);
  expect(fromPackage.filter(({ from }) => from === 'page')).toEqual([]);
});

it('pages name existing files only, also by paths below src and a service', () => {
  const beginnings = ['', 'src', ...readdirSync(join(ROOT, 'src/services')).map((name) => `src/services/${name}`)];
  const named = PAGES.filter(({ path }) => path !== 'CHANGELOG.md').flatMap(({ path: page, text }) =>
    [
      ...text.matchAll(/`((?!dist\/|nv-auth-mock\/)[a-z][\w.-]*\/(?!\S*NAME)[\w./-]*(?:\.(?:tsx?|mjs|json|md)|\/))`/g),
    ].map(([, path = '']) => ({ page, path })),
  );
  const exists = ({ page, path }: (typeof named)[number]) =>
    [...beginnings, posix.dirname(page)].some((folder) => existsSync(join(ROOT, folder, path)));

  expect(named.length).toBeGreaterThan(100);
  expect(named.filter((one) => !exists(one))).toEqual([]);
});

it('the texts of the product refer to existing pages only', () => {
  const named = ['src', 'conformance/src', 'console/src'].flatMap((folder) =>
    sourceFiles(folder, '.ts').flatMap(({ text }) => text.match(/(?<!https?:\S*)docs\/[\w/-]+\.md\b/g) ?? []),
  );

  expect(named).not.toEqual([]);
  expect(named.filter((page) => !existsSync(join(ROOT, page)))).toEqual([]);
});
