import { type BinaryLike, hash, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Problem } from '../core/problem.ts';
import { processWide } from '../platform/process-wide.ts';
import { Lane } from './lane.ts';

const scryptOf = promisify<BinaryLike, BinaryLike, number, ScryptOptions, Buffer>(scrypt);

/** About two seconds of work; a longer wait helps no client. */
const MOST_WAITING = 250;

/**
 * A process hashes passwords and signs tokens in the same four threads. Hashing one password at a time leaves three to
 * tokens. This is the second piece of state outside a world, because the threads belong to the process.
 */
const LANE = processWide<Pick<Lane, 'hasRoom' | 'run'>>('password-lane.1', () => new Lane(1, MOST_WAITING));

/** @throws Problem `unavailable` if too many passwords are waiting */
async function derive(password: string, salt: string, length: number, cost: ScryptOptions): Promise<Buffer> {
  if (!LANE.hasRoom) {
    throw new Problem(
      'unavailable',
      `${MOST_WAITING} passwords are already waiting for their check. Try again in a few seconds.`,
    );
  }
  return LANE.run(() => scryptOf(password, salt, length, cost));
}

/**
 * Cost of a new hash: about 7 ms and 4 MiB. A mock holds invented passwords, so a quarter of the usual cost is enough.
 * Tests that create users and log them in wait a quarter of the time.
 */
const COST = { N: 4096, r: 8, p: 1 };
const LENGTH = 32;

/** Hashes a password as `scrypt$N$r$p$salt$hash`, so that old hashes stay readable when the cost changes. */
export async function hashPassword(password: string, salt: string): Promise<string> {
  const key = await derive(password, salt, LENGTH, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt, key.toString('base64url')].join('$');
}

/** Prefix of a digest in place of a hash. */
const DIGEST = 'sha256:';

/**
 * Digests a password that a seed has in clear text. A slow hash would protect nothing, because the seed is stored too,
 * and would delay the start of a world with thousands of users by minutes. The check takes as long as that of a hash.
 */
export function digestPassword(password: string, salt: string): string {
  const digest = DIGEST + digestOf(password, salt).toString('base64url');
  return ['scrypt', COST.N, COST.r, COST.p, salt, digest].join('$');
}

function digestOf(password: string, salt: string): Buffer {
  return hash('sha256', `${salt}$${password}`, 'buffer');
}

/** Stands in for an unknown user's hash, so that the check takes as long as for a wrong password. */
const NOBODY = `scrypt$${COST.N}$${COST.r}$${COST.p}$nobody$${Buffer.alloc(LENGTH).toString('base64url')}`;

/** Does the password match the stored hash or digest? `stored` is null for an unknown user. */
export async function passwordFits(password: string, stored: string | null): Promise<boolean> {
  const [, n, r, p, salt = '', expected = ''] = (stored ?? NOBODY).split('$');
  const isDigest = expected.startsWith(DIGEST);
  const wanted = Buffer.from(isDigest ? expected.slice(DIGEST.length) : expected, 'base64url');
  const key = await derive(password, salt, wanted.length, { N: Number(n), r: Number(r), p: Number(p) });
  const got = isDigest ? digestOf(password, salt) : key;
  // Two empty hashes would be equal.
  return got.length === wanted.length && timingSafeEqual(got, wanted) && wanted.length > 0 && stored !== null;
}
