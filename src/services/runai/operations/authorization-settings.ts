import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import { tenantIdOf } from '../tenant.ts';

/** The keys that the reference of 3.0 names. */
const KEYS = ['enableScopedAuthorization'] as const;
type Key = (typeof KEYS)[number];

/** The setting of a world that holds the value, as JSON. */
function storedName(key: Key): string {
  return `runai.authorization.${key}`;
}

/** Null if it was never set. */
async function enabledOf({ store }: Pick<AuthenticatedContext, 'store'>, key: Key): Promise<boolean | null> {
  const value = await store.settings.get(storedName(key));
  // Only `update` writes it.
  return value === null ? null : (JSON.parse(value) as boolean | null);
}

/** @throws Problem for another tenant: a world has only one */
async function checkTenant(context: AuthenticatedContext, tenantId: number | undefined): Promise<void> {
  const own = await tenantIdOf(context);
  if (tenantId === undefined || String(tenantId) === own) return;
  throw new Problem('not_found', `There is no tenant \`${tenantId}\`. Send the tenant id \`${own}\`, or none.`);
}

/** @throws Problem for an unknown key */
function keyOf(given: string): Key {
  const known = KEYS.find((key) => key === given);
  if (known !== undefined) return known;
  throw new Problem('not_found', `There is no such authorization setting. The only one is \`${KEYS.join('`, `')}\`.`);
}

const list: Handler<'runai', 'get_authorization_settings'> = async (context) => {
  await checkTenant(context, context.query.tenantId);
  const settings = KEYS.map(async (key) => ({ key, enabled: await enabledOf(context, key) }));
  return { status: 200, body: { settings: await Promise.all(settings) } };
};

const get: Handler<'runai', 'get_authorization_setting_by_key'> = async (context) => {
  await checkTenant(context, context.query.tenantId);
  return { status: 200, body: { enabled: await enabledOf(context, keyOf(context.params.key)) } };
};

/** Stores the value. It changes no decision: no published page says what the setting does. */
const update: Handler<'runai', 'update_authorization_setting_by_key'> = async (context) => {
  await checkTenant(context, context.query.tenantId);
  const name = storedName(keyOf(context.params.key));
  await context.store.settings.set(name, JSON.stringify(context.body.enabled));
  return { status: 200 };
};

export const authorizationSettingOperations = {
  get_authorization_settings: list,
  get_authorization_setting_by_key: get,
  update_authorization_setting_by_key: update,
};
