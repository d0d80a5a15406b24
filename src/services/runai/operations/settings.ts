import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Operations } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import { memberOf } from '../../../lib/members.ts';
import { adviseName } from '../../../lib/nearest.ts';
import { readTenantId } from '../tenant.ts';

/** @param tenantId empty for the caller's tenant @throws Problem for a tenant other than that of the world */
async function assertTenant(context: AuthenticatedContext, tenantId: string | undefined): Promise<void> {
  const tenantIdOfWorld = await readTenantId(context);
  if (tenantId === undefined || tenantId === '' || tenantId === tenantIdOfWorld) return;
  throw new Problem(
    'not_found',
    `There is no tenant \`${tenantId.slice(0, MAX_QUOTED_LENGTH)}\`. Send the tenant id \`${tenantIdOfWorld}\`, or omit it.`,
  );
}

/** Maximum length of a sent value in an error. */
const MAX_QUOTED_LENGTH = 100;

class TenantSettings<Key extends string> {
  readonly keys: readonly Key[];
  readonly #kind: string;

  /** @param kind kind of settings, such as `security` */
  constructor(kind: string, keys: readonly Key[]) {
    this.#kind = kind;
    this.keys = keys;
  }

  parseKey(text: string): Key {
    const match = this.keys.find((key) => key === text);
    if (match !== undefined) return match;
    throw new Problem('not_found', `There is no such ${this.#kind} setting.${adviseName(text, this.keys)}`);
  }

  /** Returns the last value of `set`; null if there is none. */
  async get({ store }: AuthenticatedContext, key: Key): Promise<unknown> {
    const value = await store.settings.get(this.#storedName(key));
    return value === null ? null : JSON.parse(value);
  }

  async set({ store }: AuthenticatedContext, key: Key, value: unknown): Promise<void> {
    await store.settings.set(this.#storedName(key), JSON.stringify(value));
  }

  #storedName(key: Key): string {
    return `runai.${this.#kind}.${key}`;
  }
}

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

const SECURITY_SETTINGS = new TenantSettings<Key>('security', [
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

const AUTHORIZATION_SETTINGS = new TenantSettings('authorization', ['enableScopedAuthorization']);

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
