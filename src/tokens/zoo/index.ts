import { base64url, CompactSign, exportJWK } from 'jose';
import { serializeAscii } from '../keys.ts';
import { CLAIM_TOKENS } from './claims.ts';
import { forgeFrom, type TokenInputs, type TokenMaker, withHeader } from './token-inputs.ts';
import { listZooNames, VERDICTS, type ZooName, type ZooVerdict } from './verdicts.ts';
import { SYNTAX_TOKENS } from './writing.ts';

/** RFC 7518, 3.4. */
const ES256_SIGNATURE_BYTES = 64;

export const KEY_TOKENS = {
  'no-key-id': withHeader(() => ({ kid: null })),
  'wrong-key-id': withHeader(({ keys }) => ({ kid: keys.unknown.kid })),
  'unknown-key': (inputs) => forgeFrom(inputs, { sign: 'unknown-key' }),
  'unknown-key-under-a-known-id': (inputs) =>
    forgeFrom(inputs, { sign: 'unknown-key', header: { kid: inputs.keys.current.kid } }),
  'retired-key': (inputs) => forgeFrom(inputs, { sign: 'retired-key' }),
  'key-in-the-header': (inputs) =>
    forgeFrom(inputs, { sign: 'unknown-key', header: { jwk: inputs.keys.unknown.publicJwk } }),
  'key-behind-a-url': (inputs) => forgeFrom(inputs, { sign: 'unknown-key', header: { jku: inputs.unknownKeysUrl } }),
  'certificate-in-the-header': (inputs) =>
    forgeFrom(inputs, { sign: 'unknown-key', header: { x5c: [inputs.keys.unknown.certificate] } }),
  'hs256-with-the-public-key': (inputs) => forgeFrom(inputs, { sign: 'hs256-public' }),
  'alg-none': (inputs) => forgeFrom(inputs, { sign: 'none' }),
  'alg-none-in-odd-case': (inputs) => forgeFrom(inputs, { sign: 'none', header: { alg: 'nOnE' } }),
  'another-algorithm-of-the-key': async ({ keys: { current }, claims }) =>
    new CompactSign(Buffer.from(serializeAscii(claims)))
      .setProtectedHeader({ alg: 'RS512', typ: 'JWT', kid: current.kid })
      .sign(await exportJWK(current.privateKey)),
  'no-signature': (inputs) => withSignature(inputs, ''),
  'all-zero-signature': (inputs) => withSignature(inputs, base64url.encode(new Uint8Array(ES256_SIGNATURE_BYTES))),
} as const satisfies Readonly<Record<string, TokenMaker>>;

/** Replaces the signature of the valid token. */
async function withSignature(inputs: TokenInputs, signature: string): Promise<string> {
  return (await forgeFrom(inputs, {})).replace(/[^.]*$/, signature);
}

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
