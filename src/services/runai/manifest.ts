import type { Manifest, Variable } from '../../contract/manifest.ts';
import { type Option, oneOf, onOff, type ValuesOf, wholeNumber } from '../../contract/option.ts';
import { REASONS } from './reasons.ts';
import { isRedirectUri, REDIRECT_URI_FORM, splitClientUri } from './redirect-uris.ts';
import { hostOfTenant } from './tenant.ts';
import { DEFAULT_TOKEN_LIFETIMES, tokenLifetimesOption } from './token-lifetimes.ts';

/** Members that all identities of the cast have. */
interface CastIdentity {
  readonly role: string | null;
  /** An access token that never expires. Omitted in the response that creates a world; `readCast()` always has it. */
  readonly bearer?: string;
}

/** An access key of the cast, with its secret. */
interface CastAccessKey {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The Run:ai part of the built-in cast. */
export interface RunaiCast {
  readonly tenant: { readonly id: number; readonly name: string; readonly realm: string };
  readonly users: readonly (CastIdentity & {
    readonly email: string;
    readonly password: string;
    readonly accessKey?: CastAccessKey;
    readonly accessKeys?: readonly CastAccessKey[];
  })[];
  readonly applications: readonly (CastIdentity & {
    readonly name: string;
    readonly clientId: string;
    readonly secret: string;
  })[];
  readonly serviceAccounts: readonly (CastIdentity & {
    readonly name: string;
    readonly clientId: string;
    readonly clientSecret: string;
  })[];
  readonly clusters?: readonly { readonly id: string; readonly name: string }[];
  readonly departments?: readonly { readonly id: string; readonly name: string }[];
  readonly projects?: readonly { readonly id: string; readonly name: string; readonly departmentId?: string }[];
}

declare module '../../contract/cast.ts' {
  interface Cast {
    readonly runai: RunaiCast;
  }
}

/** Printable ASCII without `=`, which ends the client id. The control API has the same limit of 255 characters. */
const CLIENT_ID_AND_SEPARATOR = /^[!-<>-~]{1,255}=/;

/** The options of Run:ai. */
export const OPTIONS = {
  tokenTtl: {
    argument: 'DURATIONS',
    description: 'lifetimes of Run:ai tokens and codes, each optional; a single duration applies to access tokens',
    fallback: DEFAULT_TOKEN_LIFETIMES,
    ...tokenLifetimesOption,
  },
  redirectUri: {
    argument: 'CLIENT=URL',
    repeatable: true,
    description: 'redirect URI of an OAuth client; an unknown client is added as a public client',
    fallback: [] as readonly string[],
    expected: `a client id and its redirect URI, such as \`my-app=http://localhost:5173/callback\`; the URI is ${REDIRECT_URI_FORM}`,
    read: (text: string) =>
      CLIENT_ID_AND_SEPARATOR.test(text) && isRedirectUri(splitClientUri(text).uri) ? [text] : undefined,
  },
  runai: {
    argument: 'VERSION',
    description: 'version of Run:ai: 2.19, 2.24, 2.25, 2.26 or 3.0',
    fallback: '2.24',
    ...oneOf(['2.19', '2.24', '2.25', '2.26', '3.0']),
  },
  runaiBadCredentials: {
    argument: '400|401',
    description: 'status of wrong credentials at the token endpoint',
    fallback: 400,
    expected: '`400` or `401`',
    read: (text) => {
      if (text === '400') return 400;
      if (text === '401') return 401;
      return undefined;
    },
  },
  runaiKeyLimit: {
    argument: 'N',
    description: 'maximum number of access keys per user',
    fallback: 20,
    ...wholeNumber(0, 1_000_000),
  },
  runaiRevokeOnDelete: {
    description: 'revoke the tokens of a credential when it is deleted or its secret is changed',
    fallback: false,
    ...onOff,
  },
  runaiIdp: {
    argument: 'URL|FILE',
    repeatable: true,
    description:
      'JWK set of the identity provider for `external_token_exchange`; repeat with `issuer=...` and `audience=...` to check these claims',
    fallback: [] as readonly string[],
    expected: 'a URL or a path, or `issuer=` or `audience=` with a value',
    read: (text: string) => (['', 'issuer=', 'audience='].includes(text) ? undefined : [text]),
  },
} as const satisfies Readonly<Record<string, Option>>;

declare module '../../decisions/ruleset.ts' {
  interface Settings extends ValuesOf<typeof OPTIONS> {}
}

/** Returns the Run:ai part of a cast from a server. A server of another version may send only some members. */
function readCastPart(part: unknown): Partial<RunaiCast> {
  return (part ?? {}) as Partial<RunaiCast>;
}

/** Finds the access key of an administrator. @param castPart the Run:ai part of the cast, from a server */
function findAdministratorKey(
  castPart: unknown,
): { readonly clientId?: string; readonly clientSecret?: string } | undefined {
  const { users = [] } = readCastPart(castPart);
  return users.find(({ role, accessKey }) => role === 'System administrator' && accessKey)?.accessKey;
}

const VARIABLES: readonly Variable[] = [
  { name: 'RUNAI_BASE_URL', readValue: (_castPart, url) => url },
  {
    name: 'RUNAI_CLIENT_ID',
    readValue: (castPart) => findAdministratorKey(castPart)?.clientId,
    requirement: 'administrator with an access key',
  },
  { name: 'RUNAI_CLIENT_SECRET', readValue: (castPart) => findAdministratorKey(castPart)?.clientSecret },
];

/** Returns the hosts of control planes: the one in the vendor's document, and the tenant's. */
function listControlPlanes(castPart: unknown): readonly string[] {
  const { tenant } = readCastPart(castPart);
  return ['app.run.ai', ...(tenant === undefined ? [] : [hostOfTenant(tenant)])];
}

/** The part of the service that the command and the library need without loading it. */
export const runaiManifest = {
  name: 'runai',
  options: OPTIONS,
  reasons: REASONS,
  variables: VARIABLES,
  // The vendor's cloud has one control plane per tenant.
  hosts: ['*.run.ai'],
  hostsOfCast: listControlPlanes,
  load: async () => (await import('./index.ts')).runai,
} as const satisfies Manifest;
