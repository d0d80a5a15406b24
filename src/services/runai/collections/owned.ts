/** The names of the collections whose rows belong to an identity, and go with it. */
export const OWNED_BY_IDENTITIES: readonly string[] = [
  'access-keys',
  'oauth.logins',
  'oauth.logins.ended',
  'oauth.codes',
];
