import type { TokenZoo, ZooToken } from '../../generated/library.ts';
import { messageOf } from '../lib/errors.ts';
import { listZooNames, VERDICTS, type ZooName } from '../tokens/zoo/verdicts.ts';
import { checkMembers } from './check-arguments.ts';
import type { Mock, World } from './mock.ts';
import { type MockOptions, startMock } from './start-mock.ts';

/** The expected values that a verifier gets besides the token. */
export interface VerifyOptions {
  /** The only valid value of `iss`. */
  readonly issuer: string;
  /** The URL of the issuer's keys. */
  readonly jwksUri: string;
  /** The expected audience; null: not checked. */
  readonly audience: string | null;
}

/** The code under test. It refuses a token by throwing or rejecting; anything else accepts it. */
export type Verify = (token: string, options: VerifyOptions) => unknown;

/** Functions of a test runner: `{ describe, it, beforeAll: before, afterAll: after }` of node:test, or jest's own. */
export interface VerifierHooks {
  describe(name: string, body: () => void): void;
  it(name: string, test: (...args: readonly unknown[]) => Promise<void>): void;
  beforeAll(hook: () => Promise<void>): void;
  afterAll(hook: () => Promise<void>): void;
}

export interface VerifierOptions {
  readonly hooks: VerifierHooks;
  /** The audience of all tokens. With it, tokens with a missing or wrong audience are also tried. */
  readonly audience?: string;
  /** The world that issues the tokens, or a function that returns it while tests run. Default: a separate mock. */
  readonly mock?: World | (() => World);
  /** Options of the separate mock, such as `{ signingKey: 'ES256' }`. */
  readonly options?: MockOptions;
}

/**
 * Tries the code under test with every token of the zoo, one test each. A test fails only if the code accepts a token
 * that it must refuse, or refuses one that it must accept, by a MUST in the token's source.
 */
export function describeVerifier(verify: Verify, options: VerifierOptions): void {
  checkArguments(verify, options);
  const { hooks, audience, mock, options: mockOptions } = options;
  // Tokens for one algorithm are included: which one the mock uses is unknown until it runs.
  const names = listZooNames((condition) => condition !== (audience === undefined ? 'audience' : 'no-audience'));
  hooks.describe('a verifier of tokens', () => {
    let separateMock: Mock | undefined;
    let zoo: TokenZoo | undefined;
    hooks.beforeAll(async () => {
      if (mock === undefined) separateMock = await startMock(mockOptions);
      const world = separateMock ?? (typeof mock === 'function' ? mock() : mock);
      zoo = await world?.tokens.zoo(audience === undefined ? {} : { audience });
    });
    hooks.afterAll(async () => {
      await separateMock?.stop();
    });
    for (const name of names) {
      // No declared parameters, because jest would wait for a callback.
      hooks.it(formatTitle(name), async (...[context]) => {
        if (zoo === undefined) throw new Error('the tokens were not created: see the error of `beforeAll`');
        const entry = zoo.tokens.find((token) => token.name === name);
        // The zoo lacks tokens of other algorithms than the mock's. Runners pass different arguments to tests, or none.
        if (entry === undefined) (context as { skip?: () => void } | undefined)?.skip?.();
        else await verifyToken(verify, entry, zoo);
      });
    }
  });
}

/** Gives a token to the verifier. @throws Error if the verifier violates a MUST */
async function verifyToken(verify: Verify, entry: ZooToken, { issuer, jwksUri, audience }: TokenZoo): Promise<void> {
  let refusal: { readonly thrown: unknown } | null = null;
  try {
    const returned = await verify(entry.token, { issuer, jwksUri, audience });
    if (returned === false) throw new ReturnedFalseError();
  } catch (thrown) {
    if (thrown instanceof ReturnedFalseError) throw thrown;
    refusal = { thrown };
  }
  const { name, verdict, must, why, source } = entry;
  if (!must || verdict === (refusal === null ? 'accept' : 'reject')) return;
  const verb = refusal === null ? 'accepts' : 'refuses';
  const suffix = refusal === null ? '' : ` Its error: ${messageOf(refusal.thrown)}`;
  const expected = verdict === 'accept' ? 'accepted' : 'refused';
  throw new Error(`The verifier ${verb} \`${name}\`, which must be ${expected}: ${why} (${source}).${suffix}`, {
    ...(refusal !== null && { cause: refusal.thrown }),
  });
}

/** The error for a verifier that returns `false` for an invalid token, which callers may ignore. */
class ReturnedFalseError extends Error {
  constructor() {
    super(
      'The verifier returned `false`, which does not refuse a token: it has to throw or reject. Wrap it in a function that does.',
    );
  }
}

function formatTitle(name: ZooName): string {
  const { verdict, must, source } = VERDICTS[name];
  const verb = { accept: 'accepts', reject: 'refuses', depends: 'may accept or refuse' }[verdict];
  return `${must || verdict === 'depends' ? '' : 'rather '}${verb} ${name} (${source})`;
}

/** Checks the arguments of JavaScript callers. @throws TypeError with the missing or unknown member */
function checkArguments(verify: Verify, options: VerifierOptions | undefined): void {
  if (typeof verify !== 'function')
    throw new TypeError('describeVerifier takes a function that receives a token and throws to refuse it.');
  const members = ['hooks', 'audience', 'mock', 'options'];
  checkMembers(
    options ?? {},
    members,
    'describeVerifier',
    '{ hooks: { describe, it, beforeAll: before, afterAll: after } }',
  );
  if (options?.mock !== undefined && options.options !== undefined)
    throw new TypeError('describeVerifier takes either `mock` or `options` for a separate mock, not both.');
  const missing = (['describe', 'it', 'beforeAll', 'afterAll'] as const).filter(
    (name) => typeof options?.hooks?.[name] !== 'function',
  );
  if (missing.length === 0) return;
  throw new TypeError(
    `describeVerifier lacks ${missing.map((name) => `\`hooks.${name}\``).join(', ')}: pass the functions of your test runner, such as \`{ hooks: { describe, it, beforeAll: before, afterAll: after } }\` of node:test, or import it from \`nv-auth-mock/vitest\`.`,
  );
}
