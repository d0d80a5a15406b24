import { CLAIM_TOKENS } from './claims.ts';
import { KEY_TOKENS } from './keys.ts';
import type { TokenInputs, TokenMaker } from './token-inputs.ts';
import { listZooNames, VERDICTS, type ZooName, type ZooVerdict } from './verdicts.ts';
import { SYNTAX_TOKENS } from './writing.ts';

const TOKEN_MAKERS: Readonly<Record<ZooName, TokenMaker>> = { ...CLAIM_TOKENS, ...KEY_TOKENS, ...SYNTAX_TOKENS };

/** A token with the verdict that a verifier should reach. */
export interface ZooToken extends Pick<ZooVerdict, 'verdict' | 'must' | 'why' | 'source'> {
  readonly name: ZooName;
  readonly token: string;
}

/** Creates all tokens that a verifier should be tested with, valid and invalid. */
export function createZoo(inputs: TokenInputs): Promise<readonly ZooToken[]> {
  const present = new Set([inputs.keys.current.algorithm, inputs.audience === null ? 'no-audience' : 'audience']);
  return Promise.all(
    listZooNames((only) => present.has(only)).map(async (name) => {
      const { verdict, must, why, source } = VERDICTS[name];
      return { name, token: await TOKEN_MAKERS[name](inputs), verdict, must, why, source };
    }),
  );
}
