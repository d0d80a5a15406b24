import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linksOf } from '../../support/links.ts';
import { documentationPages, ROOT, sourceFiles } from './source-files.ts';

const readText = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const INDEX = 'docs/README.md';

/** The kinds of pages in the index, and their folders. */
const KINDS: Readonly<Record<string, (path: string) => boolean>> = {
  Tutorial: (path) => path.startsWith('docs/tutorial/'),
  'How-to': (path) => path.startsWith('docs/how-to/'),
  Reference: (path) => path.startsWith('docs/reference/'),
  Explanation: (path) => path.startsWith('docs/explanation/'),
};
const MAINTAINING = 'docs/maintaining/README.md';
const DECISIONS = 'docs/maintaining/decisions/README.md';

describe('the index of the documentation', () => {
  const sections = readText(INDEX).split(/^## /m).slice(1);
  const rows = sections.flatMap((section) => {
    const [kind = ''] = section.split('\n', 1);
    return [...section.matchAll(/^\| \[[^\]]+\]\(([^)]+)\) \| (.*) \|$/gm)].map(([, link = '', line = '']) => ({
      kind,
      path: posix.join('docs', link),
      line,
    }));
  });

  it('has exactly the four kinds of pages', () => {
    expect(sections.map((section) => section.split('\n', 1)[0])).toEqual(Object.keys(KINDS));
  });

  it('lists every page once, under the kind of its folder, with a description', () => {
    const pages = documentationPages()
      .map(({ path }) => path)
      .filter((path) => path !== INDEX);

    expect(pages.length).toBeGreaterThan(20);
    expect(rows.map(({ path }) => path).sort()).toEqual(pages.sort());
    expect(rows.filter(({ kind, path }) => KINDS[kind]?.(path) !== true)).toEqual([]);
    expect(rows.filter(({ line }) => line.trim().length < 10)).toEqual([]);
  });

  it('lists each page by its title', () => {
    const names = [...readText(INDEX).matchAll(/^\| \[([^\]]+)\]\(([^)]+)\)/gm)].map(([, name = '', link = '']) => ({
      link,
      name,
    }));
    const titles = names.map(({ link }) => ({ link, name: /^# (.*)$/m.exec(readText(posix.join('docs', link)))?.[1] }));

    expect(names).toEqual(titles);
  });
});

it('docs/maintaining/README.md lists every page for maintainers by its title', () => {
  const rows = [...readText(MAINTAINING).matchAll(/^\| \[([^\]]+)\]\(([^)]+)\) \| .{10,} \|$/gm)].map(
    ([, name, link]) => ({
      name,
      link,
    }),
  );
  const pages = sourceFiles('docs/maintaining', '.md').filter(
    ({ path }) => path !== MAINTAINING && (path === DECISIONS || !path.startsWith(posix.dirname(DECISIONS))),
  );
  const titles = pages.map(({ path, text: page }) => ({
    name: /^# (.*)$/m.exec(page)?.[1],
    link: posix.relative('docs/maintaining', path),
  }));

  expect(rows.sort((a, b) => String(a.link).localeCompare(String(b.link)))).toEqual(
    titles.sort((a, b) => a.link.localeCompare(b.link)),
  );
  expect(titles.length).toBeGreaterThan(4);
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

  it('leads to a file', () => {
    expect(links.length).toBeGreaterThan(150);
    expect(links.filter(({ target }) => !existsSync(join(ROOT, target)))).toEqual([]);
  });

  it('leads to pages for maintainers by URL, because the package lacks them', () => {
    const maintaining = posix.dirname(MAINTAINING);
    const inward = links.filter(({ target }) => target.startsWith(maintaining));
    // `bench` and the workspaces are not in the package either.
    const fromPackage = inward.filter(
      ({ page }) => !page.startsWith(maintaining) && !/^(?:bench|conformance|console)\//.test(page),
    );

    expect(fromPackage.length).toBeGreaterThan(5);
    expect(fromPackage.filter(({ from }) => from === 'page')).toEqual([]);
  });

  it('leads to an existing heading', () => {
    const anchored = links.filter(({ anchor }) => anchor !== '');
    const broken = anchored.filter(({ target, anchor }) => !listAnchors(readText(target)).includes(anchor));

    expect(anchored.length).toBeGreaterThan(15);
    expect(broken).toEqual([]);
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

it('code and tests refer only to existing pages', () => {
  const files = ['src', 'test', 'scripts', 'conformance', 'console', 'bench', 'examples'].flatMap((folder) =>
    ['.ts', '.mjs', '.cjs', '.py'].flatMap((ending) => sourceFiles(folder, ending)),
  );
  const named = files.flatMap(({ path, text: code }) =>
    [...code.matchAll(/(?<!https?:\S*)docs\/[\w/-]+\.md\b/g)].map(([page]) => ({ path, page })),
  );

  expect(named.length).toBeGreaterThan(20);
  expect(named.filter(({ page }) => !existsSync(join(ROOT, page)))).toEqual([]);
});
