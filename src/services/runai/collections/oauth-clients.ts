import { Collection } from '../../../store/collection.ts';
import type { Collections, Row } from '../../../store/collections.ts';
import type { Store } from '../../../store/index.ts';

/** An OAuth client for logins (RFC 6749, 2). All of ours are public. */
export interface OAuthClient {
  readonly clientId: string;
  readonly redirectUris: readonly string[];
}

export const OAUTH_CLIENTS = new Collection<OAuthClient>('oauth.clients');

export function oauthClientRow(client: OAuthClient): Row<OAuthClient, null> {
  return OAUTH_CLIENTS.row({ id: client.clientId, owner: '', parent: null, body: client });
}

/** The OAuth clients of a world. */
export function oauthClientsIn({ collections }: Pick<Store, 'collections'>): OAuthClients {
  return new OAuthClients(collections);
}

export class OAuthClients {
  readonly #rows: Collections;

  constructor(rows: Collections) {
    this.#rows = rows;
  }

  /** All clients, oldest first. */
  async all(): Promise<readonly OAuthClient[]> {
    return (await OAUTH_CLIENTS.all(this.#rows)).rows.map(({ body }) => body);
  }

  async byId(clientId: string): Promise<OAuthClient | null> {
    return (await OAUTH_CLIENTS.byId(this.#rows, clientId))?.body ?? null;
  }
}
