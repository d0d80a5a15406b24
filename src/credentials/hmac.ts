import { type BinaryToTextEncoding, hash } from 'node:crypto';

/** Block sizes in bytes (FIPS 180-4, FIPS 202). */
const BLOCKS = { sha256: 64, 'sha3-256': 136 } as const;

const DIGEST_BYTES = 32;

/** Computes the HMAC of a text (RFC 2104). */
export type Hmac = (text: string, encoding: BinaryToTextEncoding) => string;

/**
 * Computes HMACs with two one-shot hashes: `createHmac` takes four times as long, and a world needs dozens.
 *
 * @param key ASCII, not longer than a block
 */
export function hmacWith(algorithm: keyof typeof BLOCKS, key: string): Hmac {
  const block = BLOCKS[algorithm];
  const inner = Buffer.allocUnsafe(block).fill(0x36);
  const outer = Buffer.allocUnsafe(block + DIGEST_BYTES).fill(0x5c);
  for (let at = 0; at < key.length; at++) {
    const code = key.charCodeAt(at);
    inner[at] = code ^ 0x36;
    outer[at] = code ^ 0x5c;
  }
  const begin = inner.toString('latin1');
  return (text, encoding) => {
    outer.write(hash(algorithm, begin + text, 'binary'), block, 'latin1');
    return hash(algorithm, outer, encoding);
  };
}
