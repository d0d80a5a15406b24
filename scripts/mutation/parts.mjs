// @ts-check
/** What `npm run mutation` changes, and which tests are to notice. */

/** How much of a folder has to be killed, in per cent. */
export const LEAST = 85;

/** Files whose survivors all have to be explained, as patterns of paths. */
export const EXPLAINED = [
  /^src\/core\/(?:decide|policy)\.ts$/,
  /^src\/http\/steps\//,
  /^src\/ngc-keys\/key-policy\.ts$/,
  /^src\/tokens\/verify\.ts$/,
];

/**
 * Files that are changed in one run.
 *
 * @typedef {object} Group
 * @property {string} name
 * @property {readonly string[]} files as globs
 * @property {readonly string[]} tests those that know the files best, as globs: each change is paid for with them
 */

/** @typedef {{ folder: string, groups: readonly Group[] }} Part */

/** @type {Readonly<Record<string, Part>>} the small ones first */
export const PARTS = {
  credentials: {
    folder: 'src/credentials',
    groups: [{ name: 'credentials', files: ['src/credentials/**/*.ts'], tests: ['test/credentials/**/*.test.ts'] }],
  },
  tokens: {
    folder: 'src/tokens',
    groups: [{ name: 'tokens', files: ['src/tokens/**/*.ts'], tests: ['test/tokens/**/*.test.ts'] }],
  },
  steps: {
    folder: 'src/http/steps',
    groups: [
      {
        name: 'steps',
        files: ['src/http/steps/*.ts'],
        tests: [
          'test/http/steps/*.test.ts',
          'test/http/worlds-lost.test.ts',
          'test/scenarios/deleted-credentials.test.ts',
          'test/services/nvcf/bound-keys.test.ts',
          'test/services/control/mode.test.ts',
          'test/ngc-keys/hints.test.ts',
        ],
      },
    ],
  },
  core: {
    folder: 'src/core',
    groups: [
      // Without the test that draws a thousand rules for each change.
      {
        name: 'core',
        files: ['src/core/**/*.ts'],
        tests: [
          'test/core/!(decide-properties).test.ts',
          'test/explaining/*.test.ts',
          'test/http/{bodies,look-up}.test.ts',
          'test/http/steps/{decide,validate-request}.test.ts',
          'test/library/given.test.ts',
          'test/ngc-keys/{bindings,least-policy,least-rights,least-roles}.test.ts',
        ],
      },
    ],
  },
  // The reasons and remedies are tables, of which nothing is changed.
  'ngc-keys': {
    folder: 'src/ngc-keys',
    groups: [
      {
        name: 'ngc-keys',
        files: [
          'src/ngc-keys/{envelope,key-bearer,key-fixes,key-for-service,key-holding,key-policy,key-warnings,keyring,organizations}.ts',
        ],
        tests: [
          'test/ngc-keys/{envelope,key-bearer,key-fixes,key-for-service,key-holding,key-policy,key-warnings,keyring,organizations}.test.ts',
        ],
      },
      {
        name: 'ngc-keys-text',
        files: ['src/ngc-keys/{hints,key-text}.ts'],
        tests: ['test/ngc-keys/{hints,key-text}.test.ts'],
      },
      // Without the test that draws rules and uses, which takes a second for each change.
      {
        name: 'ngc-keys-least',
        files: ['src/ngc-keys/{bindings,least-policy,least-rights,least-roles}.ts'],
        tests: ['test/ngc-keys/{bindings,least-policy,least-roles}.test.ts'],
      },
    ],
  },
};

/** The group of this name. @param {string} wanted @throws {Error} if there is none */
export function groupOf(wanted) {
  const found = Object.values(PARTS)
    .flatMap(({ groups }) => groups)
    .find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`MUTATION_GROUP is \`${wanted}\`, and there is no such group`);
  return found;
}

/** Where reports, sandboxes and what was found before are, below the root. Nothing here is committed. */
export const KEPT = 'coverage/mutation';
