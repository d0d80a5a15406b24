import type { Instant } from '../../core/clock.ts';
import { type Change, type Collections, type Expectation, NEW, type Revision } from '../collections.ts';
import { NotFound, Outdated } from '../errors.ts';
import type { Grants, Login, Premise, PresentedToken, Redemption } from '../grants.ts';
import { updating } from '../updating.ts';
import { CODES, ENDED_LOGINS, IDENTITIES, LOGINS, loginRow, REVOKED_NAMES, tokenHash, tokenLine } from './records.ts';

/** How long an expired code is remembered, so that its second use can be told apart from an invented code. */
const CODE_KEPT_MS = 86_400_000;
/** The same for refresh tokens: a logout ends the access tokens of their logins, which may live longer. */
const TOKEN_KEPT_MS = 2_592_000_000;

/** What is committed together. */
interface Commit {
  readonly changes: readonly Change[];
  readonly expects: readonly Expectation[];
}

export function grantsOn(rows: Collections): Grants {
  /** The names that are revoked, and the revision at which they were read: every request asks for them. */
  let revoked: { readonly names: ReadonlySet<string>; readonly revision: Revision } | null = null;

  /** The subject, if it may have what depends on the premise. @throws NotFound, Outdated */
  const checked = async (subject: string, { passwordHash }: Premise): Promise<Expectation> => {
    const row = await IDENTITIES.byId(rows, subject);
    if (row === null) throw new NotFound();
    const isOther = passwordHash !== undefined && passwordHash !== row.body.passwordHash;
    if (!row.body.enabled || isOther) throw new Outdated();
    return IDENTITIES.still(row, subject);
  };

  /** What revokes names, and sweeps those that are past; one that is both stays. */
  const revocations = async (names: readonly string[], now: Instant, until: Instant): Promise<Commit> => {
    const again = new Set(names);
    const past = (await REVOKED_NAMES.swept(rows, now)).filter(({ id }) => !again.has(id));
    const puts: Change[] = [];
    const expects: Expectation[] = [];
    for (const id of names) {
      const before = await REVOKED_NAMES.byId(rows, id);
      const revision = before?.revision ?? NEW;
      const row = REVOKED_NAMES.row({ id, owner: '', parent: null, dueAt: until, body: null, revision });
      puts.push(REVOKED_NAMES.put(row));
      // Somebody else may be the first to revoke it, which is a reason to try again.
      expects.push(REVOKED_NAMES.still(before, id));
    }
    return { changes: [...past, ...puts], expects };
  };

  /** What ends logins, those of them that there are, and the access tokens that came from them. */
  const ending = async (families: readonly string[], now: Instant, until: Instant): Promise<Commit> => {
    const moved: Change[] = [];
    for (const family of families) {
      const login = await LOGINS.byId(rows, family);
      if (login !== null) moved.push(LOGINS.removed(login), ENDED_LOGINS.put(loginRow(ENDED_LOGINS, login.body)));
    }
    const { changes, expects } = await revocations(families, now, until);
    return { changes: [...moved, ...changes], expects };
  };

  /** The login of a token, whether it goes on, and whether the token is its newest. */
  const presentedOf = async ({ hash, line }: PresentedToken) => {
    for (const alias of [tokenHash(hash), tokenLine(line)]) {
      const active = await LOGINS.byAlias(rows, alias);
      const login = active ?? (await ENDED_LOGINS.byAlias(rows, alias));
      if (login !== null) return { login, isActive: active !== null, isNewest: login.body.hash === hash };
    }
    return null;
  };

  return {
    issueCode: (code, now, premise = {}) =>
      updating(rows, async () => {
        const subject = await checked(code.subject, premise);
        const past = await CODES.swept(rows, now - CODE_KEPT_MS);
        const row = CODES.row({
          id: code.hash,
          owner: code.subject,
          parent: null,
          dueAt: code.expiresAt,
          body: { ...code, usedAt: null },
        });
        await rows.commit([...past, CODES.put(row)], [subject]);
      }),
    redeemCode: (hash, now, until) =>
      updating(rows, async (): Promise<Redemption> => {
        const row = await CODES.byId(rows, hash);
        if (row === null) return { outcome: 'unknown' };
        const { usedAt, ...code } = row.body;
        if (usedAt !== null) {
          const { changes, expects } = await ending([code.family], now, until);
          await rows.commit(changes, [CODES.still(row, hash), ...expects]);
          return { outcome: 'reused' };
        }
        await rows.commit([CODES.put({ ...row, body: { ...row.body, usedAt: now } })]);
        return code.expiresAt <= now ? { outcome: 'expired' } : { outcome: 'redeemed', code };
      }),
    issue: (token, now, premise = {}) =>
      updating(rows, async () => {
        const subject = await checked(token.subject, premise);
        const ended = await REVOKED_NAMES.byId(rows, token.family);
        const isEnded = ended?.dueAt != null && ended.dueAt > now;
        const kind = isEnded ? ENDED_LOGINS : LOGINS;
        const past = [LOGINS, ENDED_LOGINS].map((collection) => collection.swept(rows, now - TOKEN_KEPT_MS));
        const changes = [...(await Promise.all(past)).flat(), kind.put(loginRow(kind, token))];
        await rows.commit(changes, [subject, REVOKED_NAMES.still(ended, token.family)]);
      }),
    rotate: (presented, next, now, until) =>
      updating(rows, async () => {
        const found = await presentedOf(presented);
        if (found === null) return { outcome: 'unknown' };
        const { login, isActive, isNewest } = found;
        const { clientId, family, expiresAt } = login.body;
        const isOthers = clientId !== null && clientId !== presented.clientId;
        if (isOthers && presented.anyClient !== true) return { outcome: 'other_client' };
        if (!isNewest) {
          const { changes, expects } = await ending([family], now, until);
          await rows.commit(changes, expects);
          return { outcome: 'reused' };
        }
        if (!isActive) return { outcome: 'revoked' };
        if (expiresAt <= now) return { outcome: 'expired' };
        await rows.commit([LOGINS.put({ ...loginRow(LOGINS, { ...login.body, ...next }), revision: login.revision })]);
        return { outcome: 'rotated', login: loginOf(login.body) };
      }),
    active: async (hash, now) => {
      const token = (await LOGINS.byAlias(rows, tokenHash(hash)))?.body;
      return token === undefined || token.expiresAt <= now ? null : token;
    },
    loginOf: async (presented) => {
      const found = await presentedOf(presented);
      return found === null ? null : loginOf(found.login.body);
    },
    end: (family, now, until) =>
      updating(rows, async () => {
        const { changes, expects } = await ending([family], now, until);
        await rows.commit(changes, expects);
      }),
    endAllOf: (subject, now, until) =>
      updating(rows, async () => {
        const [logins, codes] = [await LOGINS.listOf(rows, subject), await CODES.listOf(rows, subject)];
        const families = logins.rows.map(({ id }) => id);
        const { changes, expects } = await ending(families, now, until);
        const used = codes.rows
          .filter(({ body }) => body.usedAt === null)
          .map((row) => CODES.put({ ...row, body: { ...row.body, usedAt: now } }));
        const same = [
          { collection: LOGINS.name, owner: subject, revision: logins.revision },
          { collection: CODES.name, owner: subject, revision: codes.revision },
        ];
        await rows.commit([...changes, ...used], [...same, ...expects]);
      }),
    revoke: (name, now, until) =>
      updating(rows, async () => {
        const { changes, expects } = await revocations([name], now, until);
        await rows.commit(changes, expects);
      }),
    isRevoked: async (carried) => {
      const { rows: found, revision } = await REVOKED_NAMES.all(rows);
      if (revoked?.revision !== revision) revoked = { names: new Set(found.map(({ id }) => id)), revision };
      const { names } = revoked;
      return names.size > 0 && carried.some((name) => names.has(name));
    },
    expiredBetween: async (from, to, limit) => {
      const expired = await LOGINS.dueBetween(rows, from, to, limit);
      return expired.map(({ body: { subject, expiresAt } }) => ({ subject, expiresAt }));
    },
  };
}

function loginOf({ family, subject, clientId, scope, authTime }: Login): Login {
  return { family, subject, clientId, scope, authTime };
}
