import { describe, expect, it } from 'vitest';
import type { Instant } from '../../src/lib/clock.ts';
import type { FullStore as Store } from '../support/nouns.ts';
import { ALL, keptSeed, NOON, people, presentedToken, refreshToken } from '../support/records.ts';
import { useBench } from './bench.ts';
import type { Bench } from './contract.ts';

const HOUR = 3_600_000;
const THIRTY_DAYS = 720 * HOUR;
/** The time at which access tokens of these logins have expired. */
const LATER = NOON + 2 * HOUR;

const createSuccessor = (hash: string, expiresAt: Instant = LATER) => ({ hash, expiresAt });

/** Tests of the rotation and expiry of refresh tokens in `src/services/runai/collections/grants.ts`, for every adapter. */
export function refreshTokensContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, refresh tokens:`, () => {
    const bench = useBench(benchOf);

    const openWithPeople = async () => {
      const store = await bench.next();
      await store.world.load(keptSeed, people);
      return bench.next();
    };

    /** Rotates a token that is bound to no client. */
    const rotate = ({ grants }: Store, hash: string, successor: string, now: Instant = NOON, login = 'first') =>
      grants.rotate({ ...presentedToken(hash, login), clientId: null }, createSuccessor(successor), now, LATER);
    /** Rotates a token of the first login that a client presents. */
    const rotateFor = (clientId: string | null, { grants }: Store, hash: string, successor: string) =>
      grants.rotate({ ...presentedToken(hash, 'first'), clientId }, createSuccessor(successor), NOON, LATER);
    const openWithLogin = async (overrides: Parameters<typeof refreshToken>[1] = {}) => {
      const store = await openWithPeople();
      await store.grants.issue(refreshToken('first', overrides), NOON);
      return bench.next();
    };

    it('accepts a token until the moment of its expiry, exclusive', async () => {
      const store = await openWithLogin({ expiresAt: NOON + HOUR });

      expect(await rotate(store, 'first', 'second', NOON + HOUR)).toEqual({ outcome: 'expired' });
      expect(await rotate(await bench.next(), 'first', 'second', NOON + HOUR - 1)).toMatchObject({
        outcome: 'rotated',
      });
    });

    it('gives a successor its own expiry', async () => {
      await rotate(await openWithLogin(), 'first', 'second');
      const store = await bench.next();

      expect(await rotate(store, 'second', 'third', NOON + 2 * HOUR)).toEqual({ outcome: 'expired' });
      expect(await rotate(store, 'second', 'third', NOON + 2 * HOUR - 1)).toMatchObject({ outcome: 'rotated' });
    });

    it('revokes the family also when a used token is presented again after its expiry', async () => {
      const store = await openWithLogin({ expiresAt: NOON + HOUR });
      await rotate(store, 'first', 'second');

      expect(await rotate(await bench.next(), 'first', 'third', NOON + HOUR + 1)).toEqual({ outcome: 'reused' });
      expect(await rotate(await bench.next(), 'second', 'fourth', NOON + HOUR + 1)).toEqual({ outcome: 'revoked' });
    });

    it('does not revoke a family when another client presents a used token', async () => {
      const store = await openWithLogin({ clientId: 'cli' });
      await rotateFor('cli', store, 'first', 'second');

      expect(await rotateFor('other', store, 'first', 'third')).toEqual({ outcome: 'other_client' });
      expect(await rotateFor('cli', store, 'second', 'third')).toMatchObject({ outcome: 'rotated' });
    });

    describe('findExpiredBetween', () => {
      const openWithExpiring = async () => {
        const store = await openWithPeople();
        const ends: [string, Instant][] = [
          ['third', NOON + 300],
          ['first', NOON + 100],
          ['second', NOON + 200],
        ];
        for (const [hash, expiresAt] of ends) {
          await store.grants.issue(refreshToken(hash, { subject: hash === 'second' ? 'app' : 'ada', expiresAt }), NOON);
        }
        return bench.next();
      };
      const first = { subject: 'ada', expiresAt: NOON + 100 };
      const second = { subject: 'app', expiresAt: NOON + 200 };
      const third = { subject: 'ada', expiresAt: NOON + 300 };
      const spans: [from: number, to: number, expected: object[]][] = [
        [0, 1000, [first, second, third]],
        [100, 300, [second, third]],
        [99, 299, [first, second]],
        [100, 100, []],
        [301, 1000, []],
      ];

      it.each(spans)('returns tokens that expire in (%i, %i], earliest first', async (from, to, expected) => {
        const { grants } = await openWithExpiring();

        expect(await grants.findExpiredBetween(NOON + from, NOON + to, ALL)).toEqual(expected);
      });

      it('returns successors instead of used tokens', async () => {
        const store = await openWithExpiring();
        await store.grants.rotate(
          { hash: 'second', family: 'family-of-second', clientId: null },
          createSuccessor('fourth', NOON + 250),
          NOON,
          LATER,
        );

        expect(await (await bench.next()).grants.findExpiredBetween(NOON, NOON + 1000, ALL)).toEqual([
          first,
          { subject: 'app', expiresAt: NOON + 250 },
          third,
        ]);
      });
    });

    it('removes tokens that expired 30 days ago when a login is issued', async () => {
      let store = await openWithLogin({ expiresAt: NOON + 100 });
      await store.grants.issue(refreshToken('longer', { expiresAt: NOON + 201 }), NOON);
      await store.grants.issue(refreshToken('exact', { expiresAt: NOON + 200 }), NOON);
      store = await bench.next();
      await store.grants.issue(refreshToken('new'), NOON + 200 + THIRTY_DAYS);
      store = await bench.next();

      expect(await store.world.counts()).toMatchObject({ refreshTokens: 2 });
      expect(await rotate(store, 'first', 'any', NOON + 200)).toEqual({ outcome: 'unknown' });
      expect(await rotate(store, 'longer', 'any', NOON + 200, 'longer')).toMatchObject({ outcome: 'rotated' });
    });
  });
}
