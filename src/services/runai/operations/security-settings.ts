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

/** A member of a value, and what it may be. */
interface Member {
  readonly name: string;
  readonly isRequired?: boolean;
  readonly expected: string;
  isValid(value: unknown): boolean;
}

const ENABLED: Member = {
  name: 'enabled',
  isRequired: true,
  expected: 'a boolean',
  isValid: (value) => typeof value === 'boolean',
};
const IDP_ALIAS: Member = {
  name: 'idpAlias',
  expected: 'a string of at most 255 characters',
  isValid: (value) => typeof value === 'string' && value.length <= 255,
};
const IDLE_TIMEOUT: Member = {
  name: 'idleTimeout',
  isRequired: true,
  expected: 'an integer from 1 to 2147483647',
  isValid: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 2147483647,
};

/** The members of each value; null: none is published, and each is kept. */
const MEMBERS: Readonly<Record<Key, { readonly all: readonly Member[]; readonly form: string } | null>> = {
  autoRedirectSSO: { all: [ENABLED, IDP_ALIAS], form: '{"enabled": boolean, "idpAlias": string}' },
  browserSessionTimeout: { all: [IDLE_TIMEOUT], form: '{"idleTimeout": minutes}' },
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

/** What is wrong with a member; undefined: nothing. */
function faultOf({ name, isRequired = false, expected, isValid }: Member, body: object): string | undefined {
  const given = Object.entries(body).find(([key]) => key === name);
  if (given === undefined) return isRequired ? `Field \`${name}\` is missing; expected ${expected}.` : undefined;
  return isValid(given[1]) ? undefined : `Field \`${name}\` is not valid; expected ${expected}.`;
}

/**
 * The members of this setting, without others.
 *
 * @throws Problem for a value of another form
 */
function valueIn(key: Key, body: object): object {
  const members = MEMBERS[key];
  if (members === null) return body;
  const { all, form } = members;
  const fault = all.map((member) => faultOf(member, body)).find((found) => found !== undefined);
  if (fault !== undefined) throw new Problem('invalid_request', `\`${key}\` takes \`${form}\`. ${fault}`);
  return Object.fromEntries(Object.entries(body).filter(([given]) => all.some(({ name }) => name === given)));
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
