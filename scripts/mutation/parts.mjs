// @ts-check
/** The files that `npm run mutation` mutates, and the tests that should notice. */

/** The folder for reports, sandboxes and earlier results, relative to the root. Ignored by git. */
export const KEPT = 'coverage/mutation';

/** Files in which each survivor must be explained. */
export const EXPLAINED = [
  /^src\/decisions\/(?:decide|policy)\.ts$/,
  /^src\/http\/steps\//,
  /^src\/services\/ngc-keys\/key-policy\.ts$/,
  /^src\/tokens\/verify\.ts$/,
];

/**
 * Globs for the files that are mutated in one run, and for the tests that run for every mutant. The tests of the first
 * glob's folder run first.
 *
 * @typedef {{ files: readonly string[], tests: readonly string[] }} Part
 */

/** Small parts first. @type {Readonly<Record<string, Part>>} */
export const PARTS = {
  // Without the zoo, a table whose functions are called while it is loaded. Claim rules and trusted issuers are tested
  // through the services that use them.
  tokens: {
    files: ['src/tokens/*.ts'],
    tests: [
      'test/tokens/**/*.test.ts',
      'test/services/nak/admin-token.test.ts',
      'test/services/runai/claim-rules.test.ts',
      'test/services/nvcf/trusted-issuers.test.ts',
    ],
  },
  // Without the files of the store that open, write and read files and databases.
  state: {
    files: ['src/store/{indexes,plan,rows,state,state-memory,mutex,weight,collections}.ts'],
    tests: ['test/store/{collection,memory,plan,rows,state,state-memory,mutex,weight,collections}.test.ts'],
  },
  steps: {
    files: ['src/http/steps/*.ts', 'src/http/{presented-credentials,request-address}.ts'],
    tests: [
      'test/http/steps/*.test.ts',
      'test/http/{presented-credentials,request-address}.test.ts',
      'test/http/{bad-input,changed-meanwhile,refused-bodies,tripwire,worlds,worlds-claims,worlds-lost,worlds-used}.test.ts',
      'test/e2e/scenarios/deleted-credentials.test.ts',
      'test/services/nvcf/bound-keys.test.ts',
      'test/services/control/faults.test.ts',
      'test/services/ngc-keys/hints.test.ts',
    ],
  },
  // Without files of `lib` that read files, render pages or replace timers, and without the slow test with a thousand
  // random rules.
  core: {
    files: [
      'src/{contract,decisions,decisions/responses,lib}/*.ts',
      '!src/lib/{assets,document-file,pages,text-file,time}.ts',
    ],
    tests: [
      'test/decisions/!(decide-properties).test.ts',
      'test/{contract,decisions/responses,decisions/explaining,lib}/*.test.ts',
      'test/http/bodies.test.ts',
      'test/http/steps/{decide,validate-request}.test.ts',
      'test/library/check-arguments.test.ts',
      'test/services/ngc-keys/{bindings,least-policy,least-rights,least-roles}.test.ts',
    ],
  },
  // Without reasons and remedies, which are tables without code to mutate.
  'ngc-keys': {
    files: [
      'src/services/ngc-keys/{envelope,hypothetical-keys,key-bearer,key-fixes,key-for-service,key-policy,key-warnings,keyring,organizations}.ts',
    ],
    tests: [
      'test/services/ngc-keys/{envelope,hypothetical-keys,key-bearer,key-fixes,key-for-service,key-policy,key-warnings,keyring,organizations}.test.ts',
      'test/services/ngc-keys/{least-policy,least-roles,propagation}.test.ts',
      'test/services/ngc/{ids-without-effect,keys,user-tokens}.test.ts',
      'test/services/control/useless-keys.test.ts',
      'test/services/nvcf/trusted-issuers.test.ts',
    ],
  },
  'ngc-keys-text': {
    files: ['src/services/ngc-keys/{hints,key-text}.ts'],
    tests: ['test/services/ngc-keys/{hints,key-text}.test.ts', 'test/e2e/scenarios/mistakes.test.ts'],
  },
  // Without the test with random rules, which takes a second.
  'ngc-keys-least': {
    files: ['src/services/ngc-keys/{bindings,least-policy,least-rights,least-roles}.ts'],
    tests: [
      'test/services/ngc-keys/{bindings,least-policy,least-roles}.test.ts',
      'test/e2e/scenarios/least-privilege.test.ts',
    ],
  },
};

/** Returns the part in `MUTATION_PART`. @throws Error if it is unknown */
export function currentPart() {
  const name = process.env['MUTATION_PART'] ?? '';
  const part = PARTS[name];
  if (part === undefined)
    throw new Error(`MUTATION_PART is \`${name}\`; expected one of ${Object.keys(PARTS).join(', ')}`);
  return { name, ...part };
}
