import type { CreatedOAuthClient, OAuthClient, OAuthClientOrder } from '../../generated/library.ts';
import { type Call, pagesOf } from './calls.ts';

/** The OAuth clients with which users of the world log in. */
export interface ClientsBoard {
  /**
   * Adds one. The only answer that has the secret of a client that is not public.
   *
   * @throws MockError if there is such a client, or a redirect URI is none
   */
  create(order: OAuthClientOrder): Promise<CreatedOAuthClient>;
  /** Oldest first. */
  list(): Promise<readonly OAuthClient[]>;
  /** Its refresh tokens are refused from now on. */
  delete(clientId: string): Promise<void>;
}

export function clientsBoard(call: Call): ClientsBoard {
  return {
    create: (order) => call('POST', '/clients', order),
    list: () => pagesOf(call, 'clients'),
    delete: (clientId) => call('DELETE', `/clients/${encodeURIComponent(clientId)}`),
  };
}
