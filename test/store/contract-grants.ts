import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuthorizationCode, RefreshToken } from '../../src/services/runai/collections/grant-rows.ts';
import type { Grants } from '../../src/services/runai/collections/grants.ts';
import type { Premise } from '../../src/services/runai/collections/identities.ts';
import { NotFound, StaleDecision } from '../../src/store/errors.ts';
import type { Instant } from '../../src/time/clock.ts';
import type { FullStore as Store } from '../support/nouns.ts';
import { ALL, keptSeed, NOON, people, presentedToken, refreshToken } from '../support/records.ts';
import type { Bench } from './contract.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** When access tokens that were made at noon have expired. */
const LATER = NOON + HOUR;

/** A code of a login of Ada's that lasts a minute, but for what is given. */
function code(hash: string, given: Partial<AuthorizationCode> = {}): AuthorizationCode {
  return {
    hash,
    family: `family-of-${hash}`,
    subject: 'ada',
    clientId: 'cli',
    scope: 'openid email',
    authTime: NOON - 5,
    redirectUri: 'http://localhost:8000/callback',
    challenge: null,
    nonce: null,
    expiresAt: NOON + 60_000,
    ...given,
  };
}

const loginOf = ({ hash: _, expiresAt: _end, ...login }: RefreshToken) => login;

/** What `src/services/runai/collections/grants.ts` promises beyond refresh tokens that are used one after the other. */
export function grantsContract(kind: string, benchOf: () => Promise<Bench>): void {
  describe(`${kind}, grants:`, () => {
    let bench: Bench;

    beforeEach(async () => {
      bench = await benchOf();
    });
    afterEach(() => bench.end());

    /** What is true of a store at once has to be true after the next step too. */
    const nowAndLater = async (store: Store, check: (grants: Grants) => Promise<void>) => {
      await check(store.grants);
      await check((await bench.next()).grants);
    };

    /** A store in which the people live, with these logins and codes. */
    const holding = async (...given: readonly (RefreshToken | AuthorizationCode)[]) => {
      const store = await bench.next();
      await store.world.load(keptSeed, people);
      for (const one of given) {
        if ('redirectUri' in one) await store.grants.issueCode(one, NOON);
        else await store.grants.issue(one, NOON);
      }
      return bench.next();
    };

    /** Uses a refresh token up, at noon. */
    const use = (grants: Grants, hash: string, successor: string, clientId: string | null = null) =>
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
      ])('%s is redeemed whole', async (_what, given) => {
        const { grants } = await holding(code('first', given));

        expect(await redeem(grants, 'first')).toEqual({ outcome: 'redeemed', code: code('first', given) });
      });

      it('that was never issued is unknown', async () => {
        const { grants } = await holding(code('first'));

        expect(await redeem(grants, 'FIRST')).toEqual({ outcome: 'unknown' });
        expect(await redeem(grants, '')).toEqual({ outcome: 'unknown' });
      });

      it('counts until the moment it expires, not at it', async () => {
        const { grants } = await holding(
          code('late', { expiresAt: NOON + 10 }),
          code('in-time', { expiresAt: NOON + 10 }),
        );

        expect(await redeem(grants, 'late', NOON + 10)).toEqual({ outcome: 'expired' });
        expect(await redeem(grants, 'in-time', NOON + 9)).toMatchObject({ outcome: 'redeemed' });
      });

      it('is used up by being presented too late, as by being redeemed', async () => {
        const store = await holding(code('late', { expiresAt: NOON }), code('good'));
        await redeem(store.grants, 'late');
        await redeem(store.grants, 'good');

        await nowAndLater(store, async (grants) => {
          expect(await redeem(grants, 'late', NOON - 1)).toEqual({ outcome: 'reused' });
          expect(await redeem(grants, 'good')).toEqual({ outcome: 'reused' });
        });
      });

      it('that is presented again ends all that came of it, and nothing else', async () => {
        const store = await holding(
          code('first'),
          code('other'),
          refreshToken('of-other', { family: 'family-of-other' }),
        );
        await redeem(store.grants, 'first');
        await store.grants.issue(refreshToken('of-first', { family: 'family-of-first' }), NOON);
        await use(store.grants, 'of-first', 'next');
        expect(await store.grants.isRevoked(['family-of-first'])).toBe(false);
        await redeem(store.grants, 'first');

        await nowAndLater(store, async (grants) => {
          expect(await grants.isRevoked(['family-of-first'])).toBe(true);
          expect(await grants.findActive(presentedToken('next'), NOON)).toBeNull();
          expect(await use(grants, 'next', 'one-more')).toEqual({ outcome: 'revoked' });
          expect(await grants.isRevoked(['family-of-other'])).toBe(false);
          expect(await grants.findActive(presentedToken('of-other', 'other'), NOON)).not.toBeNull();
        });
        expect(await redeem((await bench.next()).grants, 'other')).toMatchObject({ outcome: 'redeemed' });
      });

      it('is redeemed by one of many at once', async () => {
        const { grants } = await holding(code('first'));
        const all = await Promise.all(Array.from({ length: 10 }, () => redeem(grants, 'first')));

        expect(all.filter(({ outcome }) => outcome === 'redeemed')).toHaveLength(1);
        expect(all.filter(({ outcome }) => outcome === 'reused')).toHaveLength(9);
      });

      it('that expired is known for a day more, and then swept by the next one', async () => {
        const store = await holding(code('swept', { expiresAt: NOON }), code('kept', { expiresAt: NOON + 1 }));
        await redeem(store.grants, 'swept');
        await redeem(store.grants, 'kept');
        await store.grants.issueCode(code('new', { expiresAt: NOON + 2 * DAY }), NOON + DAY);

        await nowAndLater(store, async (grants) => {
          expect(await redeem(grants, 'swept', NOON + DAY)).toEqual({ outcome: 'unknown' });
          expect(await redeem(grants, 'kept', NOON + DAY)).toEqual({ outcome: 'reused' });
        });
        expect(await redeem((await bench.next()).grants, 'new', NOON + DAY)).toMatchObject({ outcome: 'redeemed' });
      });
    });

    describe('a refresh token that can be used', () => {
      it('is told whole, with everything of its login', async () => {
        const given = { clientId: 'cli', scope: 'openid profile', authTime: NOON - 7, expiresAt: NOON + 1 };
        const store = await holding(refreshToken('first', given));

        await nowAndLater(store, async (grants) => {
          expect(await grants.findActive(presentedToken('first'), NOON)).toEqual(refreshToken('first', given));
        });
      });

      it('is the last of its login: one that was used is none', async () => {
        const store = await holding(refreshToken('first', { scope: 'openid' }));
        await use(store.grants, 'first', 'second');

        await nowAndLater(store, async (grants) => {
          expect(await grants.findActive(presentedToken('first'), NOON)).toBeNull();
          expect(await grants.findActive(presentedToken('second'), NOON)).toEqual({
            ...refreshToken('first', { scope: 'openid' }),
            hash: 'second',
            expiresAt: NOON + 2 * HOUR,
          });
        });
      });

      it('is none that was never issued, and none whose time has come', async () => {
        const { grants } = await holding(refreshToken('first', { expiresAt: NOON + 10 }));

        expect(await grants.findActive(presentedToken('nothing'), NOON)).toBeNull();
        expect(await grants.findActive(presentedToken('first'), NOON + 9)).not.toBeNull();
        expect(await grants.findActive(presentedToken('first'), NOON + 10)).toBeNull();
      });
    });

    describe('a refresh token of a client', () => {
      const bound = refreshToken('first', { clientId: 'cli' });
      const anyClient = { hash: 'first', family: 'family-of-first', clientId: null, anyClient: true };
      const next = { hash: 'second', expiresAt: NOON + 2 * HOUR };

      it('counts where no client is asked for, and its successor stays bound', async () => {
        const store = await holding(bound);
        expect(await store.grants.rotate(anyClient, next, NOON, LATER)).toEqual({
          outcome: 'rotated',
          login: loginOf(bound),
        });

        expect(await use((await bench.next()).grants, 'second', 'third')).toEqual({ outcome: 'other_client' });
        expect(await use((await bench.next()).grants, 'second', 'third', 'cli')).toMatchObject({ outcome: 'rotated' });
      });

      it('ends its login when it is used again there', async () => {
        const store = await holding(bound);
        await store.grants.rotate(anyClient, next, NOON, LATER);
        expect(await store.grants.rotate(anyClient, { ...next, hash: 'third' }, NOON, LATER)).toEqual({
          outcome: 'reused',
        });

        await nowAndLater(store, async (grants) => {
          expect(await grants.isRevoked([bound.family])).toBe(true);
          expect(await use(grants, 'second', 'fourth', 'cli')).toEqual({ outcome: 'revoked' });
        });
      });

      it('is refused to another client without anything else coming of it', async () => {
        const { grants } = await holding(bound);
        await grants.rotate({ ...anyClient, anyClient: false }, next, NOON, LATER);

        expect(await grants.findActive(presentedToken('first'), NOON)).toEqual(bound);
        expect(await grants.findActive(presentedToken('second'), NOON)).toBeNull();
        expect(await grants.isRevoked([bound.family])).toBe(false);
      });
    });

    it('a refresh token that is used again ends the access tokens of its login, too', async () => {
      const store = await holding(refreshToken('first'), refreshToken('other'));
      await use(store.grants, 'first', 'second');
      await use(store.grants, 'first', 'third');

      await nowAndLater(store, async (grants) => {
        expect(await grants.isRevoked(['family-of-first'])).toBe(true);
        expect(await grants.isRevoked(['family-of-other'])).toBe(false);
      });
    });

    it('however often a login is continued, it is one row, and its first token is still known as used', async () => {
      const store = await holding(refreshToken('first'), refreshToken('other'));
      const tokens = ['first', ...Array.from({ length: 200 }, (_, number) => `next-${number}`)];
      for (const [number, hash] of tokens.slice(0, -1).entries()) {
        await use(store.grants, hash, tokens[number + 1] as string);
      }

      expect(await store.world.counts()).toMatchObject({ refreshTokens: 2 });
      expect(await use((await bench.next()).grants, 'first', 'one-more')).toEqual({ outcome: 'reused' });
      expect(await use((await bench.next()).grants, 'next-199', 'one-more')).toEqual({ outcome: 'revoked' });
    });

    describe('what a login rests on', () => {
      const begin = {
        'a refresh token': (store: Store, premise?: Premise) =>
          store.grants.issue(refreshToken('first'), NOON, premise),
        'a code': (store: Store, premise?: Premise) => store.grants.issueCode(code('first'), NOON, premise),
      };
      const nothingIssued = (store: Store) =>
        nowAndLater(store, async (grants) => {
          expect(await grants.findActive(presentedToken('first'), NOON)).toBeNull();
          expect(await redeem(grants, 'first')).toEqual({ outcome: 'unknown' });
        });

      describe.each(Object.entries(begin))('%s', (_what, issue) => {
        it('of somebody who was deleted is NotFound', async () => {
          const store = await holding();
          await store.identities.delete('ada');

          await expect(issue(store)).rejects.toBeInstanceOf(NotFound);
          await nothingIssued(store);
        });

        it('of somebody who was disabled is Outdated', async () => {
          const store = await holding();
          await store.identities.edit('ada', { enabled: false }, NOON);

          await expect(issue(store)).rejects.toBeInstanceOf(StaleDecision);
          await nothingIssued(store);
        });

        it('for a password that is another by now is Outdated', async () => {
          const store = await holding();
          await store.identities.edit('ada', { passwordHash: 'scrypt-of-another' }, NOON);

          await expect(issue(store, { passwordHash: 'scrypt-of-ada' })).rejects.toBeInstanceOf(StaleDecision);
          await nothingIssued(store);
        });

        it('for the password there is counts', async () => {
          const store = await holding();
          await issue(store, { passwordHash: 'scrypt-of-ada' });

          const isThere =
            (await store.grants.findActive(presentedToken('first'), NOON)) !== null ||
            (await redeem(store.grants, 'first')).outcome === 'redeemed';
          expect(isThere).toBe(true);
        });
      });

      it('a refresh token of a login that was ended since is one that was revoked', async () => {
        const store = await holding(code('first'));
        await redeem(store.grants, 'first');
        await redeem(store.grants, 'first');
        const late = refreshToken('late', { family: 'family-of-first' });

        await store.grants.issue(late, NOON);
        expect(await store.grants.findActive(presentedToken('late', 'late'), NOON)).toBeNull();
        expect(await use(store.grants, 'late', 'next')).toEqual({ outcome: 'revoked' });
      });
    });

    describe('the login of a refresh token', () => {
      const first = refreshToken('first', { clientId: 'cli', scope: 'openid' });
      const known = ({ grants }: Store, hash = 'first') => grants.loginOf({ hash, family: 'family-of-first' });

      it.each<[string, (store: Store) => Promise<unknown>]>([
        ['can be used', async () => {}],
        ['was used', ({ grants }) => use(grants, 'first', 'second', 'cli')],
        ['was revoked', ({ grants }) => grants.end(first.family, NOON, LATER)],
      ])('is told of one that %s', async (_what, happens) => {
        const store = await holding(first);
        await happens(store);

        expect(await known(store)).toEqual(loginOf(first));
        expect(await known(await bench.next())).toEqual(loginOf(first));
      });

      it('is null for one that is unknown, or whose owner is gone', async () => {
        const store = await holding(first);

        expect(await store.grants.loginOf({ hash: 'nothing', family: 'family-of-nothing' })).toBeNull();
        await store.identities.delete('ada');
        expect(await known(store)).toBeNull();
      });
    });

    describe('ending a login', () => {
      it('ends its refresh tokens and its access tokens, and no other login', async () => {
        const store = await holding(refreshToken('first'), refreshToken('other'));
        await use(store.grants, 'first', 'second');
        await store.grants.isRevoked(['family-of-first']);
        await store.grants.end('family-of-first', NOON, LATER);

        await nowAndLater(store, async (grants) => {
          expect(await grants.findActive(presentedToken('second'), NOON)).toBeNull();
          expect(await use(grants, 'second', 'third')).toEqual({ outcome: 'revoked' });
          expect(await grants.isRevoked(['family-of-first'])).toBe(true);
          expect(await grants.findActive(presentedToken('other', 'other'), NOON)).not.toBeNull();
          expect(await grants.isRevoked(['family-of-other'])).toBe(false);
          expect(await grants.findExpiredBetween(NOON, NOON + DAY, ALL)).toEqual([
            { subject: 'ada', expiresAt: refreshToken('other').expiresAt },
          ]);
        });
      });

      it('that has no refresh token ends its access tokens', async () => {
        const store = await holding();
        await store.grants.end('family', NOON, LATER);

        await nowAndLater(store, async (grants) => expect(await grants.isRevoked(['family'])).toBe(true));
      });

      it('of somebody ends every one of theirs, and none of anybody else', async () => {
        const store = await holding(
          refreshToken('first'),
          refreshToken('second', { clientId: 'cli' }),
          refreshToken('robots', { subject: 'app' }),
        );
        await use(store.grants, 'first', 'successor');
        await store.grants.endAllOf('ada', NOON, LATER);

        await nowAndLater(store, async (grants) => {
          for (const hash of ['first', 'successor', 'second'])
            expect(await grants.findActive(presentedToken(hash, hash), NOON), hash).toBeNull();
          expect(await grants.isRevoked(['family-of-first'])).toBe(true);
          expect(await grants.isRevoked(['family-of-second'])).toBe(true);
          expect(await grants.findActive(presentedToken('robots', 'robots'), NOON)).not.toBeNull();
          expect(await grants.isRevoked(['family-of-robots'])).toBe(false);
        });
      });

      it('of somebody ends none that begins later', async () => {
        const store = await holding(refreshToken('first'));
        await store.grants.endAllOf('ada', NOON, LATER);
        await store.grants.issue(refreshToken('later'), NOON);

        await nowAndLater(store, async (grants) => {
          expect(await grants.findActive(presentedToken('later', 'later'), NOON)).toEqual(refreshToken('later'));
          expect(await grants.isRevoked(['family-of-later'])).toBe(false);
        });
      });

      it('of somebody ends those whose names were revoked before and are past, too', async () => {
        const store = await holding();
        for (const hash of ['first', 'second', 'third']) {
          await store.grants.revoke(`family-of-${hash}`, NOON, NOON + 10);
          await store.grants.issue(refreshToken(hash), NOON + 10);
        }
        await store.grants.revoke('past', NOON, NOON + 10);
        await store.grants.endAllOf('ada', NOON + 10, LATER);

        await nowAndLater(store, async (grants) => {
          for (const hash of ['first', 'second', 'third']) {
            expect(await grants.findActive(presentedToken(hash, hash), NOON + 10), hash).toBeNull();
            expect(await grants.isRevoked([`family-of-${hash}`]), hash).toBe(true);
          }
          expect(await grants.isRevoked(['past'])).toBe(false);
        });
      });

      it('of somebody without one changes nothing', async () => {
        const { grants } = await holding(refreshToken('first'));
        await grants.endAllOf('bo', NOON, LATER);
        await grants.endAllOf('nobody', NOON, LATER);

        expect(await grants.findActive(presentedToken('first'), NOON)).not.toBeNull();
      });
    });

    describe('a name that access tokens carry', () => {
      it.each([
        ['itself', ['jti'], true],
        ['itself among others', ['other', 'jti'], true],
        ['another', ['other'], false],
        ['another case', ['JTI'], false],
        ['nothing', [], false],
      ])('is revoked for a token that carries %s', async (_what, names, expected) => {
        const store = await holding();
        expect(await store.grants.isRevoked(names)).toBe(false);
        await store.grants.revoke('jti', NOON, LATER);

        await nowAndLater(store, async (grants) => expect(await grants.isRevoked(names)).toBe(expected));
      });

      it('is kept until the tokens have expired, and then swept by the next one', async () => {
        const store = await holding();
        await store.grants.revoke('short', NOON, NOON + 10);
        await store.grants.revoke('long', NOON, NOON + 11);
        await store.grants.revoke('next', NOON + 10, NOON + 20);

        await nowAndLater(store, async (grants) => {
          expect(await grants.isRevoked(['short'])).toBe(false);
          expect(await grants.isRevoked(['long'])).toBe(true);
          expect(await grants.isRevoked(['next'])).toBe(true);
        });
      });

      it('may be revoked by many at once', async () => {
        const store = await holding();
        await Promise.all(Array.from({ length: 10 }, () => store.grants.revoke('jti', NOON, LATER)));

        await nowAndLater(store, async (grants) => expect(await grants.isRevoked(['jti'])).toBe(true));
      });

      it('that is revoked again is kept until the later end', async () => {
        const store = await holding();
        await store.grants.revoke('jti', NOON, NOON + 10);
        await store.grants.revoke('jti', NOON + 5, NOON + 50);
        await store.grants.revoke('next', NOON + 10, NOON + 60);

        await nowAndLater(store, async (grants) => expect(await grants.isRevoked(['jti'])).toBe(true));
      });
    });

    it('another world knows none of this', async () => {
      const store = await holding(code('first'), refreshToken('token'));
      await store.grants.revoke('jti', NOON, LATER);
      await store.grants.isRevoked(['jti']);
      await store.world.load(keptSeed, people);

      await nowAndLater(store, async (grants) => {
        expect(await grants.isRevoked(['jti'])).toBe(false);
        expect(await grants.findActive(presentedToken('token', 'token'), NOON)).toBeNull();
        expect(await redeem(grants, 'first')).toEqual({ outcome: 'unknown' });
      });
    });
  });
}
