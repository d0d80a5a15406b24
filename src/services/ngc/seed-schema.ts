import { list, object, oneOf, optional, schema, text, type ValueOf } from '../../contract/json-schema.ts';

/** Ids are used in paths, where one official client replaces `_` with `-`. */
const ID = { pattern: '^[A-Za-z0-9.-]+$' };

const RESOURCE = object({
  type: text('The resource type, such as `All Functions` or `Function`.'),
  ids: optional(list(text(), 'Object ids, for types that need them.')),
  ignoredIds: optional(list(text(), 'Ids without effect, as in keys from `GET /_mock/keys`.')),
});

const ORGANIZATION = object({
  name: text('The name, as in paths.', ID),
  ncaId: text('The account (NCA id), which must be unique.'),
  airSubscription: schema<boolean>(
    { type: 'boolean' },
    'Whether the organisation has a subscription to Air. Without one, Air responds 402.',
  ),
});

const KEY = object({
  id: optional(text('The id, as in paths. Default: derived from the organisation and the name.', ID)),
  org: text('The organisation of the key.'),
  name: text('The name, unique in the organisation.'),
  type: oneOf(['personal', 'service'], 'Personal keys have the rights of their user; service keys have scopes.'),
  services: list(text(), 'The services that accept the key, such as `nvcf` and `air`.'),
  scopes: optional(list(text(), 'For service keys: scopes, such as `list_functions` or `List Functions`.')),
  resource: optional(
    schema<ValueOf<typeof RESOURCE> | readonly ValueOf<typeof RESOURCE>[]>(
      { anyOf: [RESOURCE, list(RESOURCE)] },
      'For service keys: the objects that the key is limited to, as a resource or a list of resources.',
    ),
  ),
  user: optional(text('The e-mail address of the user. Required for personal keys.')),
  roles: optional(
    list(text(), 'The roles of the user, such as `ORG_OWNER` or `air-admin`. They apply to all keys of the user.'),
  ),
  expiresAt: optional(
    text('When the key expires (RFC 3339). Default: never.', {
      pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+(Z|[+-]\\d\\d:\\d\\d)$',
    }),
  ),
  owner: optional(
    text(
      'For keys of the self-hosted key service: the owner, such as `svc@nvcf-api.local`. The issuer is the first of `services`.',
    ),
  ),
  key: optional(text('The key itself, as returned by `POST /_mock/keys`. Default: derived from the id.')),
});

export const SEED_SCHEMA = object({
  org: text('The organisation of paths without one; one of `organizations`.'),
  ncaId: text('The account (NCA id) of that organisation.'),
  organizations: list(ORGANIZATION, 'The organisations of NGC keys, Air and Cloud Functions.'),
  keys: optional(list(KEY, 'Keys of all organisations.')),
});

export type WrittenKey = ValueOf<typeof KEY>;

/** A key with the members that can be derived: its id and its text. */
export type CompleteKey = WrittenKey & { readonly id: string; readonly key: string };

/** The `ngc` part of a seed, with keys of this type. */
export type NgcSeed<Key = WrittenKey> = Omit<ValueOf<typeof SEED_SCHEMA>, 'keys'> & { readonly keys?: readonly Key[] };
