/** Kinds of principals with an identity in a tenant. */
export type IdentityKind = 'user' | 'application' | 'service-account';

/** Kinds of principals. Services add the kinds of their own credentials (`declare module`). */
export interface PrincipalKinds extends Record<IdentityKind, true> {}

export type PrincipalKind = keyof PrincipalKinds;

/** A caller, safe to show in decisions and pages: keys by id, no secrets. */
export interface Principal {
  readonly kind: PrincipalKind;
  readonly id: string;
  /** A user's e-mail address, or the name of an application, a service account or a key. */
  readonly name: string;
  readonly clientId?: string;
  readonly tenant?: string;
  readonly org?: string;
  /** For a personal key: the e-mail address of its user. */
  readonly user?: string;
}

export function namesOf({ id, name, clientId, user }: Principal): readonly string[] {
  return [id, name, ...(clientId === undefined ? [] : [clientId]), ...(user === undefined ? [] : [user])];
}
