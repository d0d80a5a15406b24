import type { Cast } from '../contract/cast.ts';
import { listNames, suggestName } from '../lib/nearest.ts';
import type { Send } from './calls.ts';

/** Client credentials, for example of an access key or a service account. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A part of the cast, which a seed may omit or fill only partly. */
type CastPart<Part extends keyof Cast> = Partial<Cast[Part]> | undefined;

/** @param name perhaps as `org/name` @throws Error with the nearest name or all names; TypeError unless a string */
export function findCastKey(cast: Cast, name: string): string {
  if (typeof name !== 'string')
    throw new TypeError('key takes the name of a key in the cast, such as `nvcf-deployer`.');
  const keys = (cast.ngc as CastPart<'ngc'>)?.keys ?? [];
  const matches = keys.filter((key) => key.name === name || qualifiedNameOf(key) === name);
  const [first] = matches;
  if (first !== undefined && matches.length === 1) return first.key;
  if (matches.length > 1) {
    throw new Error(
      `Several keys in the cast are named \`${name}\`. Use ${listNames(name, matches.map(qualifiedNameOf))}.`,
    );
  }
  const validNames = keys.map((key) => (name.includes('/') ? qualifiedNameOf(key) : key.name));
  throw new Error(describeUnknownName('key', name, validNames, validNames));
}

function qualifiedNameOf({ org, name }: { readonly org: string; readonly name: string }): string {
  return `${org}/${name}`;
}

/** @param who see `ControlClient.getToken` @throws Error with the nearest name, or with the server's message */
export async function getToken(
  send: Send,
  cast: Cast,
  info: { readonly configuration: { readonly runai: { readonly value: string } } },
  who: string | ClientCredentials | undefined,
): Promise<string> {
  const response = await send('/api/v1/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(createTokenRequest(cast, who, info.configuration.runai.value)),
  });
  // Run:ai's success or error response, as documented.
  const { accessToken, message } = (await response.json()) as { accessToken?: string; message?: string };
  if (accessToken === undefined) throw new Error(`the mock did not issue a token: ${message}`);
  return accessToken;
}

export type TokenRequest = Readonly<Record<string, string>>;

/** The Run:ai version in which every client is an application. */
const EVERY_CLIENT_IS_AN_APPLICATION = '2.19';
/** The Run:ai version that removed the grant for applications. */
const NO_GRANT_FOR_APPLICATIONS = '3.0';

/** @param who see `ControlClient.getToken` @param version of Run:ai @throws Error with the nearest name; TypeError */
export function createTokenRequest(
  cast: Cast,
  who: string | ClientCredentials | undefined,
  version: string,
): TokenRequest {
  if (typeof who === 'object' && who !== null) {
    const { clientId, clientSecret } = who;
    if (typeof clientId !== 'string' || typeof clientSecret !== 'string') throw createInvalidCredentialsError();
    return createClientRequest({ clientId, clientSecret }, version);
  }
  if (who === undefined) return createClientRequest(findFirstAccessKey(cast), version);
  if (typeof who !== 'string') throw createInvalidCredentialsError();
  const holders = listHolders(cast, version);
  const holder = holders.find(({ names }) => names.includes(who));
  if (holder?.request != null) return holder.request;
  if (holder !== undefined) {
    throw new Error(
      `\`${holder.names[0]}\` is an application, and Run:ai ${version} issues no tokens to applications. Use a service account or a user.`,
    );
  }
  const allNames = holders.flatMap(({ names }) => names);
  const mainNames = holders.flatMap(({ names }) => names.slice(0, 1));
  throw new Error(describeUnknownName('user, application or service account', who, allNames, mainNames));
}

/** An identity in the cast that can get a token. */
interface Holder {
  /** The names that identify it, the main name first. */
  readonly names: readonly string[];
  /** Null if this version of Run:ai has no grant for it. */
  readonly request: TokenRequest | null;
}

function listHolders(cast: Cast, version: string): readonly Holder[] {
  const { users = [], applications = [], serviceAccounts = [] } = (cast.runai as CastPart<'runai'>) ?? {};
  const toHolder = (client: ClientCredentials & { readonly name: string }): Holder => ({
    names: [client.name, client.clientId],
    request: createClientRequest(client, version),
  });
  return [
    ...users.map(({ email, password, accessKey }): Holder => {
      if (accessKey === undefined)
        return { names: [email], request: { grantType: 'password', username: email, password } };
      const { names, request } = toHolder(accessKey);
      return { names: [email, ...names], request };
    }),
    ...users.flatMap(({ accessKeys = [] }) => accessKeys).map(toHolder),
    ...applications.map(({ name, clientId, secret }) => ({
      names: [name, clientId],
      request: version === NO_GRANT_FOR_APPLICATIONS ? null : createApplicationRequest(clientId, secret),
    })),
    ...serviceAccounts.map(toHolder),
  ];
}

/** Returns the access key of the first user who has one. @throws Error if there is none */
function findFirstAccessKey(cast: Cast): ClientCredentials {
  const { users = [] } = (cast.runai as CastPart<'runai'>) ?? {};
  const accessKey = users.find((user) => user.accessKey !== undefined)?.accessKey;
  if (accessKey !== undefined) return accessKey;
  throw new Error(
    'No user in the cast has an access key. Pass the name of a user, an application or a service account.',
  );
}

function createClientRequest({ clientId, clientSecret }: ClientCredentials, version: string): TokenRequest {
  if (version === EVERY_CLIENT_IS_AN_APPLICATION) return createApplicationRequest(clientId, clientSecret);
  return { grantType: 'client_credentials', clientId, clientSecret };
}

function createApplicationRequest(appID: string, appSecret: string): TokenRequest {
  return { grantType: 'app_token', appID, appSecret };
}

function createInvalidCredentialsError(): TypeError {
  return new TypeError(
    'getToken takes the name of an identity in the cast, `{ clientId, clientSecret }` of an access key or a service account, or nothing.',
  );
}

/** @param valid the names to suggest from @param listed the names to list */
function describeUnknownName(kind: string, name: string, valid: readonly string[], listed: readonly string[]): string {
  if (listed.length === 0)
    return `There is no ${kind} \`${name}\` in the cast. The cast has none; use a seed that has one.`;
  return `There is no ${kind} \`${name}\` in the cast.${suggestName(name, valid)} The cast has ${listNames(name, listed, '`GET /_mock/cast`')}.`;
}
