import { CLAIMS } from './claims.ts';
import { KEYS } from './keys.ts';
import type { TokenInputs, TokenMaker } from './token-inputs.ts';
import { VERDICTS, type ZooName, type ZooVerdict, zooNames } from './verdicts.ts';
import { WRITING } from './writing.ts';

const MAKERS: Readonly<Record<ZooName, TokenMaker>> = { ...CLAIMS, ...KEYS, ...WRITING };

/** A token with the verdict that a verifier should reach. */
export interface ZooToken extends Pick<ZooVerdict, 'verdict' | 'must' | 'why' | 'source'> {
  readonly name: ZooName;
  readonly token: string;
}

/** Creates all tokens that a verifier should be tested with, valid and invalid. */
export function createZoo(inputs: TokenInputs): Promise<readonly ZooToken[]> {
  const present = new Set([inputs.keys.own.algorithm, inputs.audience === null ? 'no-audience' : 'audience']);
  return Promise.all(
    zooNames((only) => present.has(only)).map(async (name) => {
      const { verdict, must, why, source } = VERDICTS[name];
      return { name, token: await MAKERS[name](inputs), verdict, must, why, source };
    }),
  );
}
