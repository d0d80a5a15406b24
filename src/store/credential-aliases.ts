import { ACCESS_KEYS, IDENTITIES, identityClient, identityName, keyClient, NGC_KEYS } from './parts/records.ts';

/** A row, by one of its aliases. */
export interface AliasOf {
  readonly collection: string;
  readonly alias: string;
}

/** The rows that something can be that a caller gives as their client id: several worlds may have one. */
export function clientAliases(clientId: string): readonly AliasOf[] {
  return [
    { collection: ACCESS_KEYS.name, alias: keyClient(clientId) },
    { collection: IDENTITIES.name, alias: identityClient('application', clientId) },
    { collection: IDENTITIES.name, alias: identityClient('service-account', clientId) },
    { collection: IDENTITIES.name, alias: identityName('application', clientId) },
  ];
}

/**
 * The rows that a key can be.
 *
 * @param hash of the key
 * @param others the collections, in addition to that of NGC keys, whose rows are keys
 */
export function keyAliases(hash: string, others: readonly string[]): readonly AliasOf[] {
  return [NGC_KEYS.name, ...others].map((collection) => ({ collection, alias: hash }));
}
