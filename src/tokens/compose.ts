import { createHmac, KeyObject, sign } from 'node:crypto';
import type { SigningKey } from './keys.ts';

/** What signs the text before the second period of a token (RFC 7515, 5.1). */
export type Signer = (input: string) => Promise<Buffer>;

/**
 * A token in compact form (RFC 7515, 3.1), right or wrong: nothing is looked at.
 *
 * @param header a value, or the JSON text itself
 * @param payload likewise
 */
export async function compose(header: object | string, payload: object | string, signer: Signer): Promise<string> {
  const input = `${encodePart(header)}.${encodePart(payload)}`;
  return `${input}.${(await signer(input)).toString('base64url')}`;
}

/** One part of a token. */
export function encodePart(part: object | string): string {
  return Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');
}

/** Signs with a key, in another thread. @param digest another one makes another algorithm of the same family */
export function signerOf({ algorithm, privateKey }: SigningKey, digest = 'sha256'): Signer {
  const key = KeyObject.from(privateKey);
  // RFC 7518, 3.4: R and S, one after the other.
  const how = algorithm === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' as const } : key;
  return (input) =>
    new Promise((resolve, reject) => {
      sign(digest, Buffer.from(input), how, (cause, signature) => {
        if (cause === null) resolve(signature);
        else reject(cause);
      });
    });
}

/**
 * Signs by HMAC with the public half of a key as the secret, as PEM: whoever takes the algorithm from the token, and hands
 * its verifier that PEM, takes the signature for good.
 */
export function signerByPublicKey({ publicKey }: Pick<SigningKey, 'publicKey'>): Signer {
  const pem = KeyObject.from(publicKey).export({ format: 'pem', type: 'spki' });
  return async (input) => createHmac('sha256', pem).update(input).digest();
}

/** Leaves the signature empty. */
export const noSignature: Signer = async () => Buffer.alloc(0);
