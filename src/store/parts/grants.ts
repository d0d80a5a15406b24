import type { Instant } from '../../core/clock.ts';
import { Derived } from '../../core/derived.ts';
import type { Change, Collections, Expectation, List, Row } from '../collections.ts';
import { NotFound, Outdated } from '../errors.ts';
import type { Grants, Login, Premise, PresentedToken, Redemption } from '../grants.ts';
import { updating } from '../updating.ts';
import { CODES, ENDED_LOGINS, IDENTITIES, LOGINS, loginRow, REVOKED_NAMES, tokenHash, tokenLine } from './records.ts';

/** How long an expired code is remembered, so that its second use can be told apart from an invented code. */
const CODE_KEPT_MS = 86_400_000;
/** The same for refresh tokens: a logout ends the access tokens of their logins, which may live longer. */
const TOKEN_KEPT_MS = 2_592_000_000;

export function grantsOn(rows: Collections): Grants {
  const names = new Derived<List<Row<null, null>>, ReadonlySet<string>>();

  /** The subject, if it may have what depends on the premise. @throws NotFound, Outdated */
  const checked = async (subject: string, { passwordHash }: Premise): Promise<Expectation> => {
    const row = await IDENTITIES.byId(rows, subject);
    if (row === null) throw new NotFound();
    const isOther = passwordHash !== undefined && passwordHash !== row.body.passwordHash;
    if (!row.body.enabled || isOther) throw new Outdated();
    return IDENTITIES.still(row, subject);
  };

  const revocation = async (name: string, now: Instant, until: Instant): Promise<readonly Change[]> => {
    const before = await REVOKED_NAMES.byId(rows, name);
    const past = (await REVOKED_NAMES.swept(rows, now)).filter((one) => one.kind === 'remove' && one.id !== name);
    const row = REVOKED_NAMES.row({ id: name, owner: '', parent: null, dueAt: until, body: null });
    return [...past, REVOKED_NAMES.put(before === null ? row : { ...row, revision: before.revision })];
  };

  /** What ends a login, if there is one, and the access tokens that came from it. */
  const ending = async (family: string, now: Instant, until: Instant): Promise<readonly Change[]> => {
    const login = await LOGINS.byId(rows, family);
    const moved = login === null ? [] : [LOGINS.removed(login), ENDED_LOGINS.put(loginRow(ENDED_LOGINS, login.body))];
    return [...moved, ...(await revocation(family, now, until))];
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
          await rows.commit(await ending(code.family, now, until), [CODES.still(row, hash)]);
          return { outcome: 'reused' };
        }
        await rows.commit([CODES.put({ ...row, body: { ...row.body, usedAt: now } })]);
        return code.expiresAt <= now ? { outcome: 'expired' } : { outcome: 'redeemed', code };
      }),
    issue: (token, now, premise = {}) =>
      updating(rows, async () => {
        const subject = await checked(token.subject, premise);
        const ended = await REVOKED_NAMES.byId(rows, token.family);
        if (ended?.dueAt != null && ended.dueAt > now) throw new Outdated();
        const past = [LOGINS, ENDED_LOGINS].map((collection) => collection.swept(rows, now - TOKEN_KEPT_MS));
        const changes = [...(await Promise.all(past)).flat(), LOGINS.put(loginRow(LOGINS, token))];
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
          await rows.commit(await ending(family, now, until));
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
        await rows.commit(await ending(family, now, until));
      }),
    endAllOf: (subject, now, until) =>
      updating(rows, async () => {
        const [logins, codes] = [await LOGINS.listOf(rows, subject), await CODES.listOf(rows, subject)];
        const ended: Change[] = [];
        for (const { id } of logins.rows) ended.push(...(await ending(id, now, until)));
        const used = codes.rows
          .filter(({ body }) => body.usedAt === null)
          .map((row) => CODES.put({ ...row, body: { ...row.body, usedAt: now } }));
        const expects = [
          { collection: LOGINS.name, owner: subject, revision: logins.revision },
          { collection: CODES.name, owner: subject, revision: codes.revision },
        ];
        await rows.commit([...onceEach(ended), ...used], expects);
      }),
    revoke: (name, now, until) =>
      updating(rows, async () => {
        await rows.commit(await revocation(name, now, until));
      }),
    isRevoked: async (carried) => {
      const known = names.of(await REVOKED_NAMES.all(rows), (list) => new Set(list.rows.map(({ id }) => id)));
      return known.size > 0 && carried.some((name) => known.has(name));
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

/** Several logins may end at once, and each sweeps what is past. */
function onceEach(changes: readonly Change[]): readonly Change[] {
  const seen = new Set<string>();
  return changes.filter((change) => {
    if (change.kind === 'put') return true;
    const name = `${change.collection} ${change.id}`;
    return !seen.has(name) && seen.add(name);
  });
}
