// Separate from the code for keys: the declarations of the package import this file.
import type { Principal } from '../../decisions/principal.ts';

declare module '../../decisions/principal.ts' {
  interface PrincipalKinds {
    'personal-key': true;
    'service-key': true;
    /** A user of an organisation, authenticated with a token. */
    'organization-user': true;
    /** An administrator of a self-hosted deployment, authenticated with a token. */
    'admin-token': true;
    /** A client of a trusted issuer, authenticated with a token. */
    'trusted-token': true;
  }
  interface Principal {
    /** The NVIDIA Cloud Account (NCA) of a key's organisation. */
    readonly account?: string;
  }
}

/** Checks whether a principal has the rights of a user's roles: a personal key, or the user. */
export function actsAsUser({ kind }: Pick<Principal, 'kind'>): boolean {
  return kind === 'personal-key' || kind === 'organization-user';
}
