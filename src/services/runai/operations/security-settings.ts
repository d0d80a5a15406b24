import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Operations } from '../../../contract/request.ts';
import { invalidRequest } from '../../../decisions/problem.ts';
import { memberOf } from '../../../lib/members.ts';
import { assertTenant, TenantSettings } from '../tenant-settings.ts';

type Values = Required<Schema<'runai', 'SecuritySettings'>>;
type Key = keyof Values;

const DEFAULT_VALUES: Values = {
  autoRedirectSSO: { enabled: false },
  // The default of the published schema.
  browserSessionTimeout: { idleTimeout: 60 },
  logoutRedirectUri: {},
};

/** Every member of a setting may be omitted or null. */
interface SettingMember {
  readonly name: string;
  /** Describes valid values, for messages. */
  readonly expected: string;
  isValid(value: unknown): boolean;
}

const ENABLED: SettingMember = {
  name: 'enabled',
  expected: 'a boolean',
  isValid: (value) => typeof value === 'boolean',
};
const IDP_ALIAS: SettingMember = {
  name: 'idpAlias',
  expected: 'a string of up to 255 lowercase letters, digits, `_` and `-`',
  isValid: (value) => isText(value, 255, /^[a-z0-9_-]*$/),
};
const IDLE_TIMEOUT: SettingMember = {
  name: 'idleTimeout',
  expected: 'a number, 1 or greater',
  isValid: (value) => typeof value === 'number' && value >= 1,
};
const URI: SettingMember = {
  name: 'uri',
  expected: 'a web address such as `https://example.com/`, or an empty string',
  // The published pattern without its enclosing slashes, which would match nothing.
  isValid: (value) => isText(value, 2048, /^(https?:\/\/)?([a-zA-Z0-9.-]+\.[a-zA-Z]{2,})(:[0-9]{1,5})?(\/[^\s]*)?$|^$/),
};

function isText(value: unknown, maxLength: number, pattern: RegExp): boolean {
  return typeof value === 'string' && value.length <= maxLength && pattern.test(value);
}

const FORMS: Readonly<Record<Key, { readonly members: readonly SettingMember[]; readonly form: string }>> = {
  autoRedirectSSO: { members: [ENABLED, IDP_ALIAS], form: '{"enabled": boolean, "idpAlias": string}' },
  browserSessionTimeout: { members: [IDLE_TIMEOUT], form: '{"idleTimeout": minutes}' },
  logoutRedirectUri: { members: [URI], form: '{"uri": string}' },
};

export const SECURITY_SETTINGS = new TenantSettings<Key>('security', [
  'autoRedirectSSO',
  'browserSessionTimeout',
  'logoutRedirectUri',
]);

/** Returns a setting, or its default if it was never set. Safe cast: only this file writes settings. */
async function readSetting<Name extends Key>(context: AuthenticatedContext, key: Name): Promise<Values[Name]> {
  return ((await SECURITY_SETTINGS.get(context, key)) ?? DEFAULT_VALUES[key]) as Values[Name];
}

/** Drops unknown members. @throws Problem if a member is invalid */
function parseMembers(key: Key, body: unknown): object {
  const { members, form } = FORMS[key];
  const refuse = (problem: string) => invalidRequest(`Setting \`${key}\` must have the form \`${form}\`. ${problem}`);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw refuse('The body is not an object.');
  const knownMembers = Object.entries(body).filter(([name]) => members.some((member) => member.name === name));
  for (const { name, expected, isValid } of members) {
    const value = memberOf(body, name) ?? null;
    if (value !== null && !isValid(value)) {
      throw refuse(`Field \`${name}\` must be ${expected}, or null.`);
    }
  }
  // An omitted `idleTimeout` gets its default; other omitted members keep their value.
  const defaults = key === 'browserSessionTimeout' ? DEFAULT_VALUES.browserSessionTimeout : {};
  return { ...defaults, ...Object.fromEntries(knownMembers) };
}

export const securitySettingOperations = {
  get_security_settings: async (context) => {
    await assertTenant(context, context.query.tenantId);
    const [autoRedirectSSO, browserSessionTimeout, logoutRedirectUri] = await Promise.all([
      readSetting(context, 'autoRedirectSSO'),
      readSetting(context, 'browserSessionTimeout'),
      readSetting(context, 'logoutRedirectUri'),
    ]);
    return { status: 200, body: { autoRedirectSSO, browserSessionTimeout, logoutRedirectUri } };
  },
  get_security_setting_by_key: async (context) => {
    await assertTenant(context, context.query.tenantId);
    return { status: 200, body: await readSetting(context, SECURITY_SETTINGS.parseKey(context.params.key)) };
  },
  /** Stores the sent members. They have no effect: there are no browser sessions, and no IdP on the login page. */
  update_security_setting_by_key: async (context) => {
    await assertTenant(context, context.query.tenantId);
    const key = SECURITY_SETTINGS.parseKey(context.params.key);
    const changes = parseMembers(key, context.body);
    await SECURITY_SETTINGS.set(context, key, { ...(await readSetting(context, key)), ...changes });
    return { status: 200 };
  },
} satisfies Partial<Operations<'runai'>>;
