import { type BinaryLike, hash, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Mutex } from '../store/mutex.ts';

const scryptAsync = promisify<BinaryLike, BinaryLike, number, ScryptOptions, Buffer>(scrypt);

/** Hashing uses the same four threads as token signing: one password at a time leaves three for tokens. */
const MUTEX = new Mutex();

function derive(password: string, salt: string, length: number, cost: ScryptOptions): Promise<Buffer> {
  return MUTEX.runExclusive(() => scryptAsync(password, salt, length, cost));
}

/** About 7 ms and 4 MiB, a quarter of the usual cost: a mock has only test passwords, and tests wait for it. */
const COST = { N: 4096, r: 8, p: 1 };
const HASH_BYTES = 32;

/** Hashes a password as `scrypt$N$r$p$salt$hash`, so that old hashes stay valid when the cost changes. */
export async function hashPassword(password: string, salt: string): Promise<string> {
  const key = await derive(password, salt, HASH_BYTES, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt, key.toString('base64url')].join('$');
}

/** Distinguishes a digest from a hash. */
const DIGEST_PREFIX = 'sha256:';

/**
 * Digests a password of a seed, which is stored in clear text, too: a slow hash would only delay the start. Checking
 * takes as long as for a hash.
 */
export function digestPassword(password: string, salt: string): string {
  const digest = DIGEST_PREFIX + computeDigest(password, salt).toString('base64url');
  return ['scrypt', COST.N, COST.r, COST.p, salt, digest].join('$');
}

function computeDigest(password: string, salt: string): Buffer {
  return hash('sha256', `${salt}$${password}`, 'buffer');
}

/** Hash for an unknown user, so that the check takes as long as for a wrong password. */
const UNKNOWN_USER_HASH = `scrypt$${COST.N}$${COST.r}$${COST.p}$nobody$${Buffer.alloc(HASH_BYTES).toString('base64url')}`;

/** Returns whether the password matches the stored hash or digest. @param stored null for an unknown user */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [, n, r, p, salt = '', expected = ''] = (stored ?? UNKNOWN_USER_HASH).split('$');
  const isDigest = expected.startsWith(DIGEST_PREFIX);
  const expectedBytes = Buffer.from(isDigest ? expected.slice(DIGEST_PREFIX.length) : expected, 'base64url');
  const key = await derive(password, salt, expectedBytes.length, { N: Number(n), r: Number(r), p: Number(p) });
  const actualBytes = isDigest ? computeDigest(password, salt) : key;
  // Two empty hashes would be equal.
  return (
    actualBytes.length === expectedBytes.length &&
    timingSafeEqual(actualBytes, expectedBytes) &&
    expectedBytes.length > 0 &&
    stored !== null
  );
}
