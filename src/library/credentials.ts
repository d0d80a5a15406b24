import type { Cast } from '../contract/cast.ts';
import { listNames, suggestName } from '../text/nearest.ts';
import type { Send } from './calls.ts';

/** Client credentials, for example of an access key or a service account. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

type Seeded<Part extends keyof Cast> = Partial<Cast[Part]> | undefined;

/**
 * Finds the text of a key in the cast.
 *
 * @param name the name, or `org/name` if several organisations have a key with that name
 * @throws Error with the nearest name or the existing names; TypeError for a name that isn't a string
 */
export function findCastKey(cast: Cast, name: string): string {
  if (typeof name !== 'string')
    throw new TypeError('key takes the name of a key in the cast, such as `nvcf-deployer`.');
  // A seed may omit this part.
  const keys = (cast.ngc as Seeded<'ngc'>)?.keys ?? [];
  const qualifiedName = ({ org, name: own }: { org: string; name: string }) => `${org}/${own}`;
  const found = keys.filter((key) => key.name === name || qualifiedName(key) === name);
  const [first] = found;
  if (first !== undefined && found.length === 1) return first.key;
  if (found.length > 1) {
    throw new Error(
      `Several keys in the cast are named \`${name}\`. Use ${listNames(name, found.map(qualifiedName))}.`,
    );
  }
  const names = keys.map(name.includes('/') ? qualifiedName : ({ name: own }) => own);
  throw new Error(describeUnknownName('key', name, names, names));
}

/**
 * Fetches a Run:ai access token for an identity in the cast.
 *
 * @param info `GET /_mock/info` of the same world
 * @param who see `Switchboard.getToken`
 * @throws Error with the nearest name in the cast, or with the server's message
 */
export async function getToken(
  send: Send,
  cast: Cast,
  info: Info,
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

/** The part of `/_mock/info` with the version of Run:ai. */
interface Info {
  readonly configuration: { readonly runai: { readonly value: string } };
}

/** A request to Run:ai's token endpoint. */
export type TokenRequest = Readonly<Record<string, string>>;

/** The Run:ai version in which every client is an application. */
const EVERY_CLIENT_IS_AN_APPLICATION = '2.19';
/** The Run:ai version that removed the grant for applications. */
const NO_GRANT_FOR_APPLICATIONS = '3.0';

/**
 * Returns the token request for an identity.
 *
 * @param who a user's e-mail address; the name or client id of an application, a service account or an access key;
 * credentials; or undefined for the first user with an access key
 * @param version of Run:ai
 * @throws Error with the nearest name or the existing names; TypeError for anything else
 */
export function createTokenRequest(
  cast: Cast,
  who: string | ClientCredentials | undefined,
  version: string,
): TokenRequest {
  const clientRequest = (clientId: string, clientSecret: string): TokenRequest =>
    version === EVERY_CLIENT_IS_AN_APPLICATION
      ? applicationRequest(clientId, clientSecret)
      : { grantType: 'client_credentials', clientId, clientSecret };
  if (typeof who === 'object' && who !== null) {
    const { clientId, clientSecret } = who;
    if (typeof clientId !== 'string' || typeof clientSecret !== 'string') throw invalidCredentialsError();
    return clientRequest(clientId, clientSecret);
  }
  if (who !== undefined && typeof who !== 'string') throw invalidCredentialsError();

  // A seed may omit this part.
  const { users = [], applications = [], serviceAccounts = [] } = (cast.runai as Seeded<'runai'>) ?? {};
  if (who === undefined) {
    const first = users.find(({ accessKey }) => accessKey !== undefined)?.accessKey;
    if (first !== undefined) return clientRequest(first.clientId, first.clientSecret);
    throw new Error(
      'No user in the cast has an access key. Pass the name of a user, an application or a service account.',
    );
  }
  const holders: readonly { readonly names: readonly string[]; readonly request: () => TokenRequest }[] = [
    ...users.map(({ email, password, accessKey }) => ({
      names: [email, ...(accessKey === undefined ? [] : [accessKey.name, accessKey.clientId])],
      request: (): TokenRequest =>
        accessKey === undefined
          ? { grantType: 'password', username: email, password }
          : clientRequest(accessKey.clientId, accessKey.clientSecret),
    })),
    ...users.flatMap(({ accessKeys = [] }) =>
      accessKeys.map(({ name, clientId, clientSecret }) => ({
        names: [name, clientId],
        request: () => clientRequest(clientId, clientSecret),
      })),
    ),
    ...applications.map(({ name, clientId, secret }) => ({
      names: [name, clientId],
      request: () => {
        if (version !== NO_GRANT_FOR_APPLICATIONS) return applicationRequest(clientId, secret);
        throw new Error(
          `\`${name}\` is an application, and Run:ai ${version} issues no tokens to applications. Use a service account or a user.`,
        );
      },
    })),
    ...serviceAccounts.map(({ name, clientId, clientSecret }) => ({
      names: [name, clientId],
      request: () => clientRequest(clientId, clientSecret),
    })),
  ];
  const holder = holders.find(({ names }) => names.includes(who));
  if (holder !== undefined) return holder.request();
  const allNames = holders.flatMap(({ names }) => names);
  const mainNames = holders.flatMap(({ names }) => names.slice(0, 1));
  throw new Error(describeUnknownName('user, application or service account', who, allNames, mainNames));
}

/** Returns a request with the grant for applications. */
function applicationRequest(appID: string, appSecret: string): TokenRequest {
  return { grantType: 'app_token', appID, appSecret };
}

function invalidCredentialsError(): TypeError {
  return new TypeError(
    'getToken takes the name of an identity in the cast, `{ clientId, clientSecret }` of an access key or a service account, or nothing.',
  );
}

function describeUnknownName(kind: string, name: string, valid: readonly string[], listed: readonly string[]): string {
  if (listed.length === 0)
    return `There is no ${kind} \`${name}\` in the cast. The cast has none; use a seed that has one.`;
  return `There is no ${kind} \`${name}\` in the cast.${suggestName(name, valid)} The cast has ${listNames(name, listed, '`GET /_mock/cast`')}.`;
}
