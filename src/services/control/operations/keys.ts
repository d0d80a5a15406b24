import type { Schema } from '../../../contract/documented.ts';
import type { Context, Operations } from '../../../contract/request.ts';
import { quote } from '../../../decisions/explaining/index.ts';
import type { Policy, PolicyVersion, Resource } from '../../../decisions/policy.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import type { Ruleset } from '../../../decisions/ruleset.ts';
import { type Instant, rfc3339 } from '../../../lib/clock.ts';
import { adviseName } from '../../../lib/nearest.ts';
import { rejectMissing } from '../../../store/errors.ts';
import { ngcKeysIn } from '../../ngc-keys/index.ts';
import {
  deleteKey,
  editKey,
  issueKey,
  readNewestPolicy,
  reportKeyWarnings,
  rotateKey,
} from '../../ngc-keys/keyring.ts';
import type { KeyInForce, Organization } from '../../ngc-keys/records.ts';
import { assertMembersAbsent, checkRoles, readExpiry, resolvePolicy, resolveServices } from '../key-checks.ts';
import { pageShortList } from '../lists.ts';

const DEFAULT_LIMIT = 100;

async function findOrganization({ store }: Context, name: string | undefined): Promise<Organization> {
  const all = await ngcKeysIn(store).listOrganizations();
  const [first] = all;
  const organization = name === undefined ? first : all.find((organization) => organization.name === name);
  if (organization !== undefined) return organization;
  const message =
    first === undefined
      ? 'This world has no organisation for the key. Use a seed that has one.'
      : `Field \`org\` is not a known organisation.${adviseName(
          name ?? '',
          all.map((organization) => organization.name),
        )}`;
  throw invalidRequest(message);
}

/** Returns the user of a personal key: an existing one, or a new one with these roles. */
async function resolveUser(
  { store, rulesets }: Context,
  org: string,
  { user, roles, name, services }: Schema<'control', 'KeyOrder'>,
) {
  if (roles !== undefined) checkRoles(rulesets, roles, services);
  if (user === undefined && roles === undefined) {
    throw invalidRequest('Field `user` or `roles` is missing: a personal key has the rights of its user.');
  }
  const email = user ?? `${name.replaceAll(/[^A-Za-z0-9.-]+/g, '-').toLowerCase()}@${org}.test`;
  const existing = await ngcKeysIn(store).findUser(org, email);
  if (user !== undefined && existing === null && roles === undefined) {
    throw invalidRequest(`Field \`user\` is not a known user of \`${org}\`. Add \`roles\` to create the user.`);
  }
  if (existing !== null && roles !== undefined && [...existing.roles].sort().join() !== [...roles].sort().join()) {
    const message = `\`${email}\` already has other roles: ${quote(existing.roles) || 'none'}. Omit \`roles\`, or change them with \`PATCH /_mock/keys/{id}\`.`;
    throw new Problem('conflict', message);
  }
  return { email, roles: existing?.roles ?? roles ?? [] };
}

export const keyOperations = {
  create_key: async (context) => {
    const { now, body: order } = context;
    const isService = order.type === 'service';
    const { name: org } = await findOrganization(context, order.org);
    if (!isService)
      assertMembersAbsent(
        order,
        ['scopes', 'resource'],
        'only service keys have it; a personal key gets its rights from the `roles` of its user',
      );
    else
      assertMembersAbsent(
        order,
        ['user', 'roles'],
        'only personal keys have it; a service key gets its rights from `scopes` and `resource`',
      );
    const user = isService ? null : await resolveUser(context, org, order);
    const { id, text } = await issueKey(
      context,
      now,
      {
        org,
        type: order.type,
        name: order.name,
        description: null,
        services: resolveServices(context.rulesets, order.services, `${order.type}-key`),
        user: user?.email ?? null,
        roles: user?.roles ?? [],
        expiresAt: readExpiry(order.expiresAt, now) ?? null,
        policy: isService ? resolvePolicy(context.rulesets, order, null, order.services) : null,
      },
      null,
    );
    const key = await findKeyById(context, id);
    return {
      status: 201,
      body: { ...(await renderKey(context, key)), key: text, ...(await reportWarnings(context, key)) },
    };
  },
  list_keys: async (context) => {
    const { org, ...query } = context.query;
    const ngcKeys = ngcKeysIn(context.store);
    // Read the keys before their positions: a key that is created in between has a position, but is not listed.
    const all = await ngcKeys.list({ org }, Number.MAX_SAFE_INTEGER, context.now);
    const positions = await ngcKeys.listPositions();
    const listed = all.flatMap((inForce) => {
      const { id, createdAt: at } = inForce.key;
      const position = positions.get(id);
      return position === undefined ? [] : [{ id, at, position: [position] as const, inForce }];
    });
    const { entries, extent } = pageShortList(listed, query, 'oldest first', { fallback: DEFAULT_LIMIT });
    const keys = await Promise.all(entries.map(({ inForce }) => renderKey(context, inForce)));
    return { status: 200, body: { keys, ...extent } };
  },
  get_key: async (context) => ({
    status: 200,
    body: await renderKey(context, await findKey(context)),
  }),
  update_key: async (context) => {
    const { now, rulesets, body: edit } = context;
    const previous = await findKey(context);
    const { key } = previous;
    if (key.type === 'personal')
      assertMembersAbsent(
        edit,
        ['scopes', 'resource'],
        'only service keys have it, and this key is personal; edit its `roles`',
      );
    else
      assertMembersAbsent(
        edit,
        ['roles'],
        'only personal keys have it, and this is a service key; edit its `scopes` and `resource`',
      );
    if (edit.roles !== undefined) checkRoles(rulesets, edit.roles, edit.services ?? key.services);
    const { name, status, services, roles } = edit;
    const expiresAt = readExpiry(edit.expiresAt, now);
    const changesPolicy = edit.scopes !== undefined || edit.resource !== undefined;
    // A function, so that absent members come from the newest policy if the key changes in the meantime.
    const policy = (newest: Policy | null) => resolvePolicy(rulesets, edit, newest, edit.services ?? key.services);
    if (changesPolicy) policy(await readNewestPolicy(context, previous));
    await reportDeletedKey(
      editKey(context, now, key, {
        ...(name !== undefined && { name }),
        ...(status !== undefined && { enabled: status === 'active' }),
        ...(services !== undefined && { services: resolveServices(rulesets, services, `${key.type}-key`) }),
        ...(roles !== undefined && { roles }),
        ...(expiresAt !== undefined && { expiresAt }),
        ...(changesPolicy && { policy }),
      }),
    );
    const updated = await findKey(context);
    return {
      status: 200,
      body: { ...(await renderKey(context, updated)), ...(await reportWarnings(context, updated)) },
    };
  },
  delete_key: async (context) => {
    await reportDeletedKey(deleteKey(context, (await findKey(context)).key.id));
    return { status: 204 };
  },
  rotate_key: async (context) => {
    const { key } = await findKey(context);
    const text = await reportDeletedKey(rotateKey(context, key.id));
    return { status: 200, body: { ...(await renderKey(context, await findKey(context))), key: text } };
  },
} satisfies Partial<Operations<'control'>>;

function findKey(context: Context & { readonly params: { readonly keyId: string } }): Promise<KeyInForce> {
  return findKeyById(context, context.params.keyId);
}

/** @throws Problem if there is no such key */
export async function findKeyById({ store, now }: Context, id: string): Promise<KeyInForce> {
  const key = await ngcKeysIn(store).findById(id, now);
  if (key === null) throw new Problem('not_found', 'No key has this id. `GET /_mock/keys` lists them.');
  return key;
}

/** Warns about a key that can do nothing, which is valid but rarely intended. */
async function reportWarnings(context: Context, key: KeyInForce): Promise<{ readonly warnings?: readonly string[] }> {
  const warnings = await reportKeyWarnings(context, key);
  return warnings.length === 0 ? {} : { warnings };
}

/** Turns a deletion by a concurrent request into a 404. @throws Problem */
function reportDeletedKey<Changed>(change: Promise<Changed>): Promise<Changed> {
  return rejectMissing(change, 'Another request deleted the key.');
}

export async function renderKey(
  { store, rulesets, now }: Context,
  { key, roles, policy, pending }: KeyInForce,
): Promise<Schema<'control', 'Key'>> {
  const history = policy === null ? [] : await ngcKeysIn(store).listVersions(key.id);
  return {
    id: key.id,
    org: key.org,
    name: key.name,
    type: key.type,
    services: key.services,
    status: statusAt(key, now),
    createdAt: rfc3339(key.createdAt),
    expiresAt: key.expiresAt === null ? null : rfc3339(key.expiresAt),
    ...(key.user !== null && { user: key.user, roles }),
    policy: policy === null ? null : versionView(rulesets, policy),
    pending: pending.map((version) => versionView(rulesets, version)),
    history: history.map((version) => versionView(rulesets, version)),
  };
}

function statusAt({ expiresAt, enabled }: KeyInForce['key'], now: Instant) {
  if (expiresAt !== null && expiresAt <= now) return 'expired';
  return enabled ? 'active' : 'disabled';
}

function versionView(
  rulesets: readonly Ruleset[],
  { version, recordedAt, effectiveAt, scopes, resources }: PolicyVersion,
) {
  return {
    version,
    recordedAt: rfc3339(recordedAt),
    effectiveAt: rfc3339(effectiveAt),
    scopes,
    resource: resourceView(rulesets, resources),
  };
}

/** Renders resources as in requests: one resource, or a list; null without resources. */
function resourceView(rulesets: readonly Ruleset[], resources: readonly Resource[]) {
  const types = rulesets.flatMap(({ resourceTypes }) => [...resourceTypes.values()]);
  const views = resources.map(({ type, ids, ignoredIds }) => ({
    type: types.find(({ id }) => id === type)?.label ?? type,
    ...(ids !== undefined && !(ids.length === 0 && ignoredIds !== undefined) && { ids }),
    ...(ignoredIds !== undefined && { ignoredIds }),
  }));
  return views.length > 1 ? views : (views[0] ?? null);
}
