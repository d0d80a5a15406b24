import type { FindCredential } from '../../../contract/service.ts';
import type { Settings } from '../../../decisions/ruleset.ts';
import { findNear } from '../../../lib/nearest.ts';
import { Collection } from '../../../store/collection.ts';
import type { Collections } from '../../../store/collections.ts';
import { Collision } from '../../../store/errors.ts';
import type { Store } from '../../../store/index.ts';
import type { Row } from '../../../store/row.ts';
import { type ClientUri, splitClientUri } from '../redirect-uris.ts';
import type { SeedOAuthClient } from '../seed-schema.ts';
import { accessKeysIn } from './access-keys.ts';
import { identitiesIn } from './identities.ts';

/** An OAuth client for logins (RFC 6749, 2). */
export interface OAuthClient extends SeedOAuthClient {
  /** Absent for a public client. */
  readonly secretHash?: string;
}

/** The stored clients. Clients that only `--redirect-uri` defines are not stored. */
export const OAUTH_CLIENTS = new Collection<OAuthClient>('oauth.clients');

export function createOAuthClientRow(client: OAuthClient): Row<OAuthClient, null> {
  return OAUTH_CLIENTS.row({ id: client.clientId, owner: '', parent: null, body: client });
}

export function oauthClientsIn(world: {
  readonly store: Pick<Store, 'collections'>;
  readonly settings: Pick<Settings, 'redirectUri'>;
}): OAuthClients {
  return new OAuthClients(world.store.collections, world.settings.redirectUri);
}

export const MAX_OAUTH_CLIENTS = 100;

export class OAuthClients {
  readonly #rows: Collections;
  readonly #optionUris: readonly ClientUri[];

  /** @param optionUris redirect URIs from `--redirect-uri`, as `CLIENT=URI` */
  constructor(rows: Collections, optionUris: readonly string[]) {
    this.#rows = rows;
    this.#optionUris = optionUris.map(splitClientUri);
  }

  /** Returns the stored clients, oldest first, then clients that only `--redirect-uri` defines. */
  async all(): Promise<readonly OAuthClient[]> {
    const stored = (await OAUTH_CLIENTS.all(this.#rows)).map(({ body }) => this.#addOptionUris(body));
    const storedIds = new Set(stored.map(({ clientId }) => clientId));
    const idsOnlyInOptions = new Set(
      this.#optionUris.map(({ clientId }) => clientId).filter((clientId) => !storedIds.has(clientId)),
    );
    const fromOptions = [...idsOnlyInOptions].map((clientId) => this.#addOptionUris({ clientId, redirectUris: [] }));
    return [...stored, ...fromOptions];
  }

  async byId(clientId: string): Promise<OAuthClient | null> {
    const stored = (await OAUTH_CLIENTS.byId(this.#rows, clientId))?.body;
    if (stored === undefined && !this.isFromOption(clientId)) return null;
    return this.#addOptionUris(stored ?? { clientId, redirectUris: [] });
  }

  /** Returns whether `--redirect-uri` defines this client. It then exists in every world. */
  isFromOption(clientId: string): boolean {
    return this.#optionUris.some((optionUri) => optionUri.clientId === clientId);
  }

  /** @throws Collision if the client exists; LimitReached if the world has the maximum number of clients */
  async add(client: OAuthClient): Promise<void> {
    if (this.isFromOption(client.clientId)) throw new Collision();
    await OAUTH_CLIENTS.insert(this.#rows, createOAuthClientRow(client), MAX_OAUTH_CLIENTS);
  }

  async remove(clientId: string): Promise<void> {
    await OAUTH_CLIENTS.change(this.#rows, clientId, () => null);
  }

  #addOptionUris(client: OAuthClient): OAuthClient {
    const optionUris = this.#optionUris.filter(({ clientId }) => clientId === client.clientId).map(({ uri }) => uri);
    return optionUris.length === 0 ? client : { ...client, redirectUris: [...client.redirectUris, ...optionUris] };
  }
}

/** Finds the existing client id that is most similar to an unknown client id; null if none is similar. */
export const findNearestClient: FindCredential = async ({ presented }, context) => {
  const { store } = context;
  const unknownId = presented.flatMap((credential) => (credential.kind === 'client' ? credential.clientId : []))[0];
  if (unknownId === undefined) return null;
  const [keys, applications, accounts, oauthClients] = await Promise.all([
    accessKeysIn(store).all({}),
    identitiesIn(store).all('application'),
    identitiesIn(store).all('service-account'),
    oauthClientsIn(context).all(),
  ]);
  const clientIds = [...keys, ...applications, ...accounts, ...oauthClients].flatMap(({ clientId }) => clientId ?? []);
  return findNear(unknownId, [...new Set(clientIds)]) ?? null;
};
