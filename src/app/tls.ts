import type { Config } from '../config/options.ts';
import { UserError } from '../diagnostics/user-error.ts';
import type { Storage } from '../store/storage.ts';
import type { StoredText } from '../store/stored-text.ts';
import type { AuthorityStorage, Tls } from '../tls/index.ts';
import { changeState, parseWorldState } from '../worlds/world-state.ts';

/** Returns whether the main port offers https. */
export function offersTls({ tls, tlsCert }: Pick<Config, 'tls' | 'tlsCert'>): boolean {
  return tls || tlsCert !== null;
}

/** @throws UserError if the options contradict each other */
export function checkTlsOptions(config: Config): void {
  const { tlsCert, tlsKey, httpPort, port } = config;
  if (tlsCert === null && tlsKey !== null) {
    throw new UserError('--tls-key is set without --tls-cert. Set both, or use --tls to generate a certificate.');
  }
  if (tlsCert !== null && tlsKey === null) {
    throw new UserError('--tls-cert is set without --tls-key. Set both, or use --tls to generate a certificate.');
  }
  if (httpPort !== null && !offersTls(config)) {
    throw new UserError(
      '--http-port needs https, but neither --tls nor --tls-cert is set. Add one of them, or use --port.',
    );
  }
  if (httpPort !== null && httpPort !== 0 && httpPort === port) {
    throw new UserError(`--http-port and --port are both ${port}. Use different ports for http and https.`);
  }
}

/**
 * Returns the certificate authority stored in a database, for a process that doesn't own the worlds yet; null if there
 * is none.
 *
 * @throws UserError if the database cannot be read
 */
export async function readStoredAuthority(storage: Storage): Promise<string | null> {
  const state = await storage.readStateOfDefault();
  return (state === null ? null : parseWorldState(state)?.authority) ?? null;
}

/**
 * Returns the parts for https; null without https, in which case nothing is loaded.
 *
 * @param storedAuthority the authority in the database; null if there is none, or no database
 * @param getState returns the stored state of the default world; null if it ends with the process
 * @throws UserError if a certificate cannot be used
 */
export async function createTls(
  config: Config,
  kind: Storage['kind'],
  storedAuthority: string | null,
  getState: () => StoredText | null,
): Promise<Tls | null> {
  const { tlsCert, tlsKey, host, alias, publicUrl } = config;
  if (!offersTls(config)) return null;
  const { createTlsFromFiles, createTlsWithAuthority, listServerNames } = await import('../tls/index.ts');
  if (tlsCert !== null && tlsKey !== null) return createTlsFromFiles(tlsCert, tlsKey);
  const additionalNames = [...alias, ...(publicUrl === null ? [] : [new URL(publicUrl).hostname])];
  const storeFirst = async (text: string) => storedAuthority ?? storeAuthority(config, getState(), text);
  return createTlsWithAuthority(
    chooseAuthorityStorage(config, kind, storeFirst),
    listServerNames(host, additionalNames),
  );
}

/**
 * Returns where to store the authority: with the data.
 *
 * @param storeFirst stores an authority in the database unless it has one, and returns the stored one
 */
function chooseAuthorityStorage(
  { data }: Config,
  kind: Storage['kind'],
  storeFirst: (text: string) => Promise<string>,
): AuthorityStorage {
  if (kind === 'file' && data !== null) return { kind: 'file', file: `${data}.ca.pem` };
  return kind === 'postgres' ? { kind: 'database', first: storeFirst } : { kind: 'memory' };
}

/** Returns the authority in the state of the default world, or stores this one. */
async function storeAuthority(initialModes: Config, state: StoredText | null, text: string): Promise<string> {
  if (state === null) return text;
  return changeState(state, initialModes, ({ authority: stored = text }) => [{ authority: stored }, stored]);
}
