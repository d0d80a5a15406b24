import type { Settings } from '../../../definitions/settings.ts';
import { Collection } from '../../../store/collection.ts';
import type { Collections, Row } from '../../../store/collections.ts';
import { Collision } from '../../../store/errors.ts';
import type { Store } from '../../../store/index.ts';
import { splitClientUri } from '../redirect-uris.ts';

/** An OAuth client for logins (RFC 6749, 2). */
export interface OAuthClient {
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  /** Absent for a public client. */
  readonly secretHash?: string;
}

export const OAUTH_CLIENTS = new Collection<OAuthClient>('oauth.clients');

export function createOAuthClientRow(client: OAuthClient): Row<OAuthClient, null> {
  return OAUTH_CLIENTS.row({ id: client.clientId, owner: '', parent: null, body: client });
}

/** The OAuth clients of a world, including the ones from `--redirect-uri`. */
export function oauthClientsIn({ store, settings }: World): OAuthClients {
  return new OAuthClients(store.collections, settings.redirectUri);
}

interface World {
  readonly store: Pick<Store, 'collections'>;
  readonly settings: Pick<Settings, 'redirectUri'>;
}

/** Maximum number of clients in a world. */
export const MAX_OAUTH_CLIENTS = 100;

export class OAuthClients {
  readonly #rows: Collections;
  readonly #optionUris: readonly string[];

  /** @param optionUris redirect URIs from `--redirect-uri`, as `CLIENT=URI` */
  constructor(rows: Collections, optionUris: readonly string[]) {
    this.#rows = rows;
    this.#optionUris = optionUris;
  }

  /** Returns the stored clients, oldest first, then clients that only `--redirect-uri` defines. */
  async all(): Promise<readonly OAuthClient[]> {
    const stored = (await OAUTH_CLIENTS.all(this.#rows)).map(({ body }) => this.#addOptionUris(body));
    const storedIds = new Set(stored.map(({ clientId }) => clientId));
    const others = new Set(
      this.#optionUris.map((entry) => splitClientUri(entry)[0]).filter((clientId) => !storedIds.has(clientId)),
    );
    return [...stored, ...[...others].map((clientId) => this.#addOptionUris({ clientId, redirectUris: [] }))];
  }

  async byId(clientId: string): Promise<OAuthClient | null> {
    const stored = (await OAUTH_CLIENTS.byId(this.#rows, clientId))?.body;
    if (stored === undefined && !this.isFromOption(clientId)) return null;
    return this.#addOptionUris(stored ?? { clientId, redirectUris: [] });
  }

  /** Whether `--redirect-uri` defines this client, which then exists in every world. */
  isFromOption(clientId: string): boolean {
    return this.#optionUris.some((entry) => splitClientUri(entry)[0] === clientId);
  }

  /** @throws Collision if the client exists @throws LimitReached */
  async add(client: OAuthClient): Promise<void> {
    if (this.isFromOption(client.clientId)) throw new Collision();
    await OAUTH_CLIENTS.insert(this.#rows, createOAuthClientRow(client), MAX_OAUTH_CLIENTS);
  }

  /** @throws NotFound */
  async remove(clientId: string): Promise<void> {
    await OAUTH_CLIENTS.change(this.#rows, clientId, () => null);
  }

  #addOptionUris(client: OAuthClient): OAuthClient {
    if (this.#optionUris.length === 0) return client;
    const more = this.#optionUris.map(splitClientUri).filter(([clientId]) => clientId === client.clientId);
    return { ...client, redirectUris: [...client.redirectUris, ...more.map(([, uri]) => uri)] };
  }
}
