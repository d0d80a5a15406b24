import type { Config } from '../config/options.ts';
import { Unusable } from '../diagnostics/unusable.ts';
import type { KeptState } from '../store/kept-state.ts';
import type { Storage } from '../store/storage.ts';
import type { AuthorityPlace, Tls } from '../tls/index.ts';
import { changeState, stateIn } from '../worlds/world-state.ts';

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

/**
 * The authority of https that a database has, for a process that has no worlds yet; null if it has none.
 *
 * @throws Unusable if the database cannot be read
 */
export async function storedAuthority(storage: Storage): Promise<string | null> {
  const state = await storage.stateOfDefault();
  return (state === null ? null : stateIn(state)?.authority) ?? null;
}

/**
 * The parts of https; null without it, and then nothing is loaded.
 *
 * @param authority the authority that the database has already
 * @param state of the default world, asked for only without an authority; null if it ends with the process
 * @throws Unusable if a certificate cannot be used
 */
export async function tlsFrom(
  config: Config,
  kind: Storage['kind'],
  authority: string | null,
  state: () => KeptState | null,
): Promise<Tls | null> {
  const { tlsCert, tlsKey, host, alias, publicUrl } = config;
  if (!offersTls(config)) return null;
  const { namesOfServer, tlsOfAuthority, tlsOfFiles } = await import('../tls/index.ts');
  if (tlsCert !== null && tlsKey !== null) return tlsOfFiles(tlsCert, tlsKey);
  const others = [...alias, ...(publicUrl === null ? [] : [new URL(publicUrl).hostname])];
  const keep = async (text: string) => authority ?? keptAuthority(config, state(), text);
  return tlsOfAuthority(authorityPlace(config, kind, keep), namesOfServer(host, others));
}

function authorityPlace(
  { data }: Config,
  kind: Storage['kind'],
  first: (text: string) => Promise<string>,
): AuthorityPlace {
  if (kind === 'file' && data !== null) return { kind: 'file', file: `${data}.ca.pem` };
  return kind === 'postgres' ? { kind: 'database', first } : { kind: 'memory' };
}

/** The authority that there is, or else this one, which is stored. */
async function keptAuthority(begun: Config, state: KeptState | null, text: string): Promise<string> {
  if (state === null) return text;
  return changeState(state, begun, ({ authority: kept = text }) => [{ authority: kept }, kept]);
}
