import { type BinaryLike, hash, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Problem } from '../core/problem.ts';
import { processWide } from '../machine/process-wide.ts';
import { Lane } from './lane.ts';

const scryptOf = promisify<BinaryLike, BinaryLike, number, ScryptOptions, Buffer>(scrypt);

/** About two seconds of work: longer waits would serve nobody. */
const MOST_WAITING = 250;

/**
 * Keys are derived by the same threads that sign tokens, and a process has four of them: deriving one at a time leaves
 * the others to the tokens, however many passwords are tried. This is the second piece of state outside a world,
 * because the threads belong to the process.
 */
const LANE = processWide<Pick<Lane, 'hasRoom' | 'run'>>('password-lane.1', () => new Lane(1, MOST_WAITING));

/** @throws Problem `unavailable` if too many passwords are waiting */
async function derive(password: string, salt: string, length: number, cost: ScryptOptions): Promise<Buffer> {
  if (!LANE.hasRoom) {
    throw new Problem(
      'unavailable',
      `${MOST_WAITING} passwords are waiting to be checked. Try again in a few seconds.`,
    );
  }
  return LANE.run(() => scryptOf(password, salt, length, cost));
}

/**
 * Cost of a new hash: about 7 ms and 4 MiB. What a mock keeps are invented passwords, so a quarter of the usual cost is
 * enough, and tests that make users and log them in wait a quarter of the time.
 */
const COST = { N: 4096, r: 8, p: 1 };
const LENGTH = 32;

/**
 * Makes what is stored for a password: `scrypt$N$r$p$salt$hash`, so that old hashes stay readable when the cost
 * changes.
 */
export async function hashPassword(password: string, salt: string): Promise<string> {
  const key = await derive(password, salt, LENGTH, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt, key.toString('base64url')].join('$');
}

/** Stands before the digest of a password that a seed has. */
const DIGEST = 'sha256:';

/**
 * Makes what is stored for a password that a seed has in clear: a digest, in the place of the hash. A slow hash would
 * protect nothing, because the seed is kept whole, and it would make the start of a world with thousands of users take
 * minutes. Checking it takes as long as checking a hash.
 */
export function digestPassword(password: string, salt: string): string {
  const digest = DIGEST + digestOf(password, salt).toString('base64url');
  return ['scrypt', COST.N, COST.r, COST.p, salt, digest].join('$');
}

function digestOf(password: string, salt: string): Buffer {
  return hash('sha256', `${salt}$${password}`, 'buffer');
}

/** Compared with if the user does not exist, so that this takes as long as a wrong password. */
const NOBODY = `scrypt$${COST.N}$${COST.r}$${COST.p}$nobody$${Buffer.alloc(LENGTH).toString('base64url')}`;

/** Does the password match what was stored? `stored` is null for a user who does not exist. */
export async function passwordFits(password: string, stored: string | null): Promise<boolean> {
  const [, n, r, p, salt = '', expected = ''] = (stored ?? NOBODY).split('$');
  const isDigest = expected.startsWith(DIGEST);
  const wanted = Buffer.from(isDigest ? expected.slice(DIGEST.length) : expected, 'base64url');
  const key = await derive(password, salt, wanted.length, { N: Number(n), r: Number(r), p: Number(p) });
  const got = isDigest ? digestOf(password, salt) : key;
  // Two empty hashes are equal.
  return got.length === wanted.length && timingSafeEqual(got, wanted) && wanted.length > 0 && stored !== null;
}
