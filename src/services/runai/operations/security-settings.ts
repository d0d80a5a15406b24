import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Handler } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import { checkTenant, TenantSettings } from '../settings.ts';

type Values = Required<Schema<'runai', 'SecuritySettings'>>;
type Key = keyof Values;

/** What each setting is until somebody changes it. */
const INITIAL: Values = {
  autoRedirectSSO: { enabled: false },
  // The default of the published schema.
  browserSessionTimeout: { idleTimeout: 60 },
  logoutRedirectUri: {},
};

/** The members that a value has, the first of which it needs; null: none is published, and each is kept. */
const MEMBERS: Readonly<
  Record<Key, { readonly names: readonly [string, ...string[]]; readonly example: string } | null>
> = {
  autoRedirectSSO: { names: ['enabled', 'idpAlias'], example: '{"enabled": false}' },
  browserSessionTimeout: { names: ['idleTimeout'], example: '{"idleTimeout": 60}' },
  logoutRedirectUri: null,
};

const SETTINGS = new TenantSettings<Key>('security', ['autoRedirectSSO', 'browserSessionTimeout', 'logoutRedirectUri']);

/** Only `update` writes it. */
async function settingOf<Name extends Key>(context: AuthenticatedContext, key: Name): Promise<Values[Name]> {
  return ((await SETTINGS.get(context, key)) ?? INITIAL[key]) as Values[Name];
}

const list: Handler<'runai', 'get_security_settings'> = async (context) => {
  await checkTenant(context, context.query.tenantId);
  const [autoRedirectSSO, browserSessionTimeout, logoutRedirectUri] = await Promise.all([
    settingOf(context, 'autoRedirectSSO'),
    settingOf(context, 'browserSessionTimeout'),
    settingOf(context, 'logoutRedirectUri'),
  ]);
  return { status: 200, body: { autoRedirectSSO, browserSessionTimeout, logoutRedirectUri } };
};

const get: Handler<'runai', 'get_security_setting_by_key'> = async (context) => {
  await checkTenant(context, context.query.tenantId);
  return { status: 200, body: await settingOf(context, SETTINGS.keyOf(context.params.key)) };
};

/** @throws Problem if the member is missing that the setting needs */
function valueIn(key: Key, body: object): object {
  const members = MEMBERS[key];
  if (members === null) return body;
  const { names, example } = members;
  const given = Object.entries(body).filter(([name]) => names.includes(name));
  if (given.some(([name]) => name === names[0])) return Object.fromEntries(given);
  throw new Problem(
    'invalid_request',
    `\`${key}\` needs the field \`${names[0]}\`. Send, for example, \`${example}\`.`,
  );
}

/** Stores the value. It changes nothing else: a browser has no session here, and no identity provider. */
const update: Handler<'runai', 'update_security_setting_by_key'> = async (context) => {
  await checkTenant(context, context.query.tenantId);
  const key = SETTINGS.keyOf(context.params.key);
  await SETTINGS.set(context, key, valueIn(key, context.body));
  return { status: 200 };
};

export const securitySettingOperations = {
  get_security_settings: list,
  get_security_setting_by_key: get,
  update_security_setting_by_key: update,
};
