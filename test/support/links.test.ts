import { expect, it } from 'vitest';
import { localLinks } from './links.ts';

it.each([
  ['a link', 'See [limits](docs/reference/limits.md#bodies).', 'docs/reference/limits.md'],
  ['a link with a title', '[limits](docs/reference/limits.md "What it cannot do")', 'docs/reference/limits.md'],
  ['a link over two lines', '[an\nexample](../examples/a.mjs)', '../examples/a.mjs'],
  ['a link around code', '[`limits`](limits.md)', 'limits.md'],
  ['an image', '![a picture](picture.png)', 'picture.png'],
  ['a definition', '[limits]\n\n[limits]: <docs/reference/limits.md>', 'docs/reference/limits.md'],
  ['HTML', '<p><img alt="" src="picture.png"></p>', 'picture.png'],
])('%s leads to a file', (_, page, target) => {
  expect(localLinks(page)).toEqual([target]);
});

it.each([
  ['another site', '[site](https://example.test/a.md) <a href="//example.test">'],
  ['a place of the same page', '[below](#limits)'],
  ['code', '`[a](b.md)`\n\n```md\n[a](b.md)\n```\n'],
])('%s does not', (_, page) => {
  expect(localLinks(page)).toEqual([]);
});
