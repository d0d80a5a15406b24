/** Somebody with an identity in a tenant. */
export type IdentityKind = 'user' | 'application' | 'service-account';

/** Kinds of principals. Callers with credentials of another kind add theirs here (`declare module`). */
export interface PrincipalKinds extends Record<IdentityKind, true> {}

export type PrincipalKind = keyof PrincipalKinds;

/** Somebody who can make requests, in the form that decisions and pages may show: no secrets, keys by id. */
export interface Principal {
  readonly kind: PrincipalKind;
  readonly id: string;
  /** The name people use: a user's e-mail address, or the name of an application, a service account or a key. */
  readonly name: string;
  /** The client id with which the credential was made. */
  readonly clientId?: string;
  /** The tenant of an identity. */
  readonly tenant?: string;
  /** The organisation that the credential belongs to. */
  readonly org?: string;
  /** For a personal key: the e-mail address of its user. */
  readonly user?: string;
}

/** What somebody may be called: by id, name, client id or e-mail address. */
export function namesOf({ id, name, clientId, user }: Principal): readonly string[] {
  return [id, name, ...(clientId === undefined ? [] : [clientId]), ...(user === undefined ? [] : [user])];
}
