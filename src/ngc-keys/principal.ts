// Separate from the code for keys: the declarations of the package import this file.
import type { Principal } from '../decisions/principal.ts';

declare module '../decisions/principal.ts' {
  interface PrincipalKinds {
    'personal-key': true;
    'service-key': true;
    /** A user of an organisation, by a token. */
    'organization-user': true;
    /** Who administers a self-hosted deployment, by a token. */
    'admin-token': true;
    /** A client of an issuer that the deployment trusts, by a token. */
    'trusted-token': true;
  }
  interface Principal {
    /** The NVIDIA Cloud Account (NCA) of a key's organisation. */
    readonly account?: string;
  }
}

/** Whether a principal has the rights of a user's roles: a personal key, or the user. */
export function actsAsUser({ kind }: Pick<Principal, 'kind'>): boolean {
  return kind === 'personal-key' || kind === 'organization-user';
}
