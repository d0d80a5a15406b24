// @ts-check
/** What `npm run mutation` changes, and which tests are to notice. */

/** Where reports, sandboxes and earlier results are, below the root. Nothing here is committed. */
export const KEPT = 'coverage/mutation';

/** Files in which each survivor must be explained. */
export const EXPLAINED = [
  /^src\/core\/(?:decide|policy)\.ts$/,
  /^src\/http\/steps\//,
  /^src\/ngc-keys\/key-policy\.ts$/,
  /^src\/tokens\/verify\.ts$/,
];

/**
 * Files that are changed in one run, and the tests that know them best: each change costs a run of these. Globs.
 *
 * @typedef {{ files: readonly string[], tests: readonly string[] }} Part
 */

/** The small ones first. @type {Readonly<Record<string, Part>>} */
export const PARTS = {
  credentials: { files: ['src/credentials/**/*.ts'], tests: ['test/credentials/**/*.test.ts'] },
  tokens: { files: ['src/tokens/**/*.ts'], tests: ['test/tokens/**/*.test.ts'] },
  // What the rows of a world are; the other files of the store open, write and read files and databases.
  state: {
    files: ['src/store/{indexes,plan,rows,state,state-memory,turns,weight,world-rows}.ts'],
    tests: ['test/store/{collection,memory,plan,rows,state,state-memory,turns,weight,world-rows}.test.ts'],
  },
  steps: {
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
  // Without the test that draws a thousand rules for each change.
  core: {
    files: ['src/{decisions,definitions,responses,addresses,text,time,memory,diagnostics,objects}/*.ts'],
    tests: [
      'test/decisions/!(decide-properties).test.ts',
      'test/{definitions,responses,addresses,text,time,memory,diagnostics,objects}/*.test.ts',
      'test/explaining/*.test.ts',
      'test/http/{bodies,look-up}.test.ts',
      'test/http/steps/{decide,validate-request}.test.ts',
      'test/library/given.test.ts',
      'test/ngc-keys/{bindings,least-policy,least-rights,least-roles}.test.ts',
    ],
  },
  // The reasons and remedies are tables, in which nothing is changed.
  'ngc-keys': {
    files: [
      'src/ngc-keys/{envelope,key-bearer,key-fixes,key-for-service,key-holding,key-policy,key-warnings,keyring,organizations}.ts',
    ],
    tests: [
      'test/ngc-keys/{envelope,key-bearer,key-fixes,key-for-service,key-holding,key-policy,key-warnings,keyring,organizations}.test.ts',
    ],
  },
  'ngc-keys-text': {
    files: ['src/ngc-keys/{hints,key-text}.ts'],
    tests: ['test/ngc-keys/{hints,key-text}.test.ts'],
  },
  // Without the test that draws rules and uses, which takes a second for each change.
  'ngc-keys-least': {
    files: ['src/ngc-keys/{bindings,least-policy,least-rights,least-roles}.ts'],
    tests: ['test/ngc-keys/{bindings,least-policy,least-roles}.test.ts'],
  },
};

/** The part that is being tried, and its name. @throws Error if there is none of this name */
export function currentPart() {
  const name = process.env['MUTATION_PART'] ?? '';
  const part = PARTS[name];
  if (part === undefined)
    throw new Error(`MUTATION_PART is \`${name}\`; expected one of ${Object.keys(PARTS).join(', ')}`);
  return { name, ...part };
}
