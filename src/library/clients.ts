import type { CreatedOAuthClient, OAuthClient, OAuthClientOrder } from '../../generated/library.ts';
import { type Call, readAllPages } from './calls.ts';

/** The OAuth clients that users of the world log in with. */
export interface ClientsBoard {
  /**
   * Creates a client. Only this response contains the secret of a confidential client.
   *
   * @throws MockError if the client exists, or if a redirect URI is invalid
   */
  create(order: OAuthClientOrder): Promise<CreatedOAuthClient>;
  /** Oldest first. */
  list(): Promise<readonly OAuthClient[]>;
  /** Deletes a client and revokes its refresh tokens. */
  delete(clientId: string): Promise<void>;
}

/** Creates the methods for OAuth clients. */
export function createClientsBoard(call: Call): ClientsBoard {
  return {
    create: (order) => call('POST', '/clients', order),
    list: () => readAllPages(call, 'clients'),
    delete: (clientId) => call('DELETE', `/clients/${encodeURIComponent(clientId)}`),
  };
}
