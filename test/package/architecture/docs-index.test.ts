import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linksOf } from '../../support/links.ts';
import { documentationPages, ROOT, sourceFiles } from './source-files.ts';

const readText = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const titleOf = (path: string) => /^# (.*)$/m.exec(readText(path))?.[1];
const MAINTAINING = 'docs/maintaining/README.md';
const DECISIONS = 'docs/maintaining/decisions/README.md';
const FOLDERS: Readonly<Record<string, string>> = {
  Tutorial: 'tutorial',
  'How-to': 'how-to',
  Reference: 'reference',
};

/** Lists the rows of an index, with the heading above each. */
function listRows(index: string) {
  return readText(index)
    .split(/^## /m)
    .flatMap((section) =>
      [...section.matchAll(/^\| \[([^\]]+)\]\(([^)]+)\) \| .{10,} \|$/gm)].map(([, name, link = '']) => ({
        kind: section.split('\n', 1)[0] ?? '',
        name,
        path: posix.join(posix.dirname(index), link),
      })),
    );
}

it('docs/README.md lists every page once by its title, under the kind of its folder', () => {
  const rows = listRows('docs/README.md');
  const pages = documentationPages().filter(({ path }) => path !== 'docs/README.md');

  expect(rows.map(({ path }) => path).sort()).toEqual(pages.map(({ path }) => path).sort());
  expect(rows.filter(({ kind, path }) => !path.startsWith(`docs/${FOLDERS[kind]}/`))).toEqual([]);
  expect(rows.filter(({ name, path }) => titleOf(path) !== name)).toEqual([]);
});

it('docs/maintaining/README.md lists every page for maintainers by its title', () => {
  const rows = listRows(MAINTAINING).map(({ name, path }) => `${name} ${path}`);
  const pages = sourceFiles('docs/maintaining', '.md').filter(
    ({ path }) => path !== MAINTAINING && (path === DECISIONS || !path.startsWith(posix.dirname(DECISIONS))),
  );

  expect(rows.sort()).toEqual(pages.map(({ path }) => `${titleOf(path)} ${path}`).sort());
});

it('docs/maintaining/decisions/README.md lists every decision', async () => {
  const decisions = sourceFiles(posix.dirname(DECISIONS), '.md').filter(({ path }) => /\/\d{4}-[^/]+$/.test(path));
  const lines = decisions.map(({ path, text: page }) => {
    const [, number, title] = /^# (\d+)\. (.*)$/m.exec(page) ?? [];
    expect(posix.basename(path)).toMatch(new RegExp(`^0*${number}-`));
    return `- [${number}. ${title}](${posix.basename(path)})`;
  });

  await expect(`# Decisions

<!-- Made from their titles by \`npx vitest run test/package/architecture/docs-index.test.ts -u\`. -->

Why the mock is built the way it is. Each page has a decision, its reasons, the alternatives and the cost. A decision that no
longer explains the code has no page, and its number is not used again.

${lines.join('\n')}
`).toMatchFileSnapshot(join(ROOT, DECISIONS));
});

describe('every link of a page', () => {
  const paths = [...readdirSync(ROOT).filter((name) => name.endsWith('.md')), 'test/README.md'];
  const folders = ['docs', 'src', 'conformance', 'console', 'openapi', 'fixtures', 'clients', 'examples', 'bench'];
  const pages = [
    ...paths.map((path) => ({ path, text: readText(path) })),
    ...folders.flatMap((folder) => sourceFiles(folder, '.md')),
  ];
  const links = pages.flatMap(({ path: page, text: markdown }) =>
    linksOf(markdown).map(({ path, anchor, from }) => ({
      page,
      anchor,
      from,
      target: path === '' ? page : posix.normalize(posix.join(from === 'page' ? posix.dirname(page) : '', path)),
    })),
  );

  it('leads to a file and a heading that exist', () => {
    const isBroken = ({ target, anchor }: (typeof links)[number]) =>
      !existsSync(join(ROOT, target)) || (anchor !== '' && !listAnchors(readText(target)).includes(anchor));

    expect(links.length).toBeGreaterThan(150);
    expect(links.filter(isBroken)).toEqual([]);
  });

  it('leads to pages for maintainers by URL, because the package lacks them', () => {
    const forMaintainers = /^(?:docs\/maintaining|test|bench|conformance|console)\/|^CONTRIBUTING\.md$/;
    const fromPackage = links.filter(({ page, target }) => forMaintainers.test(target) && !forMaintainers.test(page));

    expect(fromPackage.length).toBeGreaterThan(5);
    expect(fromPackage.filter(({ from }) => from === 'page')).toEqual([]);
  });
});

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

it('pages name existing files only, also by paths below src and a service', () => {
  const pages = [
    ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'].map((path) => ({ path, text: readText(path) })),
    ...['docs', 'src/services', 'openapi', 'fixtures'].flatMap((folder) => sourceFiles(folder, '.md')),
  ];
  const beginnings = ['', 'src', ...readdirSync(join(ROOT, 'src/services')).map((name) => `src/services/${name}`)];
  const named = pages.flatMap(({ path: page, text }) =>
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
