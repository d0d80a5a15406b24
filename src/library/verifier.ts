import type { TokenZoo, ZooToken } from '../../generated/library.ts';
import { VERDICTS, type ZooName, type ZooVerdict, zooNames } from '../tokens/zoo/verdicts.ts';
import { checkMembers } from './given.ts';
import { type MockOptions, startMock } from './start-mock.ts';
import type { Mock, World } from './world.ts';

/** The expected values that a verifier gets besides the token. */
export interface VerifyOptions {
  /** The only valid value of `iss`. */
  readonly issuer: string;
  /** Where the issuer publishes its keys. */
  readonly jwksUri: string;
  /** Who tokens must be for; null: that is not checked. */
  readonly audience: string | null;
}

/** The code under test. It throws, or rejects, to refuse a token; anything else accepts it. */
export type Verify = (token: string, options: VerifyOptions) => unknown;

/**
 * Functions of a test runner: `{ describe, it, beforeAll: before, afterAll: after }` of node:test, or jest's own.
 */
export interface VerifierHooks {
  describe(name: string, body: () => void): void;
  it(name: string, test: (...given: readonly unknown[]) => Promise<void>): void;
  beforeAll(hook: () => Promise<void>): void;
  afterAll(hook: () => Promise<void>): void;
}

export interface VerifierOptions {
  readonly hooks: VerifierHooks;
  /** Gives tokens this audience, and adds those that are about it. */
  readonly audience?: string;
  /** The world of the tried tokens, or a function that returns it once tests run. Default: that of a mock of its own. */
  readonly mock?: World | (() => World);
  /** Options of the mock of its own, such as `{ signingKey: 'ES256' }`. */
  readonly options?: MockOptions;
}

/**
 * Tries the code under test with every token of the zoo: one test for each. A test fails only if the code accepts what
 * it must refuse, or refuses what it must accept, by a MUST of the token's source.
 */
export function describeVerifier(verify: Verify, given: VerifierOptions): void {
  check(verify, given);
  const { hooks, audience, mock, options } = given;
  const present = audience === undefined ? 'no-audience' : 'audience';
  // The algorithm is known only when the mock runs.
  const names = zooNames((only) => !only.includes('audience') || only === present);
  hooks.describe('a verifier of tokens', () => {
    let own: Mock | undefined;
    let zoo: TokenZoo | undefined;
    hooks.beforeAll(async () => {
      if (mock === undefined) own = await startMock(options);
      const world = own ?? (typeof mock === 'function' ? mock() : mock);
      zoo = await world?.tokens.zoo(audience === undefined ? {} : { audience });
    });
    hooks.afterAll(async () => {
      await own?.stop();
    });
    for (const name of names) {
      // Declares no parameter: jest would take it for a callback, and wait for it to be called.
      hooks.it(titleOf(name), async (...[context]) => {
        if (zoo === undefined) throw new Error('the tokens were not created: see the error of `beforeAll`');
        const entry = zoo.tokens.find((one) => one.name === name);
        if (entry === undefined) skip(context);
        else await tryOut(verify, entry, zoo);
      });
    }
  });
}

/** @throws Error if the verifier does what it must not */
async function tryOut(verify: Verify, entry: ZooToken, { issuer, jwksUri, audience }: TokenZoo): Promise<void> {
  let refusal: { readonly thrown: unknown } | null = null;
  try {
    const returned = await verify(entry.token, { issuer, jwksUri, audience });
    if (returned === false) throw new Returned();
  } catch (thrown) {
    if (thrown instanceof Returned) throw thrown;
    refusal = { thrown };
  }
  const { name, verdict, must, why, source } = entry;
  if (!must || verdict === (refusal === null ? 'accept' : 'reject')) return;
  const did = refusal === null ? 'accepts' : 'refuses';
  const said = refusal === null ? '' : ` It says: ${messageOf(refusal.thrown)}`;
  const right = verdict === 'accept' ? 'accepted' : 'refused';
  throw new Error(`The verifier ${did} \`${name}\`, which must be ${right}: ${why} (${source}).${said}`, {
    ...(refusal !== null && { cause: refusal.thrown }),
  });
}

/** A verifier whose result its callers may overlook. */
class Returned extends Error {
  constructor() {
    super(
      'The verifier returned `false`, which counts for nothing here: it has to throw, or to reject, to refuse a token. Wrap it in a function that does.',
    );
  }
}

function titleOf(name: ZooName): string {
  const { verdict, must, source }: ZooVerdict = VERDICTS[name];
  const what = { accept: 'accepts', reject: 'refuses', depends: 'may accept or refuse' }[verdict];
  return `${must || verdict === 'depends' ? '' : 'rather '}${what} ${name} (${source})`;
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The zoo has no such token with the algorithm of this mock. */
function skip(context: unknown): void {
  // Runners pass different arguments to their tests, or none.
  (context as { skip?: () => void } | undefined)?.skip?.();
}

/** JavaScript callers may pass anything. @throws TypeError naming the missing or unknown member */
function check(verify: Verify, given: VerifierOptions | undefined): void {
  if (typeof verify !== 'function')
    throw new TypeError('describeVerifier takes a function that is called with a token, and throws to refuse it.');
  const members = ['hooks', 'audience', 'mock', 'options'];
  checkMembers(
    given ?? {},
    members,
    'describeVerifier',
    '{ hooks: { describe, it, beforeAll: before, afterAll: after } }',
  );
  if (given?.mock !== undefined && given.options !== undefined)
    throw new TypeError('describeVerifier takes `mock`, or `options` for a mock of its own, not both.');
  const missing = (['describe', 'it', 'beforeAll', 'afterAll'] as const).filter(
    (name) => typeof given?.hooks?.[name] !== 'function',
  );
  if (missing.length === 0) return;
  throw new TypeError(
    `describeVerifier lacks ${missing.map((name) => `\`hooks.${name}\``).join(', ')}: hand it the functions of your runner, such as \`{ hooks: { describe, it, beforeAll: before, afterAll: after } }\` of node:test, or import it from \`nv-auth-mock/vitest\`.`,
  );
}
