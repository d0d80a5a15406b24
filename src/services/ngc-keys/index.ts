/** NGC keys, organisations and users, shared by the services that accept keys. */

import type { PolicyVersion } from '../../decisions/policy.ts';
import { END_OF_TIME, type Instant } from '../../lib/clock.ts';
import type { Collections } from '../../store/collections.ts';
import { Collision, LimitReached, NotFound } from '../../store/errors.ts';
import type { Store } from '../../store/index.ts';
import type { Change } from '../../store/row.ts';
import {
  createKeyRows,
  createNgcKeyRow,
  createNgcUserRow,
  createPolicyRow,
  type KeyInForce,
  keyLabelOf,
  keyOwnerOf,
  type NewNgcKey,
  NGC_KEYS,
  NGC_POLICIES,
  NGC_USERS,
  type NgcKey,
  type NgcKeyEdit,
  type NgcKeyRow,
  type NgcUser,
  ORGANIZATIONS,
  type Organization,
  type PolicyRow,
  userIdOf,
  userRowIdOf,
} from './records.ts';

/** Maximum number of pending versions that a decision considers. */
const MAX_PENDING_VERSIONS = 32;

/** Earlier than any time on the clock. */
const BEFORE_ALL_TIMES: Instant = Number.MIN_SAFE_INTEGER;

interface CachedKey {
  readonly inForce: KeyInForce;
  /** Valid from here until `until`. */
  readonly from: Instant;
  readonly until: Instant;
  readonly organization: unknown;
  readonly holder: unknown;
}

export function ngcKeysIn({ collections }: Pick<Store, 'collections'>): NgcKeys {
  return new NgcKeys(collections);
}

export class NgcKeys {
  readonly #rows: Collections;

  constructor(rows: Collections) {
    this.#rows = rows;
  }

  async findOrganizationByName(name: string): Promise<Organization | null> {
    return (await ORGANIZATIONS.byId(this.#rows, name))?.body ?? null;
  }

  async findOrganization(nameOrAccount: string): Promise<Organization | null> {
    const row =
      (await ORGANIZATIONS.byId(this.#rows, nameOrAccount)) ?? (await ORGANIZATIONS.byAlias(this.#rows, nameOrAccount));
    return row?.body ?? null;
  }

  /** Oldest first. */
  async listOrganizations(): Promise<readonly Organization[]> {
    return (await ORGANIZATIONS.all(this.#rows)).map(({ body }) => body);
  }

  async findUser(org: string, email: string): Promise<NgcUser | null> {
    return (await NGC_USERS.byId(this.#rows, userRowIdOf(org, email)))?.body ?? null;
  }

  async findUserById(id: string): Promise<NgcUser | null> {
    return (await this.listUsers()).find((user) => userIdOf(user) === id) ?? null;
  }

  async listUsers(): Promise<readonly NgcUser[]> {
    return (await NGC_USERS.all(this.#rows)).map(({ body }) => body);
  }

  /** Adds a key, and its user if new. @param limit of service keys per organisation @throws Collision, LimitReached */
  create(key: NewNgcKey, roles: readonly string[], limit: number | null): Promise<void> {
    const rows = this.#rows;
    return rows.updating(async (commit) => {
      const { id, org, type, user } = key;
      if ((await NGC_KEYS.byId(rows, id)) !== null) throw new Collision();
      const isLimited = type === 'service' && limit !== null;
      if (isLimited && (await NGC_KEYS.countOfOwner(rows, keyOwnerOf(key))) >= limit) throw new LimitReached();
      const changes: Change[] = createKeyRows(key).map((row) => ({ kind: 'put', row }));
      if (user !== null && (await NGC_USERS.byId(rows, userRowIdOf(org, user))) === null) {
        changes.push(NGC_USERS.put(createNgcUserRow({ org, email: user, roles })));
      }
      await commit(changes);
    });
  }

  /** A single indexed lookup, however long the history. Ignores expiry and `enabled`. */
  async findBySecret(secretHash: string, at: Instant): Promise<KeyInForce | null> {
    const rows = this.#rows;
    return resolveOrNull(rows, await NGC_KEYS.byAlias(rows, secretHash), at);
  }

  async findById(id: string, at: Instant): Promise<KeyInForce | null> {
    const rows = this.#rows;
    return resolveOrNull(rows, await NGC_KEYS.byId(rows, id), at);
  }

  /** Returns up to `limit` keys with a name (names are not unique), oldest first. */
  async listByName(name: string, limit: number, at: Instant): Promise<readonly KeyInForce[]> {
    const rows = this.#rows;
    return resolveAll(rows, (await NGC_KEYS.ofLabel(rows, keyLabelOf('name', name))).slice(0, limit), at);
  }

  /** Returns up to `limit` keys of a user in any organisation, oldest first. */
  async listOfUser(email: string, limit: number, at: Instant): Promise<readonly KeyInForce[]> {
    const rows = this.#rows;
    return resolveAll(rows, (await NGC_KEYS.ofLabel(rows, keyLabelOf('user', email))).slice(0, limit), at);
  }

  /** Returns up to `limit` keys, oldest first. */
  async list(
    { org }: { readonly org?: string | undefined },
    limit: number,
    at: Instant,
  ): Promise<readonly KeyInForce[]> {
    const rows = this.#rows;
    const found = org === undefined ? await NGC_KEYS.all(rows) : await NGC_KEYS.ofLabel(rows, keyLabelOf('org', org));
    return resolveAll(rows, found.slice(0, limit), at);
  }

  async listPositions(): Promise<ReadonlyMap<string, number>> {
    return new Map((await NGC_KEYS.all(this.#rows)).map(({ id, revision }) => [id, revision.place]));
  }

  async listVersions(id: string): Promise<readonly PolicyVersion[]> {
    return (await NGC_POLICIES.ofParent(this.#rows, id)).map(({ body }) => body);
  }

  /** The latest recorded version; null for personal keys. */
  async findNewestVersion(id: string): Promise<PolicyVersion | null> {
    const key = await NGC_KEYS.byId(this.#rows, id);
    return key === null ? null : readNewest(this.#rows, key);
  }

  /** Atomic. @throws NotFound */
  edit(id: string, edit: NgcKeyEdit): Promise<void> {
    const rows = this.#rows;
    const { policy, roles, issuance, ...changed } = edit;
    return rows.updating(async (commit) => {
      const row = await NGC_KEYS.byId(rows, id);
      if (row === null) throw new NotFound();
      const editedIssuance = row.body.issuance && issuance?.(row.body.issuance);
      const definedChanges = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
      const next = policy === undefined ? null : await appendVersion(rows, row, await buildPolicy(rows, row, policy));
      const version = next?.version ?? row.body.version;
      const key = { ...row.body, ...definedChanges, ...(editedIssuance && { issuance: editedIssuance }), version };
      const changes: Change[] = [
        NGC_KEYS.put({ ...createNgcKeyRow(key), revision: row.revision }),
        ...(next?.changes ?? []),
      ];
      const { org, user } = row.body;
      const holder = roles === undefined || user === null ? null : await NGC_USERS.byId(rows, userRowIdOf(org, user));
      if (holder !== null && roles !== undefined) {
        changes.push(NGC_USERS.put({ ...holder, body: { ...holder.body, roles } }));
      }
      await commit(changes);
    });
  }

  /** Replaces the secret at once. @param ending of the new key, for masked values @throws NotFound */
  async replaceSecret(id: string, secretHash: string, ending: string): Promise<void> {
    await NGC_KEYS.change(this.#rows, id, ({ body: { issuance, ...key } }) =>
      createNgcKeyRow({ ...key, secretHash, ...(issuance && { issuance: { ...issuance, ending } }) }),
    );
  }

  /** @throws NotFound */
  delete(id: string): Promise<void> {
    const rows = this.#rows;
    return rows.updating(async (commit) => {
      const row = await NGC_KEYS.byId(rows, id);
      if (row === null) throw new NotFound();
      await commit(await listRemovals(rows, row));
    });
  }

  deleteAll(ids: readonly string[]): Promise<void> {
    const rows = this.#rows;
    return rows.updating(async (commit) => {
      const found = await Promise.all(ids.map((id) => NGC_KEYS.byId(rows, id)));
      const existing = found.filter((row) => row !== null);
      const changes = (await Promise.all(existing.map((row) => listRemovals(rows, row)))).flat();
      if (changes.length > 0) await commit(changes);
    });
  }

  /** Applies pending edits now, as a copy of the latest version. @param id the key; null for all keys */
  flush(id: string | null, at: Instant): Promise<readonly { readonly keyId: string; readonly version: number }[]> {
    const rows = this.#rows;
    return rows.updating(async (commit) => {
      const due = await NGC_POLICIES.due(rows, { after: at, to: END_OF_TIME, limit: Number.MAX_SAFE_INTEGER });
      const pending = [...new Set(due.map(({ parent }) => parent))];
      const ids = id === null ? pending : pending.filter((keyId) => keyId === id);
      const flushed: { readonly keyId: string; readonly version: number }[] = [];
      const changes: Change[] = [];
      for (const keyId of ids) {
        const key = await NGC_KEYS.byId(rows, keyId);
        const next = key === null ? null : await appendFlushedVersion(rows, key, at);
        if (next === null) continue;
        flushed.push({ keyId, version: next.version });
        changes.push(...next.changes);
      }
      if (changes.length > 0) await commit(changes);
      return flushed;
    });
  }

  /** Returns the first `limit` versions that take effect in `(from, to]`, earliest first. */
  async listEffectiveBetween(
    from: Instant,
    to: Instant,
    limit: number,
  ): Promise<readonly { readonly keyId: string; readonly version: number; readonly effectiveAt: Instant }[]> {
    const due = await NGC_POLICIES.due(this.#rows, { after: from, to, limit });
    return due.map(({ parent, body: { version, effectiveAt } }) => ({ keyId: parent, version, effectiveAt }));
  }

  async listExpiredBetween(
    from: Instant,
    to: Instant,
    limit: number,
  ): Promise<readonly { readonly keyId: string; readonly expiresAt: Instant }[]> {
    const due = await NGC_KEYS.due(this.#rows, { after: from, to, limit });
    return due.map(({ id, body }) => ({ keyId: id, expiresAt: (body as NgcKey & { expiresAt: Instant }).expiresAt }));
  }
}

/** Returns the same object until something changes, because callers cache values derived from it. */
async function resolveKey(rows: Collections, { id, body }: NgcKeyRow, at: Instant): Promise<KeyInForce> {
  const { org, user } = body;
  const organization = (await ORGANIZATIONS.byId(rows, org))?.body ?? null;
  const holder = user === null ? null : ((await NGC_USERS.byId(rows, userRowIdOf(org, user)))?.body ?? null);
  const before = rows.made.get(body) as CachedKey | undefined;
  const isSame = before?.organization === organization && before.holder === holder;
  if (isSame && at >= before.from && at < before.until) return before.inForce;
  const { version, secretHash: _, ...key } = body;
  const [policy, pending] = version === 0 ? [null, []] : await readVersions(rows, id, at);
  const inForce = {
    key,
    // Organisations are never deleted, so this is only for the types.
    organization: organization ?? { name: org, ncaId: '', subscriptions: [] },
    roles: holder?.roles ?? [],
    policy: policy?.body ?? null,
    pending: pending.map((version) => version.body),
  };
  const from = policy?.body.effectiveAt ?? Number.NEGATIVE_INFINITY;
  const until = pending[0]?.body.effectiveAt ?? Number.POSITIVE_INFINITY;
  rows.made.set(body, { inForce, from, until, organization, holder } satisfies CachedKey);
  return inForce;
}

async function readVersions(
  rows: Collections,
  keyId: string,
  at: Instant,
): Promise<readonly [PolicyRow | null, readonly PolicyRow[]]> {
  const inEffect = { parent: keyId, after: BEFORE_ALL_TIMES, to: at, limit: 1, latestFirst: true };
  const [latest = null] = await NGC_POLICIES.due(rows, inEffect);
  const pending = { parent: keyId, after: at, to: END_OF_TIME, limit: MAX_PENDING_VERSIONS };
  return [latest, await NGC_POLICIES.due(rows, pending)];
}

async function resolveOrNull(rows: Collections, row: NgcKeyRow | null, at: Instant) {
  return row === null ? null : resolveKey(rows, row, at);
}
function resolveAll(rows: Collections, found: readonly NgcKeyRow[], at: Instant) {
  return Promise.all(found.map((row) => resolveKey(rows, row, at)));
}

/** Appends a version to a policy, and cancels pending versions that would take effect later. */
async function appendVersion(rows: Collections, key: NgcKeyRow, policy: Omit<PolicyVersion, 'version'>) {
  const version = key.body.version + 1;
  const later = { parent: key.id, after: policy.effectiveAt - 1, to: END_OF_TIME, limit: Number.MAX_SAFE_INTEGER };
  const overtaken = await NGC_POLICIES.due(rows, later);
  const changes = overtaken.map((row) => NGC_POLICIES.put({ ...row, dueAt: null }));
  return { version, changes: [...changes, NGC_POLICIES.put(createPolicyRow(key.id, { ...policy, version }))] };
}

async function listRemovals(rows: Collections, row: NgcKeyRow): Promise<readonly Change[]> {
  const history = await NGC_POLICIES.ofParent(rows, row.id);
  return [NGC_KEYS.remove(row), ...history.map(({ id }) => NGC_POLICIES.removal(id))];
}

async function readNewest(rows: Collections, key: NgcKeyRow) {
  return (await NGC_POLICIES.byId(rows, `${key.id} ${key.body.version}`))?.body ?? null;
}

async function appendFlushedVersion(rows: Collections, key: NgcKeyRow, at: Instant) {
  const latest = await readNewest(rows, key);
  if (latest === null) return null;
  const { scopes, resources } = latest;
  const { version, changes } = await appendVersion(rows, key, { scopes, resources, recordedAt: at, effectiveAt: at });
  return { version, changes: [...changes, NGC_KEYS.put({ ...key, body: { ...key.body, version } })] };
}

async function buildPolicy(rows: Collections, key: NgcKeyRow, { next, ...times }: NonNullable<NgcKeyEdit['policy']>) {
  const { scopes, resources } = typeof next === 'function' ? next(await readNewest(rows, key)) : next;
  return { scopes, resources, ...times };
}
