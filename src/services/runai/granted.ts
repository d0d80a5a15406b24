import type { Principal } from '../../core/principal.ts';
import type { Identity } from './collections/identities.ts';

/** The owner of an access token, and the client that asked for it (`azp`). */
export interface Granted {
  readonly identity: Identity;
  readonly clientId: string;
}

export function principalOf({ identity: { kind, id, name }, clientId }: Granted): Principal {
  return { kind, id, name, clientId };
}
