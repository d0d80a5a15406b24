import type { Instant } from '../../core/clock.ts';
import { type Budget, bytesOf, Held } from '../../core/held.ts';
import type { Policy, PolicyVersion } from '../../core/policy.ts';
import { Collision, LimitReached, NotFound } from '../errors.ts';
import type { KeyInForce, NewNgcKey, NgcKey, NgcKeyEdit, NgcKeys, NgcUser, Organization } from '../ngc-keys.ts';
import type { Statements } from './statements.ts';

/** How many pending versions a decision considers. */
const MOST_PENDING = 32;

/** A key that was read, and the period in which what was read is true. */
interface Known {
  readonly inForce: KeyInForce;
  readonly from: Instant;
  readonly until: Instant;
}

/** A key, and the caller made from it. */
const COPIES = 2;

/** Keys that have been read, by the hash of their secret: every request with a key looks one up. */
export class RememberedNgcKeys {
  readonly bySecret: Held<Known>;

  constructor(budget: Budget) {
    this.bySecret = new Held(budget, ({ inForce }) => COPIES * bytesOf(inForce));
  }

  clear(): void {
    this.bySecret.clear();
  }
}

interface KeyRow extends Omit<NgcKey, 'services' | 'enabled'> {
  readonly services: string;
  readonly enabled: 0 | 1;
  readonly ncaId: string;
  readonly subscriptions: string;
  readonly roles: string | null;
}

interface OrganizationRow extends Omit<Organization, 'subscriptions'> {
  readonly subscriptions: string;
}

interface PolicyRow extends Omit<PolicyVersion, 'scopes' | 'resources'> {
  readonly scopes: string;
  readonly resources: string;
}

const POLICY = 'version, recorded_at AS recordedAt, effective_at AS effectiveAt, scopes, resources';

const ORGANIZATION = 'SELECT name, nca_id AS ncaId, subscriptions FROM organizations';

/** Between two moments, in the order of an index. */
export const SELECT_EFFECTIVE = `SELECT key_id AS keyId, version, effective_at AS effectiveAt FROM ngc_timeline
  WHERE effective_at > ? AND effective_at <= ? ORDER BY effective_at, key_id LIMIT ?`;
/** As above. */
export const SELECT_EXPIRED = `SELECT id AS keyId, expires_at AS expiresAt FROM ngc_keys
  WHERE expires_at > ? AND expires_at <= ? ORDER BY expires_at, id LIMIT ?`;

/** The statements that write keys; seeds use them, too. */
export function ngcKeyWriter(statements: Statements) {
  const organization = statements.prepare(
    'INSERT INTO organizations (name, nca_id, subscriptions) VALUES (@name, @ncaId, @subscriptions)',
  );
  const user = statements.prepare(
    'INSERT INTO ngc_users (org, email, roles) VALUES (@org, @email, @roles) ON CONFLICT DO NOTHING',
  );
  const key = statements.prepare(
    `INSERT INTO ngc_keys
       (id, org, type, name, description, services, user, enabled, secret_hash, created_at, expires_at)
     VALUES (@id, @org, @type, @name, @description, @services, @user, @enabled, @secretHash, @createdAt, @expiresAt)`,
  );
  const policy = statements.prepare(
    `INSERT INTO ngc_policies (key_id, version, recorded_at, effective_at, scopes, resources)
     VALUES (@keyId, @version, @recordedAt, @effectiveAt, @scopes, @resources)`,
  );
  const overtake = statements.prepare('DELETE FROM ngc_timeline WHERE key_id = ? AND effective_at >= ?');
  const begin = statements.prepare('INSERT INTO ngc_timeline (key_id, effective_at, version) VALUES (?, ?, ?)');

  const append = (keyId: string, { version, recordedAt, effectiveAt, scopes, resources }: PolicyVersion) => {
    const texts = { scopes: JSON.stringify(scopes), resources: JSON.stringify(resources) };
    policy.run({ keyId, version, recordedAt, effectiveAt, ...texts });
    overtake.run(keyId, effectiveAt);
    begin.run(keyId, effectiveAt, version);
  };
  return {
    organization: ({ name, ncaId, subscriptions }: Organization) =>
      organization.run({ name, ncaId, subscriptions: JSON.stringify(subscriptions) }),
    user: ({ org, email, roles }: NgcUser) => user.run({ org, email, roles: JSON.stringify(roles) }),
    key: ({ policy: first, services, enabled, ...rest }: NewNgcKey) => {
      key.run({ ...rest, services: JSON.stringify(services), enabled: enabled ? 1 : 0 });
      const { id, createdAt } = rest;
      if (first !== null) append(id, { ...first, version: 1, recordedAt: createdAt, effectiveAt: createdAt });
    },
    append,
  };
}

export function sqliteNgcKeys(statements: Statements, remembered: RememberedNgcKeys): NgcKeys {
  const write = ngcKeyWriter(statements);
  const select = (rest: string) =>
    statements.prepare<unknown[], KeyRow>(
      `SELECT id, ngc_keys.org AS org, type, ngc_keys.name AS name, description, services, user, enabled,
         created_at AS createdAt, expires_at AS expiresAt, nca_id AS ncaId, subscriptions, roles
       FROM ngc_keys
       JOIN organizations ON organizations.name = ngc_keys.org
       LEFT JOIN ngc_users ON ngc_users.org = ngc_keys.org AND ngc_users.email = ngc_keys.user ${rest}`,
    );
  const bySecret = select('WHERE secret_hash = ?');
  const byId = select('WHERE id = ?');
  const byName = select('WHERE ngc_keys.name = ? ORDER BY ngc_keys.rowid LIMIT ?');
  const ofUser = select('WHERE ngc_keys.user = ? ORDER BY ngc_keys.rowid LIMIT ?');
  const all = select('ORDER BY ngc_keys.rowid LIMIT ?');
  const ofOrg = select('WHERE ngc_keys.org = ? ORDER BY ngc_keys.rowid LIMIT ?');
  const inForce = statements.prepare<unknown[], PolicyRow>(
    `SELECT ${POLICY} FROM ngc_policies WHERE key_id = ? AND version =
       (SELECT version FROM ngc_timeline WHERE key_id = ? AND effective_at <= ? ORDER BY effective_at DESC LIMIT 1)`,
  );
  const pending = statements.prepare<unknown[], PolicyRow>(
    `SELECT p.version, p.recorded_at AS recordedAt, p.effective_at AS effectiveAt, p.scopes, p.resources
     FROM ngc_timeline t JOIN ngc_policies p ON p.key_id = t.key_id AND p.version = t.version
     WHERE t.key_id = ? AND t.effective_at > ? ORDER BY t.effective_at LIMIT ${MOST_PENDING}`,
  );
  const history = statements.prepare<[string], PolicyRow>(
    `SELECT ${POLICY} FROM ngc_policies WHERE key_id = ? ORDER BY version`,
  );
  const newest = statements.prepare<[string], PolicyRow>(
    `SELECT ${POLICY} FROM ngc_policies WHERE key_id = ? ORDER BY version DESC LIMIT 1`,
  );
  const pendingKeys = statements
    .prepare<[Instant], string>('SELECT DISTINCT key_id FROM ngc_timeline WHERE effective_at > ?')
    .pluck();
  const isPending = statements
    .prepare<unknown[], 1>('SELECT 1 FROM ngc_timeline WHERE key_id = ? AND effective_at > ?')
    .pluck();
  const organization = statements.prepare<[string], OrganizationRow>(`${ORGANIZATION} WHERE name = ?`);
  const organizations = statements.prepare<[], OrganizationRow>(`${ORGANIZATION} ORDER BY rowid`);
  const user = statements
    .prepare<[string, string], string>('SELECT roles FROM ngc_users WHERE org = ? AND email = ?')
    .pluck();
  const idTaken = statements.prepare('SELECT 1 FROM ngc_keys WHERE id = ?').pluck();
  const serviceKeys = statements
    .prepare<[string], number>("SELECT keys FROM key_counts WHERE kind = 'service' AND owner = ?")
    .pluck();
  const update = statements.prepare(
    `UPDATE ngc_keys SET name = @name, description = @description, services = @services, enabled = @enabled,
       expires_at = @expiresAt WHERE id = @id`,
  );
  const setRoles = statements.prepare('UPDATE ngc_users SET roles = ? WHERE org = ? AND email = ?');
  const setSecret = statements.prepare('UPDATE ngc_keys SET secret_hash = ? WHERE id = ?');
  const remove = statements.prepare('DELETE FROM ngc_keys WHERE id = ?');
  const effective = statements.prepare<
    [Instant, Instant, number],
    { keyId: string; version: number; effectiveAt: Instant }
  >(SELECT_EFFECTIVE);
  const expired = statements.prepare<[Instant, Instant, number], { keyId: string; expiresAt: Instant }>(SELECT_EXPIRED);

  const read = (row: KeyRow, at: Instant): KeyInForce => {
    const { ncaId, subscriptions, roles, services, enabled, ...rest } = row;
    const isService = rest.type === 'service';
    const current = isService ? inForce.get(rest.id, rest.id, at) : undefined;
    return {
      key: { ...rest, services: JSON.parse(services), enabled: enabled === 1 },
      organization: { name: rest.org, ncaId, subscriptions: JSON.parse(subscriptions) },
      roles: roles === null ? [] : JSON.parse(roles),
      policy: current === undefined ? null : policyOf(current),
      pending: isService ? pending.all(rest.id, at).map(policyOf) : [],
    };
  };

  const create = statements.transaction((key: NewNgcKey, roles: readonly string[], limit: number | null) => {
    if (idTaken.get(key.id) !== undefined) throw new Collision();
    if (key.type === 'service' && limit !== null && limit <= (serviceKeys.get(key.org) ?? 0)) {
      throw new LimitReached();
    }
    if (key.user !== null) write.user({ org: key.org, email: key.user, roles });
    write.key(key);
  });

  const append = (id: string, policy: Policy & { recordedAt: Instant; effectiveAt: Instant }) => {
    const version = (newest.get(id)?.version ?? 0) + 1;
    write.append(id, { ...policy, version });
    return version;
  };

  const edit = statements.transaction((id: string, { policy, roles, ...changed }: NgcKeyEdit) => {
    const row = byId.get(id);
    if (row === undefined) throw new NotFound();
    const { services, enabled } = changed;
    const { name, description, expiresAt } = { ...row, ...changed };
    update.run({
      id,
      name,
      description,
      expiresAt,
      services: services === undefined ? row.services : JSON.stringify(services),
      enabled: enabled === undefined ? row.enabled : Number(enabled),
    });
    if (roles !== undefined) setRoles.run(JSON.stringify(roles), row.org, row.user);
    if (policy !== undefined) append(id, policy);
  });

  const flush = statements.transaction((id: string | null, at: Instant) => {
    const ids = id === null ? pendingKeys.all(at) : isPending.get(id, at) === undefined ? [] : [id];
    return ids.flatMap((keyId) => {
      const row = newest.get(keyId);
      if (row === undefined) return [];
      const { scopes, resources } = policyOf(row);
      return { keyId, version: append(keyId, { scopes, resources, recordedAt: at, effectiveAt: at }) };
    });
  });

  /** @throws NotFound if a statement changed no row */
  const changed = ({ changes }: { readonly changes: number }) => {
    if (changes === 0) throw new NotFound();
    remembered.clear();
  };

  return {
    organization: async (name) => organizationOf(organization.get(name)),
    organizations: async () => organizations.all().flatMap((row) => organizationOf(row) ?? []),
    user: async (org, email) => {
      const roles = user.get(org, email);
      return roles === undefined ? null : { org, email, roles: JSON.parse(roles) };
    },
    create: async (key, roles, limit) => create(key, roles, limit),
    bySecret: async (secretHash, at) => {
      const known = remembered.bySecret.find(secretHash);
      if (known !== undefined && at >= known.from && at < known.until) return known.inForce;
      const row = bySecret.get(secretHash);
      if (row === undefined) return null;
      const found = read(row, at);
      const until = found.pending[0]?.effectiveAt ?? Number.POSITIVE_INFINITY;
      const from = found.policy?.effectiveAt ?? Number.NEGATIVE_INFINITY;
      return remembered.bySecret.keep(secretHash, { inForce: found, from, until }).inForce;
    },
    byId: async (id, at) => {
      const row = byId.get(id);
      return row === undefined ? null : read(row, at);
    },
    byName: async (name, limit, at) => byName.all(name, limit).map((row) => read(row, at)),
    ofUser: async (email, limit, at) => ofUser.all(email, limit).map((row) => read(row, at)),
    list: async ({ org }, limit, at) =>
      (org === undefined ? all.all(limit) : ofOrg.all(org, limit)).map((row) => read(row, at)),
    history: async (id) => history.all(id).map(policyOf),
    newest: async (id) => {
      const row = newest.get(id);
      return row === undefined ? null : policyOf(row);
    },
    edit: async (id, change) => {
      edit(id, change);
      remembered.clear();
    },
    replaceSecret: async (id, secretHash) => changed(setSecret.run(secretHash, id)),
    delete: async (id) => changed(remove.run(id)),
    flush: async (id, at) => {
      const flushed = flush(id, at);
      remembered.clear();
      return flushed;
    },
    effectiveBetween: async (from, to, limit) => effective.all(from, to, limit),
    expiredBetween: async (from, to, limit) => expired.all(from, to, limit),
  };
}

function policyOf({ scopes, resources, ...rest }: PolicyRow): PolicyVersion {
  return { ...rest, scopes: JSON.parse(scopes), resources: JSON.parse(resources) };
}

function organizationOf(row: OrganizationRow | undefined): Organization | null {
  return row === undefined ? null : { ...row, subscriptions: JSON.parse(row.subscriptions) };
}
