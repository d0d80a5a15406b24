import type { AuthenticatedContext, Operations } from '../../../contract/request.ts';
import { assertTenant, TenantSettings } from '../tenant-settings.ts';

export const AUTHORIZATION_SETTINGS = new TenantSettings('authorization', ['enableScopedAuthorization']);

/** Returns a setting; null if it was never set. Safe cast: only this file writes settings. */
async function readEnabled(
  context: AuthenticatedContext,
  key: (typeof AUTHORIZATION_SETTINGS.keys)[number],
): Promise<boolean | null> {
  return (await AUTHORIZATION_SETTINGS.get(context, key)) as boolean | null;
}

export const authorizationSettingOperations = {
  get_authorization_settings: async (context) => {
    await assertTenant(context, context.query.tenantId);
    const settings = AUTHORIZATION_SETTINGS.keys.map(async (key) => ({
      key,
      enabled: await readEnabled(context, key),
    }));
    return { status: 200, body: { settings: await Promise.all(settings) } };
  },
  get_authorization_setting_by_key: async (context) => {
    await assertTenant(context, context.query.tenantId);
    return {
      status: 200,
      body: { enabled: await readEnabled(context, AUTHORIZATION_SETTINGS.parseKey(context.params.key)) },
    };
  },
  /** Stores the value, if there is one. No decision depends on it: the vendor does not document its effect. */
  update_authorization_setting_by_key: async (context) => {
    await assertTenant(context, context.query.tenantId);
    const key = AUTHORIZATION_SETTINGS.parseKey(context.params.key);
    const { enabled } = context.body;
    if (enabled !== undefined) await AUTHORIZATION_SETTINGS.set(context, key, enabled);
    return { status: 200 };
  },
} satisfies Partial<Operations<'runai'>>;
