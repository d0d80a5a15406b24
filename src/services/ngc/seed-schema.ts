import { describe, listSchema, NON_EMPTY, objectSchema } from '../../definitions/json-schema.ts';
import type { GivenResource } from '../../ngc-keys/key-policy.ts';

const KEY_TYPES = ['personal', 'service'] as const;

/** A key as written in a seed. */
export interface WrittenKey {
  readonly id?: string;
  readonly org: string;
  readonly name: string;
  readonly type: (typeof KEY_TYPES)[number];
  readonly services: readonly string[];
  readonly scopes?: readonly string[];
  readonly resource?: GivenResource | readonly GivenResource[];
  readonly user?: string;
  readonly roles?: readonly string[];
  readonly expiresAt?: string;
  readonly key?: string;
  readonly owner?: string;
}

/** A key with the members that can be derived: its id and its text. */
export type CompleteKey = WrittenKey & { readonly id: string; readonly key: string };

/** The `ngc` part of a validated seed. */
export interface NgcSeed<Key = WrittenKey> {
  readonly org: string;
  readonly ncaId: string;
  readonly organizations: readonly {
    readonly name: string;
    readonly ncaId: string;
    readonly airSubscription: boolean;
  }[];
  readonly keys?: readonly Key[];
}

/** Ids are used in paths, where one official client replaces `_` with `-`. */
const ID = { type: 'string', pattern: '^[A-Za-z0-9.-]+$' };
const RESOURCE_SCHEMA = objectSchema(
  {
    type: describe(NON_EMPTY, 'The resource type, such as `All Functions` or `Function`.'),
    ids: describe(listSchema(NON_EMPTY), 'Object ids, for types that need them.'),
    ignoredIds: describe(listSchema(NON_EMPTY), 'Ids without effect, as in keys from `GET /_mock/keys`.'),
  },
  ['ids', 'ignoredIds'],
);

const ORGANIZATION_SCHEMA = objectSchema({
  name: describe(ID, 'The name, as in paths.'),
  ncaId: describe(NON_EMPTY, 'The account (NCA id), which must be unique.'),
  airSubscription: describe(
    { type: 'boolean' },
    'Whether the organisation has a subscription to Air. Without one, Air responds 402.',
  ),
});

const KEY_SCHEMA = objectSchema(
  {
    id: describe(ID, 'The id, as in paths. Default: derived from the organisation and the name.'),
    org: describe(NON_EMPTY, 'The organisation of the key.'),
    name: describe(NON_EMPTY, 'The name, unique in the organisation.'),
    type: describe({ enum: KEY_TYPES }, 'Personal keys have the rights of their user; service keys have scopes.'),
    services: describe(listSchema(NON_EMPTY), 'The services that accept the key, such as `nvcf` and `air`.'),
    scopes: describe(listSchema(NON_EMPTY), 'For service keys: scopes, such as `list_functions` or `List Functions`.'),
    resource: describe(
      { anyOf: [RESOURCE_SCHEMA, listSchema(RESOURCE_SCHEMA)] },
      'For service keys: the objects that the key is limited to, as a resource or a list of resources.',
    ),
    user: describe(NON_EMPTY, 'The e-mail address of the user. Required for personal keys.'),
    roles: describe(
      listSchema(NON_EMPTY),
      'The roles of the user, such as `ORG_OWNER` or `air-admin`. They apply to all keys of the user.',
    ),
    expiresAt: describe(
      { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)$' },
      'When the key expires (RFC 3339). Default: never.',
    ),
    owner: describe(
      NON_EMPTY,
      'For keys of the self-hosted key service: the owner, such as `svc@nvcf-api.local`. The issuer is the first of `services`.',
    ),
    key: describe(NON_EMPTY, 'The key itself, as returned by `POST /_mock/keys`. Default: derived from the id.'),
  },
  ['id', 'scopes', 'resource', 'user', 'roles', 'expiresAt', 'key', 'owner'],
);

/** The JSON schema of `NgcSeed`. */
export const SEED_SCHEMA = objectSchema(
  {
    org: describe(NON_EMPTY, 'The organisation of paths without one; one of `organizations`.'),
    ncaId: describe(NON_EMPTY, 'The account (NCA id) of that organisation.'),
    organizations: describe(listSchema(ORGANIZATION_SCHEMA), 'The organisations of NGC keys, Air and Cloud Functions.'),
    keys: describe(listSchema(KEY_SCHEMA), 'Keys of all organisations.'),
  },
  ['keys'],
);
