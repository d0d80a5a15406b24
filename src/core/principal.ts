/** Who asks. */
export type PrincipalKind = 'user' | 'application' | 'service-account';

/** Somebody who can ask, in the form that decisions and pages may show: no secret, keys by id. */
export interface Principal {
  readonly kind: PrincipalKind;
  readonly id: string;
  /** What people call it: a user's e-mail address, the name of an application or a service account. */
  readonly name: string;
  /** The client id that the credential was made with. */
  readonly clientId: string;
}
