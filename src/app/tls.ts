import type { Config } from '../config/options.ts';
import { Unusable } from '../core/unusable.ts';
import type { Place } from '../store/open.ts';
import type { AuthorityPlace, Tls } from '../tls/index.ts';
import { SharedState } from '../worlds/shared-state.ts';

/** Does its own port offer https? */
export function offersTls({ tls, tlsCert }: Pick<Config, 'tls' | 'tlsCert'>): boolean {
  return tls || tlsCert !== null;
}

/** @throws Unusable if these options contradict each other */
export function checkTlsOptions(config: Config): void {
  const { tlsCert, tlsKey, httpPort, port } = config;
  if (tlsCert === null && tlsKey !== null) {
    throw new Unusable(
      '--tls-key is given without --tls-cert. Give both, or --tls for a certificate of an own authority.',
    );
  }
  if (tlsCert !== null && tlsKey === null) {
    throw new Unusable(
      '--tls-cert is given without --tls-key. Give both, or --tls for a certificate of an own authority.',
    );
  }
  if (httpPort !== null && !offersTls(config)) {
    throw new Unusable(
      '--http-port is a port beside https, but neither --tls nor --tls-cert is given. Add one of them, or use --port.',
    );
  }
  if (httpPort !== null && httpPort !== 0 && httpPort === port) {
    throw new Unusable(`--http-port and --port are both ${port}. Give http and https different ports.`);
  }
}

/** What https needs; null without it, and nothing is loaded. @throws Unusable if a certificate cannot be used */
export async function tlsFrom(config: Config, place: Pick<Place, 'kind' | 'store'>): Promise<Tls | null> {
  const { tlsCert, tlsKey, host, alias, publicUrl } = config;
  if (!offersTls(config)) return null;
  const { namesOfServer, tlsOfAuthority, tlsOfFiles } = await import('../tls/index.ts');
  if (tlsCert !== null && tlsKey !== null) return tlsOfFiles(tlsCert, tlsKey);
  const others = [...alias, ...(publicUrl === null ? [] : [new URL(publicUrl).hostname])];
  return tlsOfAuthority(authorityPlace(config, place), namesOfServer(host, others));
}

function authorityPlace(
  { data, mode }: Config,
  { kind, store: { state } }: Pick<Place, 'kind' | 'store'>,
): AuthorityPlace {
  if (kind === 'file' && data !== null) return { kind: 'file', file: `${data}.ca.pem` };
  if (kind !== 'postgres' || state === null) return { kind: 'memory' };
  const shared = new SharedState(state, { mode, faults: [] });
  // Of several processes that start at once, the first one's authority is kept.
  const first = (text: string) =>
    shared.update(({ authority = text }): [{ authority: string }, string] => [{ authority }, authority]);
  return { kind: 'database', first };
}
