/** Somebody with an identity in a tenant. */
export type IdentityKind = 'user' | 'application' | 'service-account';

/** Kinds of principals. What asks by a credential of its own adds its own here (`declare module`). */
export interface PrincipalKinds extends Record<IdentityKind, true> {}

export type PrincipalKind = keyof PrincipalKinds;

/** Somebody who can ask, in the form that decisions and pages may show: no secret, keys by id. */
export interface Principal {
  readonly kind: PrincipalKind;
  readonly id: string;
  /** What people call it: a user's e-mail address, the name of an application, a service account or a key. */
  readonly name: string;
  /** The client id that the credential was made with. */
  readonly clientId?: string;
  /** The tenant of an identity. */
  readonly tenant?: string;
  /** The organisation that the credential is of. */
  readonly org?: string;
}
