/** Somebody with an identity in a tenant. */
export type IdentityKind = 'user' | 'application' | 'service-account';

/** Who asks: an identity, or one of the two kinds of NGC keys. */
export type PrincipalKind = IdentityKind | 'personal-key' | 'service-key';

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
  /** Of a personal key: the e-mail address of whose it is. */
  readonly user?: string;
  /** The NGC organisation of a key. */
  readonly org?: string;
  /** The NVIDIA Cloud Account (NCA) of that organisation. */
  readonly account?: string;
}
