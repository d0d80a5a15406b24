import { ask } from '../control-api/client.ts';
import { describeBinding, keyTexts, readKeys, type ShownKey } from './keys.ts';
import { createQuery } from './query.ts';
import { serviceOfKey } from './rulesets.ts';

/** An identity that can call services of this world. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly kind: 'service key' | 'personal key' | 'user' | 'application' | 'service account';
  /** The services it can call. */
  readonly services: readonly string[];
  /** Its rights, in words. */
  readonly holds: string;
  /** Its credentials, best first. Empty if the secret was shown only once. */
  readonly credentials: readonly Credential[];
  /** A Run:ai token that never expires, if the world has one. */
  readonly bearer?: string | undefined;
  /** For NGC keys. */
  readonly key?: ShownKey;
}

export type Credential =
  | { readonly kind: 'key'; readonly text: string }
  | { readonly kind: 'client'; readonly id: string; readonly secret: string }
  | { readonly kind: 'application'; readonly id: string; readonly secret: string }
  | { readonly kind: 'password'; readonly email: string; readonly password: string };

/** The parts of the cast that the console uses. */
interface Cast {
  readonly runai?: {
    readonly users?: readonly CastUser[];
    readonly applications?: readonly (Client & { readonly secret: string })[];
    readonly serviceAccounts?: readonly (Client & { readonly clientSecret: string })[];
  };
  readonly ngc?: {
    readonly keys?: readonly { readonly id: string; readonly key: string }[];
    readonly organizations?: readonly { readonly name: string }[];
  };
}

interface CastIdentity {
  readonly id: string;
  readonly bearer?: string;
  readonly role?: string | null;
}

interface Client extends CastIdentity {
  readonly name: string;
  readonly clientId: string;
}

interface CastUser extends CastIdentity {
  readonly email: string;
  readonly password?: string;
  readonly accessKey?: { readonly clientId: string; readonly clientSecret: string };
}

/** The cast depends only on the seed. */
const readCast = createQuery(['cast'], () => ask<Cast>('GET', '/_mock/cast'));

/** Returns the label of an identity in a list. A key that is refused now shows its status. */
export function formatChoice({ name, key }: Identity): string {
  return key === undefined || key.status === 'active' ? name : `${name} (${key.status})`;
}

/** Returns the names of the world's NGC organisations. The first is the default for keys. */
export async function readOrganizations(): Promise<readonly string[]> {
  const { ngc } = await readCast();
  return (ngc?.organizations ?? []).map(({ name }) => name);
}

/** Reads all identities: NGC keys, and the Run:ai part of the cast. */
export const readIdentities = createQuery(['keys', 'cast'], async (): Promise<readonly Identity[]> => {
  const [cast, keys] = await Promise.all([readCast(), readKeys()]);
  return [...listKeys(cast, keys), ...listRunaiCallers(cast)];
});

function listKeys({ ngc }: Cast, keys: readonly ShownKey[]): Identity[] {
  const texts = new Map([...(ngc?.keys ?? []).map(({ id, key }) => [id, key] as const), ...keyTexts.value]);
  return keys.map((key) => {
    const { id, name, type, services, policy, roles, status } = key;
    const text = texts.get(id);
    const rights =
      type === 'personal'
        ? (roles ?? []).join(', ')
        : `${policy?.scopes.join(', ')}; bound to ${describeBinding(policy?.resource, key.unbound)}`;
    return {
      id,
      name,
      kind: `${type} key`,
      services: services.map(serviceOfKey),
      holds: status === 'active' ? rights : `${status}: ${rights}`,
      credentials: text === undefined ? [] : [{ kind: 'key', text }],
      key,
    } as const;
  });
}

function listRunaiCallers({ runai }: Cast): Identity[] {
  const { users = [], applications = [], serviceAccounts = [] } = runai ?? {};
  const services = ['runai'];
  const holds = ({ role }: CastIdentity) => role ?? 'no role';
  return [
    ...users.map((user): Identity => {
      const { id, email, password, accessKey } = user;
      const credentials: Credential[] = [];
      if (accessKey !== undefined) {
        credentials.push({ kind: 'client', id: accessKey.clientId, secret: accessKey.clientSecret });
      }
      if (password !== undefined) credentials.push({ kind: 'password', email, password });
      return { id, name: email, kind: 'user', services, holds: holds(user), credentials, bearer: user.bearer };
    }),
    ...serviceAccounts.map((account): Identity => {
      const { id, name, clientId, clientSecret: secret } = account;
      const credentials: Credential[] = [{ kind: 'client', id: clientId, secret }];
      return {
        id,
        name,
        kind: 'service account',
        services,
        holds: holds(account),
        credentials,
        bearer: account.bearer,
      };
    }),
    ...applications.map((application): Identity => {
      const { id, name, clientId, secret } = application;
      const credentials: Credential[] = [{ kind: 'application', id: clientId, secret }];
      return {
        id,
        name,
        kind: 'application',
        services,
        holds: holds(application),
        credentials,
        bearer: application.bearer,
      };
    }),
  ];
}
