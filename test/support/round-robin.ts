import { beforeEach } from 'vitest';

const INSIDE = 'reaches into one server';
const EACH = 'is about what each process does for itself';

/** What is not tried by turns on two servers, by the ends of files' names and the beginnings of tests' names; and why not. */
const LEFT_OUT: readonly (readonly [file: string, tests: readonly string[] | 'all', why: string])[] = [
  ['runai/login-races.test.ts', 'all', INSIDE],
  ['air/one-commit.test.ts', 'all', INSIDE],
  ['control/tokens.test.ts', ['a world has right and wrong tokens while fifty others'], INSIDE],
  // How many may wait is a limit of each process.
  ['control/bounds.test.ts', ['100 verifications may wait'], EACH],
  // So each asks the identity provider, and remembers its keys.
  [
    'runai/external-token.test.ts',
    ['an identity provider at a URL is asked', 'an identity provider at a URL can take'],
    EACH,
  ],
  // That a code is used twice can be noticed before its first use has led to a token. Then nobody has one.
  [
    'runai/oauth-errors.test.ts',
    ['a code at POST /api/v2/token of two that redeem', 'a code at the token endpoint of the realm of two'],
    EACH,
  ],
];

beforeEach(({ task, skip }) => {
  const names: string[] = [task.name];
  for (let suite = task.suite; suite !== undefined; suite = suite.suite)
    if (suite.name !== '') names.unshift(suite.name);
  const name = names.join(' ');
  const found = LEFT_OUT.find(
    ([file, tests]) =>
      task.file.filepath.endsWith(file) && (tests === 'all' || tests.some((beginning) => name.startsWith(beginning))),
  );
  if (found !== undefined) skip(found[2]);
});
