import { END_OF_TIME, type Instant } from '../../core/clock.ts';
import type { PolicyVersion } from '../../core/policy.ts';
import type { Change, Collections, Expectation } from '../collections.ts';
import { Collision, LimitReached, NotFound } from '../errors.ts';
import type { KeyInForce, NgcKey, NgcKeyEdit, NgcKeys } from '../ngc-keys.ts';
import { updating } from '../updating.ts';
import {
  keysNamed,
  keysOfOrg,
  keysOfUser,
  NGC_KEYS,
  NGC_POLICIES,
  NGC_USERS,
  type NgcKeyRow,
  newKeyRows,
  ngcKeyOwner,
  ngcKeyRow,
  ngcUserId,
  ngcUserRow,
  ORGANIZATIONS,
  type PolicyRow,
  policyRow,
} from './records.ts';

/** How many pending versions a decision considers. */
const MOST_PENDING = 32;

/** Before the first moment. */
const BEGINNING: Instant = Number.MIN_SAFE_INTEGER;

/** A key as decisions need it, and what it was made from. */
interface Made {
  readonly inForce: KeyInForce;
  /** The period in which it is so. */
  readonly from: Instant;
  readonly until: Instant;
  readonly organization: unknown;
  readonly holder: unknown;
}

export function ngcKeysOn(rows: Collections): NgcKeys {
  /** By the bodies of keys, which are other objects after each change of a key or its policy. */
  const made = new WeakMap<object, Made>();

  /** Same parts, same object: others are made from it. */
  const inForceAt = async ({ id, body }: NgcKeyRow, at: Instant): Promise<KeyInForce> => {
    const { org, user } = body;
    const organization = (await ORGANIZATIONS.byId(rows, org))?.body ?? null;
    const holder = user === null ? null : ((await NGC_USERS.byId(rows, ngcUserId(org, user)))?.body ?? null);
    const before = made.get(body);
    const isSame = before?.organization === organization && before.holder === holder;
    if (isSame && at >= before.from && at < before.until) return before.inForce;
    const { version, secretHash: _, ...key } = body;
    const [policy, pending] = version === 0 ? [null, []] : await versionsOf(id, at);
    const inForce = {
      key,
      // Organisations are not deleted.
      organization: organization ?? { name: org, ncaId: '', subscriptions: [] },
      roles: holder?.roles ?? [],
      policy: policy?.body ?? null,
      pending: pending.map((one) => one.body),
    };
    const from = policy?.body.effectiveAt ?? Number.NEGATIVE_INFINITY;
    const until = pending[0]?.body.effectiveAt ?? Number.POSITIVE_INFINITY;
    made.set(body, { inForce, from, until, organization, holder });
    return inForce;
  };

  const versionsOf = async (keyId: string, at: Instant): Promise<readonly [PolicyRow | null, readonly PolicyRow[]]> => {
    const begun = { after: BEGINNING, to: at, limit: 1, latestFirst: true };
    const [latest = null] = await NGC_POLICIES.partsDue(rows, keyId, begun);
    const pending = { after: at, to: END_OF_TIME, limit: MOST_PENDING };
    return [latest, await NGC_POLICIES.partsDue(rows, keyId, pending)];
  };

  const shown = async (row: NgcKeyRow | null, at: Instant) => (row === null ? null : inForceAt(row, at));
  const allOf = (found: readonly NgcKeyRow[], at: Instant) => Promise.all(found.map((row) => inForceAt(row, at)));

  /** The next version of a policy, and what it overtakes: what would begin when it has begun. */
  const appended = async (key: NgcKeyRow, policy: Omit<PolicyVersion, 'version'>) => {
    const version = key.body.version + 1;
    const overtaken = { after: policy.effectiveAt - 1, to: END_OF_TIME, limit: Number.MAX_SAFE_INTEGER };
    const changes = (await NGC_POLICIES.partsDue(rows, key.id, overtaken)).map((row) =>
      NGC_POLICIES.put({ ...row, dueAt: null }),
    );
    return { version, changes: [...changes, NGC_POLICIES.put(policyRow(key.id, { ...policy, version }))] };
  };

  const newest = async (key: NgcKeyRow) =>
    (await NGC_POLICIES.byId(rows, `${key.id} ${key.body.version}`))?.body ?? null;

  const flushOf = async (key: NgcKeyRow, at: Instant) => {
    const latest = await newest(key);
    if (latest === null) return null;
    const { scopes, resources } = latest;
    const { version, changes } = await appended(key, { scopes, resources, recordedAt: at, effectiveAt: at });
    return { version, changes: [...changes, NGC_KEYS.put({ ...key, body: { ...key.body, version } })] };
  };

  /** Keys with a version that is not in force yet. */
  const pendingKeys = async (at: Instant): Promise<readonly string[]> => {
    const due = await NGC_POLICIES.dueBetween(rows, at, END_OF_TIME, Number.MAX_SAFE_INTEGER);
    return [...new Set(due.map(({ parent }) => parent))];
  };

  const recorded = async (key: NgcKeyRow, { next, ...times }: NonNullable<NgcKeyEdit['policy']>) => {
    const { scopes, resources } = typeof next === 'function' ? next(await newest(key)) : next;
    return { scopes, resources, ...times };
  };

  const edited = async (id: string, { policy, roles, ...changed }: NgcKeyEdit): Promise<void> => {
    const row = await NGC_KEYS.byId(rows, id);
    if (row === null) throw new NotFound();
    const given = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
    const next = policy === undefined ? null : await appended(row, await recorded(row, policy));
    const key = { ...row.body, ...given, version: next?.version ?? row.body.version };
    const changes: Change[] = [NGC_KEYS.put({ ...ngcKeyRow(key), revision: row.revision }), ...(next?.changes ?? [])];
    const { org, user } = row.body;
    const holder = roles === undefined || user === null ? null : await NGC_USERS.byId(rows, ngcUserId(org, user));
    if (holder !== null && roles !== undefined) {
      changes.push(NGC_USERS.put({ ...holder, body: { ...holder.body, roles } }));
    }
    await rows.commit(changes);
  };

  return {
    organization: async (name) => (await ORGANIZATIONS.byId(rows, name))?.body ?? null,
    organizations: async () => (await ORGANIZATIONS.all(rows)).rows.map(({ body }) => body),
    user: async (org, email) => (await NGC_USERS.byId(rows, ngcUserId(org, email)))?.body ?? null,
    create: (key, roles, limit) =>
      updating(rows, async () => {
        const { id, org, type, user } = key;
        const owner = ngcKeyOwner(type, org);
        const { count, revision } = await rows.size(NGC_KEYS.name, owner);
        if ((await NGC_KEYS.byId(rows, id)) !== null) throw new Collision();
        const isLimited = type === 'service' && limit !== null;
        if (isLimited && count >= limit) throw new LimitReached();
        const expects: Expectation[] = isLimited ? [{ collection: NGC_KEYS.name, owner, revision }] : [];
        const changes: Change[] = newKeyRows(key).map((row) => ({ kind: 'put', row }));
        if (user !== null && (await NGC_USERS.byId(rows, ngcUserId(org, user))) === null) {
          changes.push(NGC_USERS.put(ngcUserRow({ org, email: user, roles })));
          // Another first key of theirs may come meanwhile, which is a reason to try again.
          expects.push(NGC_USERS.still(null, ngcUserId(org, user)));
        }
        await rows.commit(changes, expects);
      }),
    bySecret: async (secretHash, at) => shown(await NGC_KEYS.byAlias(rows, secretHash), at),
    byId: async (id, at) => shown(await NGC_KEYS.byId(rows, id), at),
    byName: async (name, limit, at) => allOf(await NGC_KEYS.ofLabel(rows, keysNamed(name), limit), at),
    ofUser: async (email, limit, at) => allOf(await NGC_KEYS.ofLabel(rows, keysOfUser(email), limit), at),
    list: async ({ org }, limit, at) =>
      allOf(
        org === undefined
          ? (await NGC_KEYS.all(rows, limit)).rows
          : await NGC_KEYS.ofLabel(rows, keysOfOrg(org), limit),
        at,
      ),
    places: () => NGC_KEYS.places(rows),
    history: async (id) => (await NGC_POLICIES.ofParent(rows, id)).map(({ body }) => body),
    newest: async (id) => {
      const key = await NGC_KEYS.byId(rows, id);
      return key === null ? null : newest(key);
    },
    edit: (id, edit) => updating(rows, () => edited(id, edit)),
    replaceSecret: async (id, secretHash) => {
      await NGC_KEYS.change(rows, id, ({ body }) => ngcKeyRow({ ...body, secretHash }));
    },
    delete: (id) =>
      updating(rows, async () => {
        const row = await NGC_KEYS.byId(rows, id);
        if (row === null) throw new NotFound();
        const history = await NGC_POLICIES.ofParent(rows, id);
        await rows.commit([NGC_KEYS.removed(row), ...history.map((one) => NGC_POLICIES.removal(one.id))]);
      }),
    flush: (id, at) =>
      updating(rows, async () => {
        const pending = await pendingKeys(at);
        const ids = id === null ? pending : pending.filter((one) => one === id);
        const flushed: { readonly keyId: string; readonly version: number }[] = [];
        const changes: Change[] = [];
        for (const keyId of ids) {
          const key = await NGC_KEYS.byId(rows, keyId);
          const next = key === null ? null : await flushOf(key, at);
          if (next === null) continue;
          flushed.push({ keyId, version: next.version });
          changes.push(...next.changes);
        }
        if (changes.length > 0) await rows.commit(changes);
        return flushed;
      }),
    effectiveBetween: async (from, to, limit) => {
      const due = await NGC_POLICIES.dueBetween(rows, from, to, limit);
      return due.map(({ parent, body: { version, effectiveAt } }) => ({ keyId: parent, version, effectiveAt }));
    },
    expiredBetween: async (from, to, limit) => {
      const due = await NGC_KEYS.dueBetween(rows, from, to, limit);
      return due.map(({ id, body }) => ({ keyId: id, expiresAt: (body as NgcKey & { expiresAt: Instant }).expiresAt }));
    },
  };
}
