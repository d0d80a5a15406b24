import { beforeEach } from 'vitest';

const WORLDS = 'is about worlds beside the default one';
const SNAPSHOTS = 'is about snapshots, which one process keeps';
const INSIDE = 'reaches into one server';
const EACH = 'is about what each process does for itself';

/** What is not tried by turns on two servers, by the ends of files' names and the beginnings of tests' names; and why not. */
const LEFT_OUT: readonly (readonly [file: string, tests: readonly string[] | 'all', why: string])[] = [
  ['journeys/worlds-apart.test.ts', 'all', WORLDS],
  ['journeys/worlds-like-the-mock.test.ts', 'all', WORLDS],
  ['journeys/least-privilege.test.ts', ["'a function that is created", "'a simulation that is created"], WORLDS],
  ['control/snapshots.test.ts', 'all', SNAPSHOTS],
  ['control/faults.test.ts', ['a fault belongs to its world'], WORLDS],
  ['control/fidelity.test.ts', ['what the vendor says in two ways'], WORLDS],
  [
    'control/mode.test.ts',
    ['the mode is that of one world', 'the mode does not let a credential of another world'],
    WORLDS,
  ],
  ['control/requests.test.ts', ['verifying ends with a reset, and with its world'], WORLDS],
  ['control/simulate-holding.test.ts', ['what is held counts in place of what somebody has: a custom role'], WORLDS],
  [
    'control/tokens.test.ts',
    [
      'a token by order cannot be had for somebody who is gone',
      'a token by order cannot be had where there is nobody',
      'the zoo names a URL of its own',
      'a world has',
    ],
    WORLDS,
  ],
  ['runai/login-races.test.ts', 'all', INSIDE],
  // How many may wait is a limit of each process.
  ['control/bounds.test.ts', ['100 verifications may wait'], EACH],
  // Whoever waits learns that with the next request to the same process.
  ['control/bounds.test.ts', ['a request that a fault delays goes on'], EACH],
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
