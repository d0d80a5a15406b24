import { createHmac, KeyObject, sign } from 'node:crypto';
import type { SigningKey } from './keys.ts';

/** Signs the text before the second period of a token (RFC 7515, 5.1). */
export type Signer = (input: string) => Promise<Buffer>;

/**
 * Composes a token in compact form (RFC 7515, 3.1). Nothing is checked, because the token may be wrong on purpose.
 *
 * @param header a value, or the JSON text itself
 * @param payload likewise
 */
export async function compose(header: object | string, payload: object | string, signer: Signer): Promise<string> {
  const input = `${encodePart(header)}.${encodePart(payload)}`;
  return `${input}.${(await signer(input)).toString('base64url')}`;
}

export function encodePart(part: object | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

/** Signs with a key, in another thread. @param digest another digest gives another algorithm of the same family */
export function signerOf({ privateKey }: Pick<SigningKey, 'privateKey'>, digest = 'sha256'): Signer {
  // An elliptic curve's R and S are concatenated (RFC 7518, 3.4). RSA has one encoding only.
  const how = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return (input) =>
    new Promise((resolve, reject) => {
      sign(digest, Buffer.from(input), how, (cause, signature) => {
        if (cause === null) resolve(signature);
        else reject(cause);
      });
    });
}

/**
 * Signs by HMAC with the public key, as PEM, as the secret. A verifier that takes the algorithm from the token and that
 * PEM as its key accepts the signature.
 */
export function signerByPublicKey({ publicKey }: Pick<SigningKey, 'publicKey'>): Signer {
  const pem = KeyObject.from(publicKey).export({ format: 'pem', type: 'spki' });
  return async (input) => createHmac('sha256', pem).update(input).digest();
}

/** Leaves the signature empty. */
export const noSignature: Signer = async () => Buffer.alloc(0);
