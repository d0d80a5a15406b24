import { expect, it } from 'vitest';
import { linksOf } from './links.ts';

const REPOSITORY = 'https://github.com/nv-auth-mock/nv-auth-mock';

it.each([
  ['a link', 'See [limits](docs/reference/limits.md).', 'docs/reference/limits.md'],
  ['a link with a title', '[limits](docs/reference/limits.md "What it cannot do")', 'docs/reference/limits.md'],
  ['a link over two lines', '[an\nexample](../examples/a.mjs)', '../examples/a.mjs'],
  ['a link around code', '[`limits`](limits.md)', 'limits.md'],
  ['an image', '![a picture](picture.png)', 'picture.png'],
  ['a definition', '[limits]\n\n[limits]: <docs/reference/limits.md>', 'docs/reference/limits.md'],
  ['HTML', '<p><img alt="" src="picture.png"></p>', 'picture.png'],
])('%s is a link to a file', (_, page, path) => {
  expect(linksOf(page)).toEqual([{ path, anchor: '', from: 'page' }]);
});

it.each([
  ['a page', '[bodies](limits.md#bodies)', { path: 'limits.md', anchor: 'bodies', from: 'page' }],
  ['the same page', '[below](#limits)', { path: '', anchor: 'limits', from: 'page' }],
  [
    'a page by its URL',
    `[speed](${REPOSITORY}/blob/main/docs/maintaining/speed.md#node)`,
    { path: 'docs/maintaining/speed.md', anchor: 'node', from: 'root' },
  ],
])('a link may have an anchor of %s', (_, page, link) => {
  expect(linksOf(page)).toEqual([link]);
});

it.each([
  ['a file', `${REPOSITORY}/blob/main/docs/maintaining/speed.md`, 'docs/maintaining/speed.md'],
  ['a folder', `${REPOSITORY}/tree/main/docs/maintaining`, 'docs/maintaining'],
  [
    'a file of a branch other than main, with the branch',
    `${REPOSITORY}/blob/next/docs/maintaining/speed.md`,
    'next/docs/maintaining/speed.md',
  ],
])('a URL of the repository is a path from its root to %s', (_, url, path) => {
  expect(linksOf(`[there](${url})`)).toEqual([{ path, anchor: '', from: 'root' }]);
});

it.each([
  ['another site', '[site](https://example.test/a.md) <a href="//example.test">'],
  ['a page of the repository that is no file', `[bugs](${REPOSITORY}/issues/new/choose) [home](${REPOSITORY}#readme)`],
  ['another repository', '[other](https://github.com/other/nv-auth-mock/blob/main/docs/maintaining/speed.md)'],
  ['code', '`[a](b.md)`\n\n```md\n[a](b.md)\n```\n'],
])('%s is not a link to a file', (_, page) => {
  expect(linksOf(page)).toEqual([]);
});
