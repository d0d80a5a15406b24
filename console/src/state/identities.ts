import { ask } from '../control-api/client.ts';
import { describeBinding, keyTexts, type NgcKey, readKeys } from './keys.ts';
import { createQuery } from './query.ts';
import { serviceOfKey } from './rulesets.ts';

export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly kind: 'service key' | 'personal key' | 'user' | 'application' | 'service account';
  readonly services: readonly string[];
  readonly rights: string;
  /** What a service key is bound to, with names where the cast has them; null without a resource. */
  readonly binding?: string | null;
  /** Its credentials, best first. Empty if the secret was shown only once. */
  readonly credentials: readonly Credential[];
  /** A Run:ai token that never expires, if the world has one. */
  readonly bearer?: string | undefined;
  readonly key?: NgcKey;
}

/** A credential of an identity, by how it is sent. */
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
  readonly nvcf?: {
    readonly functions?: readonly { readonly name: string; readonly functionId: string; readonly versionId: string }[];
  };
  readonly nvct?: { readonly tasks?: readonly { readonly name: string; readonly id: string }[] };
}

/** The members that all Run:ai identities of the cast have. */
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

/** Reads the cast, which depends only on the seed. */
const readCast = createQuery(['cast'], () => ask<Cast>('GET', '/_mock/cast'));

/** Returns the names of the world's NGC organisations. The first is the default for keys. */
export async function readOrganizations(): Promise<readonly string[]> {
  const { ngc } = await readCast();
  return (ngc?.organizations ?? []).map(({ name }) => name);
}

export async function readFunctions() {
  return (await readCast()).nvcf?.functions ?? [];
}

/** Reads all identities: NGC keys, and the Run:ai part of the cast. */
export const readIdentities = createQuery(['keys', 'cast'], async (): Promise<readonly Identity[]> => {
  const [cast, keys] = await Promise.all([readCast(), readKeys()]);
  return [...listKeys(cast, keys), ...listRunaiCallers(cast)];
});

/** The cast's names of keys that it keeps to be refused, deleted or suspended. */
const KEPT_TO_BE_REFUSED = /-(?:retired|stranger)\b/;

/** Returns whether an identity is there to be refused, so that it is no identity to work with. */
export function isKeptToBeRefused({ name, key }: Identity): boolean {
  return key !== undefined && (key.status !== 'active' || KEPT_TO_BE_REFUSED.test(name));
}

/** Returns whether an identity has a known credential that nothing refuses. */
export function isUsable(identity: Identity): boolean {
  return identity.credentials.length > 0 && !isKeptToBeRefused(identity);
}

/** Returns the name of a principal, or its id if another identity has the same name. */
export function nameOrId({ id, name }: Pick<Identity, 'id' | 'name'>, all = readIdentities.latest() ?? []): string {
  return all.some((other) => other.name === name && other.id !== id) ? id : name;
}

function listKeys({ ngc, nvcf, nvct }: Cast, keys: readonly NgcKey[]): Identity[] {
  const names = new Map([
    ...(nvcf?.functions ?? []).flatMap(({ name, functionId, versionId }) => [
      [functionId, name] as const,
      [versionId, name] as const,
    ]),
    ...(nvct?.tasks ?? []).map(({ id, name }) => [id, name] as const),
  ]);
  const texts = new Map([...(ngc?.keys ?? []).map(({ id, key }) => [id, key] as const), ...keyTexts.value]);
  return keys.map((key) => {
    const { id, name, type, services, policy, roles, status } = key;
    const text = texts.get(id);
    const rights = (type === 'personal' ? (roles ?? []) : (policy?.scopes ?? [])).join(', ');
    return {
      id,
      name,
      kind: `${type} key`,
      services: services.map(serviceOfKey),
      rights: status === 'active' ? rights : `${status}: ${rights}`,
      ...(type === 'service' && { binding: policy?.resource ? describeBinding(policy.resource, names) : null }),
      credentials: text === undefined ? [] : [{ kind: 'key', text }],
      key,
    } as const;
  });
}

function listRunaiCallers({ runai }: Cast): Identity[] {
  const { users = [], applications = [], serviceAccounts = [] } = runai ?? {};
  return [
    ...users.map(createUser),
    ...serviceAccounts.map((account) => {
      const { clientId, clientSecret: secret } = account;
      return createClient(account, 'service account', { kind: 'client', id: clientId, secret });
    }),
    ...applications.map((application) => {
      const { clientId, secret } = application;
      return createClient(application, 'application', { kind: 'application', id: clientId, secret });
    }),
  ];
}

function createUser({ id, email, password, accessKey, role, bearer }: CastUser): Identity {
  const credentials: Credential[] = [];
  if (accessKey !== undefined) {
    credentials.push({ kind: 'client', id: accessKey.clientId, secret: accessKey.clientSecret });
  }
  if (password !== undefined) credentials.push({ kind: 'password', email, password });
  return { id, name: email, kind: 'user', services: ['runai'], rights: role ?? NO_ROLE, credentials, bearer };
}

function createClient({ id, name, role, bearer }: Client, kind: Identity['kind'], credential: Credential): Identity {
  return { id, name, kind, services: ['runai'], rights: role ?? NO_ROLE, credentials: [credential], bearer };
}

const NO_ROLE = 'no role';
