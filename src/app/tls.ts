import { UserError } from '../lib/errors.ts';
import type { StoredText } from '../store/stored-text.ts';
import type { Config } from './options.ts';
import type { Tls } from './tls/index.ts';

export function offersTls({ tls, tlsCert }: Config): boolean {
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

/** Returns the parts for https, or null. @param state null if the default world ends with the process */
export async function createTls(config: Config, state: StoredText | null): Promise<Tls | null> {
  const { tlsCert, tlsKey, host, alias, publicUrl, data } = config;
  if (!offersTls(config)) return null;
  const { createTlsFromFiles, createTlsWithAuthority, listServerNames } = await import('./tls/index.ts');
  if (tlsCert !== null && tlsKey !== null) return createTlsFromFiles(tlsCert, tlsKey);
  const additionalNames = [...alias, ...(publicUrl === null ? [] : [new URL(publicUrl).hostname])];
  return createTlsWithAuthority(data, state, listServerNames(host, additionalNames));
}
