import { describe, expect, it } from 'vitest';
import type { Instant } from '../../src/lib/clock.ts';
import type { AuthorizationCode, RefreshToken } from '../../src/services/runai/collections/grant-rows.ts';
import type { Grants } from '../../src/services/runai/collections/grants.ts';
import type { Premise } from '../../src/services/runai/collections/identities.ts';
import { NotFound, StaleDecision } from '../../src/store/errors.ts';
import type { FullStore as Store } from '../support/nouns.ts';
import { keptSeed, NOON, people, presentedToken, refreshToken } from '../support/records.ts';
import { useBench } from './bench.ts';
import type { Bench } from './contract.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The time at which access tokens of noon have expired. */
const LATER = NOON + HOUR;

/** Creates a code of a login of Ada that lasts a minute. */
function createCode(hash: string, overrides: Partial<AuthorizationCode> = {}): AuthorizationCode {
  return {
    hash,
    family: `family-of-${hash}`,
    subject: 'ada',
    clientId: 'cli',
    scope: 'openid email',
    authTime: NOON - 5,
    redirectUri: 'http://localhost:8000/callback',
    origin: 'http://localhost:6625',
    challenge: null,
    nonce: null,
    expiresAt: NOON + 60_000,
    ...overrides,
  };
}

const loginOf = ({ hash: _, expiresAt: _end, ...login }: RefreshToken) => login;

/** Tests of `src/services/runai/collections/grants.ts`, for every adapter. */
export function grantsContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, grants:`, () => {
    const bench = useBench(benchOf);

    const checkNowAndLater = (store: Store, check: (grants: Grants) => Promise<void>) =>
      bench.checkNowAndLater(store, ({ grants }) => check(grants));

    /** Opens a store with users, and with these logins and codes. */
    const openWith = async (...grants: readonly (RefreshToken | AuthorizationCode)[]) => {
      const store = await bench.next();
      await store.world.load(keptSeed, people);
      for (const grant of grants) {
        if ('redirectUri' in grant) await store.grants.issueCode(grant, NOON);
        else await store.grants.issue(grant, NOON);
      }
      return bench.next();
    };

    /** Rotates a refresh token at noon. */
    const rotate = (grants: Grants, hash: string, successor: string, clientId: string | null = null) =>
      grants.rotate(
        { hash, family: 'family-of-first', clientId },
        { hash: successor, expiresAt: NOON + 2 * HOUR },
        NOON,
        LATER,
      );
    const redeem = (grants: Grants, hash: string, now: Instant = NOON) => grants.redeemCode(hash, now, LATER);

    describe('a code', () => {
      it.each([
        ['without challenge and nonce', {}],
        ['with both', { challenge: 'S256-of-a-verifier', nonce: 'n-0S6_WzA2Mj', scope: '' }],
      ])('%s is redeemed with all members', async (_title, members) => {
        const { grants } = await openWith(createCode('first', members));

        expect(await redeem(grants, 'first')).toEqual({ outcome: 'redeemed', code: createCode('first', members) });
      });

      it('is accepted until the moment of its expiry, exclusive', async () => {
        const { grants } = await openWith(
          createCode('late', { expiresAt: NOON + 10 }),
          createCode('in-time', { expiresAt: NOON + 10 }),
        );

        expect(await redeem(grants, 'late', NOON + 10)).toEqual({ outcome: 'expired' });
        expect(await redeem(grants, 'in-time', NOON + 9)).toMatchObject({ outcome: 'redeemed' });
      });

      it('is kept for a day after its expiry, and then removed when another code is issued', async () => {
        const store = await openWith(
          createCode('swept', { expiresAt: NOON }),
          createCode('kept', { expiresAt: NOON + 1 }),
        );
        await redeem(store.grants, 'swept');
        await redeem(store.grants, 'kept');
        await store.grants.issueCode(createCode('new', { expiresAt: NOON + 2 * DAY }), NOON + DAY);

        await checkNowAndLater(store, async (grants) => {
          expect(await redeem(grants, 'swept', NOON + DAY)).toEqual({ outcome: 'unknown' });
          expect(await redeem(grants, 'kept', NOON + DAY)).toEqual({ outcome: 'reused' });
        });
        expect(await redeem((await bench.next()).grants, 'new', NOON + DAY)).toMatchObject({ outcome: 'redeemed' });
      });
    });

    describe('findActive', () => {
      it('returns a token with all members of its login', async () => {
        const members = { clientId: 'cli', scope: 'openid profile', authTime: NOON - 7, expiresAt: NOON + 1 };
        const store = await openWith(refreshToken('first', members));

        await checkNowAndLater(store, async (grants) => {
          expect(await grants.findActive(presentedToken('first'), NOON)).toEqual(refreshToken('first', members));
        });
      });

      it('returns the last token of a login, and null for used tokens', async () => {
        const store = await openWith(refreshToken('first', { scope: 'openid' }));
        await rotate(store.grants, 'first', 'second');

        await checkNowAndLater(store, async (grants) => {
          expect(await grants.findActive(presentedToken('first'), NOON)).toBeNull();
          expect(await grants.findActive(presentedToken('second'), NOON)).toEqual({
            ...refreshToken('first', { scope: 'openid' }),
            hash: 'second',
            expiresAt: NOON + 2 * HOUR,
          });
        });
      });

      it('returns null for an unknown token and for an expired token', async () => {
        const { grants } = await openWith(refreshToken('first', { expiresAt: NOON + 10 }));

        expect(await grants.findActive(presentedToken('nothing'), NOON)).toBeNull();
        expect(await grants.findActive(presentedToken('first'), NOON + 9)).not.toBeNull();
        expect(await grants.findActive(presentedToken('first'), NOON + 10)).toBeNull();
      });
    });

    it('a used refresh token that is presented again also revokes the access tokens of its login', async () => {
      const store = await openWith(refreshToken('first'), refreshToken('other'));
      await rotate(store.grants, 'first', 'second');
      await rotate(store.grants, 'first', 'third');

      await checkNowAndLater(store, async (grants) => {
        expect(await grants.isRevoked(['family-of-first'])).toBe(true);
        expect(await grants.isRevoked(['family-of-other'])).toBe(false);
      });
    });

    it('a login stays a single row after 200 rotations, and its first token is still `reused`', async () => {
      const store = await openWith(refreshToken('first'), refreshToken('other'));
      const tokens = ['first', ...Array.from({ length: 200 }, (_, number) => `next-${number}`)];
      for (const [number, hash] of tokens.slice(0, -1).entries()) {
        await rotate(store.grants, hash, tokens[number + 1] as string);
      }

      expect(await store.world.counts()).toMatchObject({ refreshTokens: 2 });
      expect(await rotate((await bench.next()).grants, 'first', 'one-more')).toEqual({ outcome: 'reused' });
      expect(await rotate((await bench.next()).grants, 'next-199', 'one-more')).toEqual({ outcome: 'revoked' });
    });

    describe('the premise of a login', () => {
      const begin = {
        'a refresh token': (store: Store, premise?: Premise) =>
          store.grants.issue(refreshToken('first'), NOON, premise),
        'a code': (store: Store, premise?: Premise) => store.grants.issueCode(createCode('first'), NOON, premise),
      };
      const expectNothingIssued = (store: Store) =>
        checkNowAndLater(store, async (grants) => {
          expect(await grants.findActive(presentedToken('first'), NOON)).toBeNull();
          expect(await redeem(grants, 'first')).toEqual({ outcome: 'unknown' });
        });

      describe.each(Object.entries(begin))('%s', (_what, issue) => {
        it('is rejected for a deleted user with NotFound', async () => {
          const store = await openWith();
          await store.identities.delete('ada');

          await expect(issue(store)).rejects.toBeInstanceOf(NotFound);
          await expectNothingIssued(store);
        });

        it('is rejected for a disabled user with StaleDecision', async () => {
          const store = await openWith();
          await store.identities.edit('ada', { enabled: false }, NOON);

          await expect(issue(store)).rejects.toBeInstanceOf(StaleDecision);
          await expectNothingIssued(store);
        });

        it('is rejected for a password that was changed with StaleDecision', async () => {
          const store = await openWith();
          await store.identities.edit('ada', { passwordHash: 'scrypt-of-another' }, NOON);

          await expect(issue(store, { passwordHash: 'scrypt-of-ada' })).rejects.toBeInstanceOf(StaleDecision);
          await expectNothingIssued(store);
        });
      });

      it('a refresh token of a revoked login is `revoked`', async () => {
        const store = await openWith(createCode('first'));
        await redeem(store.grants, 'first');
        await redeem(store.grants, 'first');
        const late = refreshToken('late', { family: 'family-of-first' });

        await store.grants.issue(late, NOON);
        expect(await store.grants.findActive(presentedToken('late', 'late'), NOON)).toBeNull();
        expect(await rotate(store.grants, 'late', 'next')).toEqual({ outcome: 'revoked' });
      });
    });

    describe('loginOf', () => {
      const first = refreshToken('first', { clientId: 'cli', scope: 'openid' });
      const readLogin = ({ grants }: Store, hash = 'first') => grants.loginOf({ hash, family: 'family-of-first' });

      it.each<[string, (store: Store) => Promise<unknown>]>([
        ['can be used', async () => {}],
        ['was used', ({ grants }) => rotate(grants, 'first', 'second', 'cli')],
        ['was revoked', ({ grants }) => grants.end(first.family, NOON, LATER)],
      ])('returns the login of a token that %s', async (_what, prepare) => {
        const store = await openWith(first);
        await prepare(store);

        expect(await readLogin(store)).toEqual(loginOf(first));
        expect(await readLogin(await bench.next())).toEqual(loginOf(first));
      });

      it('returns null for an unknown token, and for a token of a deleted owner', async () => {
        const store = await openWith(first);

        expect(await store.grants.loginOf({ hash: 'nothing', family: 'family-of-nothing' })).toBeNull();
        await store.identities.delete('ada');
        expect(await readLogin(store)).toBeNull();
      });
    });

    describe('ending a login', () => {
      it('revokes the access tokens of a login without a refresh token', async () => {
        const store = await openWith();
        await store.grants.end('family', NOON, LATER);

        await checkNowAndLater(store, async (grants) => expect(await grants.isRevoked(['family'])).toBe(true));
      });

      it('by endAllOf revokes logins after an earlier revocation of their names has expired', async () => {
        const store = await openWith();
        for (const hash of ['first', 'second', 'third']) {
          await store.grants.revoke(`family-of-${hash}`, NOON, NOON + 10);
          await store.grants.issue(refreshToken(hash), NOON + 10);
        }
        await store.grants.revoke('past', NOON, NOON + 10);
        await store.grants.endAllOf('ada', NOON + 10, LATER);

        await checkNowAndLater(store, async (grants) => {
          for (const hash of ['first', 'second', 'third']) {
            expect(await grants.findActive(presentedToken(hash, hash), NOON + 10), hash).toBeNull();
            expect(await grants.isRevoked([`family-of-${hash}`]), hash).toBe(true);
          }
          expect(await grants.isRevoked(['past'])).toBe(false);
        });
      });
    });

    describe('isRevoked', () => {
      it('returns true until the tokens have expired', async () => {
        const store = await openWith();
        await store.grants.revoke('short', NOON, NOON + 10);
        await store.grants.revoke('long', NOON, NOON + 11);
        await store.grants.revoke('next', NOON + 10, NOON + 20);

        await checkNowAndLater(store, async (grants) => {
          expect(await grants.isRevoked(['short'])).toBe(false);
          expect(await grants.isRevoked(['long'])).toBe(true);
          expect(await grants.isRevoked(['next'])).toBe(true);
        });
      });

      it('returns true after concurrent revocations of a name', async () => {
        const store = await openWith();
        await Promise.all(Array.from({ length: 10 }, () => store.grants.revoke('jti', NOON, LATER)));

        await checkNowAndLater(store, async (grants) => expect(await grants.isRevoked(['jti'])).toBe(true));
      });

      it('returns true until the later end of two revocations', async () => {
        const store = await openWith();
        await store.grants.revoke('jti', NOON, NOON + 10);
        await store.grants.revoke('jti', NOON + 5, NOON + 50);
        await store.grants.revoke('next', NOON + 10, NOON + 60);

        await checkNowAndLater(store, async (grants) => expect(await grants.isRevoked(['jti'])).toBe(true));
      });
    });
  });
}
